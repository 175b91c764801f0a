"""English days inside a sentence, said in another language: "by Friday 21 May" is "para el viernes 21 de mayo"."""

import re
from datetime import date
from functools import cache

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_HALF_YEAR = ("January", "February", "March", "April", "May", "June")
MONTHS = (*_HALF_YEAR, "July", "August", "September", "October", "November", "December")
_PREPOSITIONS = {
    # with a weekday, with a day of the month; {} is the day
    "es": {
        "by": ("para el {}", "para el {}"),
        "on": ("el {}", "el {}"),
        "until": ("hasta el {}", "hasta el {}"),
        "before": ("antes del {}", "antes del {}"),
        "after": ("después del {}", "después del {}"),
        "from": ("desde el {}", "desde el {}"),
    },
    "pt": {
        "by": ("até {}", "até {}"),
        "on": ("na {}", "em {}"),
        "until": ("até {}", "até {}"),
        "before": ("antes de {}", "antes de {}"),
        "after": ("depois de {}", "depois de {}"),
        "from": ("a partir de {}", "a partir de {}"),
    },
    "fr": {
        "by": ("d'ici {}", "d'ici le {}"),
        "on": ("{}", "le {}"),
        "until": ("jusqu'à {}", "jusqu'au {}"),
        "before": ("avant {}", "avant le {}"),
        "after": ("après {}", "après le {}"),
        "from": ("à partir de {}", "à partir du {}"),
    },
    "it": {
        "by": ("entro {}", "entro il {}"),
        "on": ("{}", "il {}"),
        "until": ("fino a {}", "fino al {}"),
        "before": ("prima di {}", "prima del {}"),
        "after": ("dopo {}", "dopo il {}"),
        "from": ("da {}", "dal {}"),
    },
}
_PARTS = {
    # "Monday morning"; without these an engine reads the Spanish "mañana" as tomorrow
    "es": {"morning": "por la mañana", "afternoon": "por la tarde", "evening": "por la noche"},
    "pt": {"morning": "de manhã", "afternoon": "à tarde", "evening": "à noite"},
    "fr": {"morning": "matin", "afternoon": "après-midi", "evening": "soir"},
    "it": {"morning": "mattina", "afternoon": "pomeriggio", "evening": "sera"},
}
_MASCULINE_PT = frozenset(["sábado", "domingo"])
_DAY = "|".join(WEEKDAYS)
_MONTH = "|".join(MONTHS)
_PREFIX = r"(?:\b(?P<prep>[Bb]y|[Oo]n|[Uu]ntil|[Bb]efore|[Aa]fter|[Ff]rom)\s+)?"
_NUMBER = r"(?P<{0}>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR = r"(?:,?\s+(?P<{0}>(?:19|20)\d\d))?"
_PATTERN = re.compile(
    _PREFIX
    + rf"(?:\b(?P<weekday>{_DAY}),?\s+)?"
    + rf"(?:(?:the\s+)?\b{_NUMBER.format('d1')}\s+(?:of\s+)?(?P<m1>{_MONTH})\b{_YEAR.format('y1')}"
    + rf"|\b(?P<m2>{_MONTH})\s+(?:the\s+)?{_NUMBER.format('d2')}(?![\w:%]|\.\d){_YEAR.format('y2')})"
)
# A weekday alone only where nothing hangs on it: "Friday's call" is left to the engine.
_WEEKDAY = re.compile(
    rf"\b(?P<prep>[Bb]y|[Oo]n|[Uu]ntil|[Bb]efore|[Aa]fter)\s+(?P<weekday>{_DAY})\b(?:\s+(?P<part>morning|afternoon|evening)\b)?"
    r"(?=\s*(?:[.,;:!?()–]|$)|\s+(?:and|or|but|to|at|in|for|with|so|if|because|unless)\b)"
)


def days(sentence: str) -> list[tuple[int, int, re.Match[str]]]:
    """Return the places of days in an English *sentence* as begin, end and match, without overlaps, in order."""
    found = [match for pattern in (_PATTERN, _WEEKDAY) for match in pattern.finditer(sentence) if _exists(match)]
    kept: list[tuple[int, int, re.Match[str]]] = []
    for match in sorted(found, key=lambda m: (m.start(), -m.end())):
        if not kept or match.start() >= kept[-1][1]:
            kept.append((match.start(), match.end(), match))
    return kept


def say_day(match: re.Match[str], target: str) -> str:
    """Return the day of *match* in *target* as running text; capital where the source had one at the front."""
    parts = match.groupdict()
    language = target.split("-", maxsplit=1)[0]
    weekday = weekday_name(parts["weekday"], target) if parts["weekday"] else ""
    part = _PARTS.get(language, {}).get(parts.get("part") or "", "")
    day = " ".join(word for word in (weekday, part, _calendar(parts, target)) if word)
    preposition = (parts["prep"] or "").lower()
    forms = _PREPOSITIONS.get(language, {}).get(preposition)
    if forms is None:
        return day
    form = forms[0 if weekday else 1]
    if language == "pt" and preposition == "on" and weekday in _MASCULINE_PT:
        form = "no {}"
    said = form.format(day)
    return said[0].upper() + said[1:] if match.group()[0].isupper() else said


def knows(target: str) -> bool:
    """Tell whether prepositions of days are known for *target*."""
    return target.split("-", maxsplit=1)[0] in _PREPOSITIONS


@cache
def weekday_name(english: str, target: str) -> str:
    """Return the name of an English weekday in *target*."""
    return _names("days", target)[WEEKDAYS.index(english)]


@cache
def month_name(english: str, target: str) -> str:
    """Return the name of an English month in *target*."""
    return _names("months", target)[MONTHS.index(english)]


def _names(what: str, target: str) -> list[str]:
    from babel import Locale

    names = getattr(Locale.parse(target, sep="-"), what)["format"]["wide"]
    return [names[key] for key in sorted(names)]


def _calendar(parts: dict[str, str | None], target: str) -> str:
    """Return day and month (and year) without the weekday."""
    month, number, year = (parts.get(key + "1") or parts.get(key + "2") for key in "mdy")
    if not month or not number:
        return ""
    from babel.dates import format_date, format_skeleton

    value = date(int(year or 2000), MONTHS.index(month) + 1, int(number))
    locale = target.replace("-", "_")
    return str(format_date(value, "long", locale) if year else format_skeleton("MMMMd", value, locale=locale))


def _exists(match: re.Match[str]) -> bool:
    parts = match.groupdict()
    month, number, year = (parts.get(key + "1") or parts.get(key + "2") for key in "mdy")
    if not month:
        return True
    try:
        date(int(year or 2000), MONTHS.index(month) + 1, int(number or 0))
    except ValueError:
        return False
    return True
