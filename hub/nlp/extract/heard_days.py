"""Whether a day that stands in a translation was said: its number, weekday or month, in the language that was spoken."""

import re

_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_]+")


def heard(english: str, spoken: str, language: str) -> bool:
    """Tell whether every number, weekday and month of *english* (a day as said) stands in *spoken*.

    A phrase with none of them ("next week") cannot be held against anything: False. *language* is a locale name; one
    that has no names of days gives False.
    """
    names = _names(language)
    numbers = _NUMBER.findall(english)
    days = [names[word] for word in _WORD.findall(english.casefold()) if word in names]
    if not names or not (numbers or days):
        return False
    folded = spoken.casefold()
    return all(_stands(number, spoken) for number in numbers) and all(any(f in folded for f in forms) for forms in days)


def _stands(number: str, spoken: str) -> bool:
    return number in _NUMBER.findall(spoken)


def _names(language: str) -> dict[str, set[str]]:
    """Return the English name of each weekday and month with its names in *language*, all folded."""
    from babel import Locale, UnknownLocaleError

    try:
        there, english = Locale.parse(language.replace("-", "_")), Locale("en")
    except (UnknownLocaleError, ValueError):
        return {}
    names: dict[str, set[str]] = {}
    for kind in ("days", "months"):
        ours, theirs = getattr(english, kind)["format"]["wide"], getattr(there, kind)
        for key, name in ours.items():
            forms = {theirs[context]["wide"][key].casefold() for context in ("format", "stand-alone")}
            names[name.casefold()] = forms
    return names
