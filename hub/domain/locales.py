"""The locales that minutes can be given in (BCP 47 as users type them)."""

LOCALES = ("en", "es", "fr", "de", "it", "pt-BR", "nl", "pl", "ja", "zh-Hans", "hi", "ar")
