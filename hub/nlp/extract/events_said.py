"""Events whose day is told in the meeting: "before the lock" is a day once the lock has one."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from hub.nlp.dates import SpokenDate
from hub.nlp.dates.grammar import before_date, moved
from hub.nlp.extract.lexicon import words
from hub.nlp.extract.utterances import Utterance

FindDates = Callable[[str], Sequence[SpokenDate]]

_NOUN = (
    r"(?:lock|unblinding|cut-?off|dmc|dsmb|idmc|interim(?: analysis)?|analysis|visit|audit|inspection|initiation|siv|activation|"
    r"submission|approval|meeting|call|review|training|close-?out|shipment|delivery|milestone|go-?live|committee|board|launch|"
    r"kick-?off|transfer|workshop|telecon|freeze|t\.?c\.?)"
)
_NAME = rf"(?P<name>(?:(?!(?:is|was|on|at|for|the|and|to|by|of|a|an|in)\b)[\w-]+ ){{0,3}}?{_NOUN})"
_BETWEEN = re.compile(
    rf"\b(?:the |our |their |your )?{_NAME}(?: (?:at|in|for|with) (?:the )?(?:site )?[\w-]+)?(?:(?:'s| is| are| will be|'ll be| takes place| falls| happens| starts| meets| stays)?"
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
_THE_LAST = re.compile(r"\bthe (?P<unit>day|week) $", re.IGNORECASE)
_SOME = re.compile(r"\b(?:hours?|days?|weeks?|fortnights?|months?) $", re.IGNORECASE)
"""What stands before an event that is counted from: "five days", "some weeks"."""
_FURTHER = re.compile(
    r" (?:notes|minutes|report|letter|slides|agenda|deck|email|mail|list|file|form|team|plan|pack)\b", re.IGNORECASE
)
"""A noun behind the event's: the kick-off notes are no kick-off."""
_ARTICLES = words("the our their your this that a an planned scheduled")
_COMMON = words(
    "visit call meeting review training transfer shipment delivery submission approval analysis workshop committee board milestone"
)
"""Events of which a study has many: one is meant only where it is called the same."""


@dataclass(frozen=True, slots=True)
class KnownEvent:
    """An event, its day, and the sentence that told it."""

    name: str
    day: date
    told: int


def events_said(
    utterances: Sequence[Utterance], dates: Callable[[Utterance], Sequence[SpokenDate]]
) -> tuple[KnownEvent, ...]:
    """Return the events that *utterances* give a day ahead, in order; *dates* gives the days of a sentence."""
    return tuple(event for utterance in utterances for event in _in(utterance, dates(utterance)))


def _in(utterance: Utterance, dates: Sequence[SpokenDate]) -> Iterable[KnownEvent]:
    for found in dates:
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
    text = utterance.text
    if _FURTHER.match(text, entry.end):
        return entry
    lead = text[: entry.end - len(waits)]
    counted = before_date().search(lead)
    last = _THE_LAST.search(text[: entry.start])
    start = entry.start
    if counted is not None and not lead[counted.end("way") :].strip():
        start, day = counted.start(), moved(counted, day)
    elif last is not None:
        start, day = last.start(), day - timedelta(days=7 if last["unit"].lower() == "week" else 1)
    elif _SOME.search(text[: entry.start]):
        return entry
    return replace(entry, start=start, text=text[start : entry.end], day=day, reason=None)


def _day_of(name: str, utterance: Utterance, known: Sequence[KnownEvent]) -> date | None:
    """Return the day of the event meant: as told last before the sentence, else first after it."""
    bare = _bare(name)
    meant = [event for event in known if event.told != utterance.index and _same(bare, event.name)]
    before = [event for event in meant if event.told < utterance.index]
    if before:
        return before[-1].day
    return meant[0].day if meant else None


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
