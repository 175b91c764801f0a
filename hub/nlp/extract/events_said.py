"""Events whose day is told in the meeting or known of the study: "before the lock" is a day once the lock has one."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from hub.nlp.dates import SpokenDate
from hub.nlp.extract.lexicon import words
from hub.nlp.extract.utterances import Utterance

FindDates = Callable[[str], Sequence[SpokenDate]]

_NOUN = (
    r"(?:lock|unblinding|cut-?off|dmc|dsmb|idmc|interim(?: analysis)?|analysis|visit|audit|inspection|initiation|siv|activation|"
    r"submission|approval|meeting|call|review|training|close-?out|shipment|delivery|milestone|go-?live|committee|board|launch|"
    r"kick-?off|transfer|workshop|telecon|t\.?c\.?)"
)
_NAME = rf"(?P<name>(?:(?!(?:is|was|on|at|for|the|and|to|by|of|a|an|in)\b)[\w-]+ ){{0,3}}?{_NOUN})"
_BETWEEN = re.compile(
    rf"\b(?:the |our |their |your )?{_NAME}(?:(?:'s| is| are| will be|'ll be| takes place| falls| happens| starts| meets| stays)?"
    r"(?: now| still| set| planned| scheduled| booked| due| fixed| confirmed| coming up| going to be| at site \w+)*(?: for| on)?(?: the)?) $",
    re.IGNORECASE,
)
"""What stands between an event and its day: "the lock is on", "our next call is"."""
_BEHIND = re.compile(
    rf"^(?:'s|’s| is| will be)? (?:(?:for )?(?:the|our|their) )?{_NAME}(?=[,.;!?]|$| (?:and|so|then|with)\b)",
    re.IGNORECASE,
)
"""An event behind its day: "Thursday is the interim analysis"."""
_NEXT = re.compile(rf"\b(?:at|to|for|in|on) (?P<event>(?:the|our) next {_NOUN})\b", re.IGNORECASE)
_AHEAD = re.compile(
    r"^(?:by|before|prior to|ahead of|until|till|by the time of|in time for|for|at|to|in|on)\b", re.IGNORECASE
)
_COUNTED = re.compile(r"\b(?P<n>the|a|one|two|three) (?P<unit>day|week)s? $", re.IGNORECASE)
_COUNTS = {"the": 1, "a": 1, "one": 1, "two": 2, "three": 3}
_ARTICLES = words("the our their your this that a an planned scheduled")
_COMMON = words(
    "visit call meeting review training transfer shipment delivery submission approval analysis workshop committee board milestone"
)
"""Events of which a study has many: one is meant only where it is called the same."""


@dataclass(frozen=True, slots=True)
class KnownEvent:
    """An event, its day, and the sentence that told it: -1 where it stands in the study's record."""

    name: str
    day: date
    told: int = -1


def events_said(utterances: Sequence[Utterance], find_dates: FindDates) -> tuple[KnownEvent, ...]:
    """Return the events that *utterances* give a day ahead, in order."""
    return tuple(event for utterance in utterances for event in _in(utterance, find_dates))


def _in(utterance: Utterance, find_dates: FindDates) -> Iterable[KnownEvent]:
    for found in find_dates(utterance.text):
        if found.day is None or found.past:
            continue
        before = _BETWEEN.search(utterance.text[: found.start])
        behind = _BEHIND.search(utterance.text[found.end :])
        told = before or behind
        if told is not None:
            yield KnownEvent(_bare(told["name"]), found.day, utterance.index)


def dated(dates: Sequence[SpokenDate], utterance: Utterance, known: Sequence[KnownEvent]) -> list[SpokenDate]:
    """Return *dates* of *utterance* with those that wait for an event of *known* set to its day."""
    if not known:
        return list(dates)
    found = [_resolved(entry, utterance, known) for entry in dates]
    taken = [range(entry.start, entry.end) for entry in found]
    for match in _NEXT.finditer(utterance.text):
        day = _day_of(match["event"], utterance, known)
        if day is not None and not any(match.start("event") in span for span in taken):
            found.append(SpokenDate(match.start("event"), match.end("event"), match["event"], day, None))
    return sorted(found, key=lambda entry: entry.start)


def _resolved(entry: SpokenDate, utterance: Utterance, known: Sequence[KnownEvent]) -> SpokenDate:
    waits = (entry.reason or "").removeprefix("depends on ")
    if entry.day is not None or waits == entry.reason or not _AHEAD.match(entry.text):
        return entry
    day = _day_of(waits, utterance, known)
    if day is None:
        return entry
    counted = _COUNTED.search(utterance.text[: entry.start])
    if counted is None:
        return replace(entry, day=day, reason=None)
    size = 7 if counted["unit"].lower() == "week" else 1
    day -= timedelta(days=size * _COUNTS[counted["n"].lower()])
    return replace(entry, start=counted.start(), text=utterance.text[counted.start() : entry.end], day=day, reason=None)


def _day_of(name: str, utterance: Utterance, known: Sequence[KnownEvent]) -> date | None:
    """Return the day of the event meant: as told last before the sentence, else first after it, else as recorded."""
    meant = [event for event in known if _same(_bare(name), event.name) and event.told != utterance.index]
    before = [event for event in meant if 0 <= event.told < utterance.index]
    after = [event for event in meant if event.told > utterance.index]
    recorded = {event.day for event in meant if event.told < 0}
    if before:
        return before[-1].day
    if after:
        return after[0].day
    return recorded.pop() if len(recorded) == 1 else None


def _same(one: str, other: str) -> bool:
    """Tell whether two names can mean one event: the same noun, and nothing said of one that the other is not."""
    first, second = one.split(), other.split()
    if first[-1].removesuffix("s") != second[-1].removesuffix("s"):
        return False
    mine, theirs = set(first[:-1]), set(second[:-1])
    return mine == theirs or (
        first[-1] not in _COMMON and (mine <= theirs or theirs <= mine) and "next" not in mine ^ theirs
    )


def _bare(name: str) -> str:
    return " ".join(word for word in name.casefold().replace("-", "").split() if word not in _ARTICLES)
