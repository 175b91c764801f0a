"""Small grammar around a word that was exchanged: its plural, and the article before it."""

import re

_ARTICLES: dict[str, tuple[tuple[str, str], ...]] = {
    # masculine, feminine
    "es": (("el", "la"), ("un", "una"), ("del", "de la"), ("al", "a la"), ("los", "las"), ("unos", "unas"), ("este", "esta"),
           ("ese", "esa"), ("otro", "otra"), ("todos los", "todas las"), ("ambos", "ambas"), ("nuestro", "nuestra")),
    "pt": (("o", "a"), ("um", "uma"), ("do", "da"), ("no", "na"), ("ao", "à"), ("os", "as"), ("dos", "das"), ("este", "esta"),
           ("pelo", "pela"), ("outro", "outra"), ("ambos os", "ambas as")),
    "fr": (("le", "la"), ("un", "une"), ("du", "de la"), ("au", "à la"), ("ce", "cette"), ("mon", "ma"), ("tout le", "toute la")),
    "it": (("il", "la"), ("un", "una"), ("del", "della"), ("al", "alla"), ("nel", "nella"), ("dal", "dalla"), ("sul", "sulla"),
           ("i", "le"), ("dei", "delle"), ("questo", "questa"), ("altro", "altra")),
}  # fmt: skip
_ELIDED = {"l'": ("le ", "la "), "d'": ("de ", "de "), "de l'": ("du ", "de la "), "à l'": ("au ", "à la ")}
_VOWEL = re.compile(r"[aeiouhàâéèêîôœ]", re.IGNORECASE)


def plural(words: str, locale: str) -> str:
    """Return the plural of a noun that stands first in *words*, by the plain rule of its language."""
    first, space, rest = words.partition(" ")
    return f"{_plural(first, locale.split('-', maxsplit=1)[0])}{space}{rest}"


def with_article(before: str, word: str, *, gender: str, locale: str) -> str:
    """Return *before*, the text in front of *word*, with its last article in the word's *gender* (m or f).

    Text without an article that is known, or in another language, comes back as it was.
    """
    language = locale.split("-", maxsplit=1)[0]
    if gender not in ("m", "f") or language not in _ARTICLES:
        return before
    if language == "fr":
        before = _unelided(before, word, gender)
    wanted = 0 if gender == "m" else 1
    for pair in sorted(_ARTICLES[language], key=lambda pair: -len(pair[1 - wanted])):
        other = pair[1 - wanted]
        found = re.search(rf"(?:^|(?<=\W)){re.escape(other)} $", before, re.IGNORECASE)
        if found:
            said = pair[wanted].capitalize() if found.group()[0].isupper() else pair[wanted]
            return f"{before[: found.start()]}{said} "
    return before


def _plural(noun: str, language: str) -> str:
    if noun.endswith("s"):
        return noun
    if language == "it":
        ends = {"o": "i", "e": "i", "a": "e"}
        return noun[:-1] + ends[noun[-1]] if noun[-1] in ends else noun
    if language in ("es", "pt") and noun.endswith(("ión", "ção", "ão")):
        return noun[:-3] + "iones" if noun.endswith("ión") else noun[:-2] + "ões"
    if language == "pt" and noun.endswith("m"):
        return f"{noun[:-1]}ns"
    plain = language not in ("es", "pt") or noun[-1] in "aeiouyáéó"
    return f"{noun}s" if plain else f"{noun}es"


def _unelided(before: str, word: str, gender: str) -> str:
    """Write the whole article before a consonant, and the cut one before a vowel."""
    if not _VOWEL.match(word):
        for cut in sorted(_ELIDED, key=len, reverse=True):
            if before.lower().replace("’", "'").endswith(cut):
                whole = _ELIDED[cut][gender == "f"]
                start = len(before) - len(cut)
                return before[:start] + (whole.capitalize() if before[start].isupper() else whole)
        return before
    return re.sub(r"\b([Ll])(?:e|a) $", r"\1'", before)
