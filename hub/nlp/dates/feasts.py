"""Days told by a feast: "the day before Thanksgiving", "the Tuesday after Easter", "by Christmas Eve"."""

import re
from collections.abc import Callable
from datetime import date, timedelta

from hub.nlp.dates import calendar as days
from hub.nlp.dates.parts import TAIL, WD, Match, Meaning, Resolve, dated, weekday_of

OnYear = Callable[[int, str], date | None]
"""The day of a feast in a year for a region; None where the region keeps none that is known."""

_EASTERN = frozenset({"BG", "BY", "CY", "GE", "GR", "MD", "ME", "MK", "RO", "RS", "RU", "UA"})
"""Countries whose Easter is mostly that of the Orthodox church."""


def _easter(year: int, region: str) -> date:
    from dateutil.easter import EASTER_ORTHODOX, EASTER_WESTERN, easter

    found: date = easter(year, EASTER_ORTHODOX if region in _EASTERN else EASTER_WESTERN)
    return found


def _fixed(month: int, number: int) -> OnYear:
    return lambda year, _region: date(year, month, number)


def _beside_easter(offset: int) -> OnYear:
    return lambda year, region: _easter(year, region) + timedelta(days=offset)


def _nth(month: int, weekday: int, place: int) -> OnYear:
    """The so-manyth such weekday of a month; place 1 is the first, -1 the last."""
    if place > 0:
        return lambda year, _region: (
            days.weekday_after(date(year, month, 1), weekday, same_day=True) + timedelta(days=7 * (place - 1))
        )
    return lambda year, _region: days.weekday_before(days.last_of_month(year, month) + timedelta(days=1), weekday)


def _thanksgiving(year: int, region: str) -> date | None:
    """The fourth Thursday of November, in Canada the second Monday of October; elsewhere either may be meant."""
    where = {"US": _nth(11, 3, 4), "CA": _nth(10, 0, 2)}
    return where[region](year, region) if region in where else None


_FEASTS: dict[str, OnYear] = {
    "good friday": _beside_easter(-2), "easter": _beside_easter(0), "easter sunday": _beside_easter(0),
    "easter monday": _beside_easter(1), "ascension": _beside_easter(39), "ascension day": _beside_easter(39),
    "whit sunday": _beside_easter(49), "whit monday": _beside_easter(50), "pentecost monday": _beside_easter(50),
    "corpus christi": _beside_easter(60),
    "new year": _fixed(1, 1), "new year's": _fixed(1, 1), "new year's day": _fixed(1, 1), "epiphany": _fixed(1, 6),
    "australia day": _fixed(1, 26), "st patrick's day": _fixed(3, 17), "anzac day": _fixed(4, 25),
    "juneteenth": _fixed(6, 19), "canada day": _fixed(7, 1), "bastille day": _fixed(7, 14),
    "halloween": _fixed(10, 31), "all saints": _fixed(11, 1), "all saints' day": _fixed(11, 1),
    "christmas eve": _fixed(12, 24), "christmas": _fixed(12, 25), "christmas day": _fixed(12, 25),
    "boxing day": _fixed(12, 26), "new year's eve": _fixed(12, 31),
    "victoria day": lambda year, _region: days.weekday_before(date(year, 5, 25), 0),
    "memorial day": _nth(5, 0, -1), "labor day": _nth(9, 0, 1),
    "thanksgiving": _thanksgiving, "thanksgiving day": _thanksgiving,
}  # fmt: skip
_LONG = frozenset({"easter", "christmas", "new year"})
"""Feasts of several days: "by Easter" names no single one."""


def _either(names: set[str] | frozenset[str]) -> str:
    return "|".join(re.escape(name).replace("'", "['’]") for name in sorted(names, key=len, reverse=True))


