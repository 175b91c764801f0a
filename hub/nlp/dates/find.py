"""Every day spoken in a text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from hub.domain.known_days import DueSource
from hub.nlp.dates import grammar
from hub.nlp.dates.parts import CLOCK, CLOSE, MEAL, Meaning

_HINT = re.compile(
    r"day|week|lunch|dinner|tea|breakfast|month|quarter|year|tomorrow|today|tonight|noon|evening|business|cob|eod|eow|eom|eoy|eoq|asap|soon|fortnight|"
    r"\d|morrow|end of|mon|tue|wed|thu|fri|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|first|second|third|th\b|"
    r"before|prior|ahead|until|till|after|following|once|by the|daily|away|chance|course|play|hour|mediately|night|"
    r"call|meeting|clock|giving|christ|eve\b|easter|pentecost|ascension|saints|teenth|halloween|"
    r"\b(?:at|by) |hang|ring off|morning|afternoon|done here|finished|morra",
    re.IGNORECASE,
)
_HOUR = re.compile(
    rf"(?:by|at|before|after) (?:{CLOCK}|{MEAL}|noon|midday|midnight)|(?:(?:by|at|before) )?(?:the )?{CLOSE}|"
    r"first thing(?: in the morning)?",
    re.IGNORECASE,
)
_TWICE = re.compile(r"\b(\w+)\s+(?=(?P<again>\1\b))|\b(?:um+|uh+|er+m?|ehm?)\b,?\s+(?=(?P<on>\w))", re.IGNORECASE)
_THE_DAY_BEFORE = re.compile(r"\bthe (?:day|evening|night|afternoon) before (?:the )?$", re.IGNORECASE)
_ONE_DAY = timedelta(days=1)
_PLACEHOLDER = date(2000, 1, 3)


@dataclass(frozen=True, slots=True)
class SpokenDate:
    """A day as it was said: characters *start* to *end* of the text, verbatim *text*.

    *day* is None where it cannot be known; *reason* then says why. *past* marks a day before the meeting. *source* is
    the record that the day was taken from, if it was from one.
    """

    start: int
    end: int
    text: str
    day: date | None
    reason: str | None
    past: bool = False
    source: DueSource | None = None


def find_dates(text: str, *, meeting_day: date | None, region: str = "GB") -> list[SpokenDate]:
    """Return the days spoken in *text* in order, without overlaps.

    *region* is a country code: in the US 11/4 is the fourth of November, elsewhere the eleventh of April. Without
    *meeting_day* every day that depends on it stays None, and the reason says that the day of the meeting is not known.
    """
    if not _HINT.search(text):
        return []
    found: list[tuple[int, int, int, Meaning]] = []
    smooth, places = _without_stammer(text)
    for rank, (pattern, resolve) in enumerate(grammar.rules(smooth)):
        for match in pattern.finditer(smooth):
            start = _start(match)
            meaning = resolve(match, meeting_day or _PLACEHOLDER, region)
            found.append((places[start], places[match.end() - 1] + 1, rank, meaning))
    chosen = _without_hours(text, _without_overlaps(found))
    return [
        _moved(text, _spoken(text, start, end, meaning, meeting_day), meeting_day) for start, end, meaning in chosen
    ]


def _start(match: re.Match[str]) -> int:
    """Return where the day of a match begins, behind the words that only lead up to it."""
    groups = match.re.groupindex
    if "bare" in groups:
        return match.start("bare")
    return match.end("pre") + 1 if "pre" in groups else match.start()


def _without_stammer(text: str) -> tuple[str, Sequence[int]]:
    """Return *text* without words said twice at once ("the the first"), and the place of each of its characters."""
    twice = list(_TWICE.finditer(text))
    if not twice:
        return text, range(len(text))
    left_out = {place for match in twice for place in range(match.start(), match.end())}
    places = [place for place in range(len(text)) if place not in left_out]
    return "".join(text[place] for place in places), places


def _without_hours(text: str, chosen: list[tuple[int, int, Meaning]]) -> list[tuple[int, int, Meaning]]:
    """Leave out a mere hour ("by five") where a day is named beside it."""
    days = [entry for entry in chosen if not _HOUR.fullmatch(text[entry[0] : entry[1]])]
    return days or chosen


def _without_overlaps(
    found: list[tuple[int, int, int, Meaning]],
) -> list[tuple[int, int, Meaning]]:
    """Prefer what names a day, then the longer phrase, then the earlier rule."""
    chosen: list[tuple[int, int, Meaning]] = []
    ordered = sorted(found, key=lambda f: (f[3].day is None and not f[3].past, f[0] - f[1], f[2]))
    first = [entry for entry in ordered if entry[3].whole or entry[3].reason == "it is said to recur"]
    for start, end, _rank, meaning in [*first, *ordered]:
        if all(end <= other[0] or start >= other[1] for other in chosen):
            chosen.append((start, end, meaning))
    return sorted(chosen, key=lambda entry: entry[0])


def _spoken(text: str, start: int, end: int, meaning: Meaning, meeting_day: date | None) -> SpokenDate:
    said = text[start:end]
    absolute = bool(re.search(r"20\d\d", said))
    if meeting_day is None and meaning.day is not None and not absolute:
        return SpokenDate(start, end, said, None, "the day of the meeting is not known")
    past = meaning.past and (meeting_day is not None or meaning.day is None)
    return SpokenDate(start, end, said, meaning.day, meaning.reason, past)


def _moved(text: str, spoken: SpokenDate, meeting_day: date | None) -> SpokenDate:
    """Take "two days before the visit on" in front of a date into it."""
    head = text[: spoken.start]
    match = grammar.before_date().search(head) or _THE_DAY_BEFORE.search(head)
    if not match or spoken.day is None:
        return spoken
    day = grammar.moved(match, spoken.day) if "n" in match.groupdict() else spoken.day - _ONE_DAY
    past = meeting_day is not None and day < meeting_day
    return SpokenDate(match.start(), spoken.end, text[match.start() : spoken.end], day, spoken.reason, past)