_PLACES = frozenset({"ascension", "corpus christi", "epiphany", "all saints"})
"""Feasts that towns, hospitals and churches are called after: without "day" they need a word of time before them."""
_ANY = rf"(?P<feast>{_either(set(_FEASTS))})"
_DAYS = rf"(?P<feast>{_either(set(_FEASTS) - _LONG - _PLACES)})"
_NAMED_PLACES = rf"(?P<feast>{_either(_PLACES)})"
_YEAR = r"(?:,? (?:(?:of )?(?P<year>20\d\d)|(?P<which>this|next) year)\b)?"
_ENDS = (
    r"(?=\s*(?:[,.;:!?–—]|\Z)| (?:at the (?:very )?(?:latest|outside)|latest|and|or|but|so|because|if|unless|then|"
    r"please|anyway|instead|i|we|you|they|he|she|it)\b(?!['’]s))"
)
"""What may follow a feast that is a day; before a noun it only says which thing is meant: "the Memorial Day rota"."""
_UNTIL = r"(?:before|until|till|this|next)"
_BY_A_DOER = "".join(
    rf"(?<!{word} )"
    for word in (
        "ed", "en", "wn", "nt", "ne", "id", "un", "de", "ld", "pt", "run it", "run that", "run this", "run them",
        "pass it", "stop", "drop", "come", "swing", "pass", "go", "get", "drive", "fly",
    )
)  # fmt: skip
"""What stands before a "by" that tells who did something, or where: "signed by Ascension", "I'll run it by them"."""
_FOR = r"(?<=\bit )for|(?<=\bthem )for|(?<=\bthat )for|(?<=\bready )for|(?<=\bdone )for|(?<=\baim )for"
_BARE = r"(?:\A\W*|(?<=[.;:!?] )|\b(?:make it|make that|say|it['’]s|that['’]s|be|do it|do that|do them) )"
"""Where a feast is a day of its own: it opens what is said, or follows what a day is said with."""
_AHEAD = timedelta(days=125)
"""How far ahead a feast is a day that work is promised for, unless its year is said."""
_GONE = timedelta(days=42)
"""How long a feast is the one just gone."""


def _of(match: Match, year: int, region: str) -> date | None:
    """Return the day that a phrase means by the feast of a year."""
    feast = _FEASTS[" ".join(match["feast"].lower().replace("’", "'").split())](year, region)
    side = match.groupdict().get("side")
    if feast is None or side is None:
        return feast
    if match["wd"] is None:
        return feast + timedelta(days=-1 if side.lower() == "before" else 1)
    return (days.weekday_before if side.lower() == "before" else days.weekday_after)(feast, weekday_of(match))


def _told(match: Match, meeting: date, region: str) -> Meaning:
    """Return the day of the feast ahead, or of the one just gone."""
    said = match.groupdict()
    if said.get("year") or said.get("which"):
        year = int(said["year"]) if said["year"] else meeting.year + (said["which"].lower() == "next")
        found = _of(match, year, region)
        return dated(found, meeting) if found is not None else _unknown(match)
    near = [_of(match, meeting.year + offset, region) for offset in (-1, 0, 1)]
    known = [day for day in near if day is not None]
    next_one = re.search(r"\bnext\b", match[0], re.IGNORECASE) is not None
    return _nearest(known, meeting, far=next_one) if known else _unknown(match)


def _unknown(match: Match) -> Meaning:
    return Meaning(None, f"it was not said where {match['feast']} is meant", whole=True)


def _nearest(feasts: list[date], meeting: date, *, far: bool = False) -> Meaning:
    """Return the day ahead of those of some years, or the one just gone; *far* tells that it may lie far ahead."""
    ahead = min(day for day in feasts if day >= meeting)
    gone = max((day for day in feasts if day < meeting), default=meeting)
    if far or ahead - meeting <= _AHEAD:
        return Meaning(ahead, whole=True)
    if gone < meeting and meeting - gone <= _GONE:
        return Meaning(gone, past=True, whole=True)
    return Meaning(None, "it was not said which year is meant", whole=True)


def _week_after_easter(match: Match, meeting: date, region: str) -> Meaning:
    """A weekday of the week that begins with Easter Monday; in that week itself of this year's."""
    sundays = [_easter(meeting.year + offset, region) for offset in (-1, 0, 1)]
    weeks = [days.in_week(sunday + timedelta(days=1), weekday_of(match), weeks=0) for sunday in sundays]
    return _nearest(weeks, meeting)


NAMES = re.compile(rf"\b{_ANY}\b", re.IGNORECASE)
RULES: tuple[tuple[str, Resolve], ...] = (
    (rf"(?:in )?the week (?:after|following) easter,? (?:on )?(?:the )?{WD}", _week_after_easter),
    (rf"(?:the )?(?:{WD}|day|evening|night) (?P<side>before|after) {_ANY}{_YEAR}{_ENDS}", _told),
    (rf"(?P<pre>by|on|due|{_FOR}|{_UNTIL}) {_DAYS}{_YEAR}{TAIL}{_ENDS}", _told),
    (rf"(?P<pre>{_BY_A_DOER}by|{_UNTIL}) {_NAMED_PLACES}{_YEAR}{TAIL}{_ENDS}", _told),
    (rf"{_BARE}(?P<bare>{_DAYS}{_YEAR}{TAIL}){_ENDS}", _told),
)
