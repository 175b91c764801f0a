"""Events whose day only the study's record holds: "before the initiation visit in Lyon" is that day, if one is meant."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from hub.domain.known_days import HOLDS, KnownDay
from hub.nlp.dates import SpokenDate
from hub.nlp.dates.numbers import CARDINAL, value
from hub.nlp.extract.events_counted import counted
from hub.nlp.extract.lexicon import words
from hub.nlp.extract.utterances import Utterance

_HOW = r"(?:by the time of|in time for|prior to|ahead of|no later than|before|until|till|after|by|at|to|for|of|from)"
_OWN = words("the our their your this that its")
_NEXT = words("next coming upcoming")
_PLAIN = words("planned scheduled routine remote on-site onsite actual formal joint")
_OF_SITE = words("site sites centre center centres number no hospital clinic visit dr doctor professor")
_NO_PLACE = words(
    "the a an time least latest all both that this last first our their your two three four january february march april may "
    "june july august september october november december monday tuesday wednesday thursday friday saturday sunday "
    "me you us them him her it everyone everybody person"
)
_AT = re.compile(
    r"(?:\s+(?:visit|call))?,?\s+(?:at|in|of|for|with|to)\s+(?P<place>(?:the\s+)?(?:(?:site|centre|center)\s+)?(?:number\s+|no\.?\s*|#\s*)?"
    r"[\w’'-]+(?:\s[A-Z][\w’'-]+){0,2})",
)
_SITE = re.compile(rf"\b(?:site|centre|center)(?:\s+(?:number|no\.?|#))?\s+(?P<n>\d+|(?:{CARDINAL})\b)", re.IGNORECASE)
_WORD = re.compile(r"[^\W_][\w-]*")
_BACK = 6
"""Sentences before one in which the site spoken of was named."""
_MEETINGS = re.compile(r"(?:committee|board|call|meeting|dmc|dsmb|idmc|steerco|council|telecon)$")
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class _Spoken:
    """An event as it was named: *start* and *end* in the text, its candidates, the words before and after the name."""

    start: int
    name: int
    end: int
    how: str
    lead: tuple[str, ...]
    meant: tuple[KnownDay, ...]
    claim: frozenset[str]


class Recorded:
    """Gives the events that the sentences of one meeting wait for the days of the study's record."""

    def __init__(self, known: Sequence[KnownDay], utterances: Sequence[Utterance]) -> None:
        self._known = known
        self._utterances = utterances
        self._places = frozenset(place for one in known for place in one.places)
        names = sorted({name for one in known for name in one.names}, key=len, reverse=True)
        told = "|".join(re.escape(name).replace(r"\ ", r"[\s-]+").replace(r"\-", r"[\s-]?") for name in names)
        lead = rf"(?P<lead>(?:(?!{_HOW}\b)[\w’'.-]+\s+){{0,5}}?)"
        self._pattern = re.compile(rf"\b(?P<how>{_HOW})\s+{lead}(?P<name>{told})s?\b", re.IGNORECASE) if names else None

    def dated(self, dates: Sequence[SpokenDate], utterance: Utterance) -> list[SpokenDate]:
        """Return *dates* of *utterance* with those of recorded events; what the meeting itself gave a day stays.

        An event that may be several of the record's has no day, and the reason says which.
        """
        found = list(dates)
        for spoken in self._spoken(utterance.text):
            if (entry := self._entry(spoken, utterance)) is None:
                continue
            beside = [one for one in found if one.start < entry.end and entry.start < one.end]
            counts = [one for one in beside if entry.start <= one.start and one.end < entry.end]
            if all(one.day is None and not one.past for one in beside if one not in counts):
                found = [one for one in found if one not in beside]
                found.append(entry)
        return sorted(found, key=lambda entry: entry.start)

    def _spoken(self, text: str) -> Iterable[_Spoken]:
        for match in self._pattern.finditer(text) if self._pattern else ():
            said = _plain(match["name"])
            meant = tuple(one for one in self._known if any(_plain(name) in {said, said + "s"} for name in one.names))
            at = _AT.match(text, match.end())
            claim = _claimed(at["place"]) if at else frozenset()
            end = at.end() if at and claim & self._places else match.end()
            lead = tuple(word.casefold() for word in match["lead"].split())
            yield _Spoken(match.start(), match.start("name"), end, match["how"].casefold(), lead, meant, claim)

    def _entry(self, spoken: _Spoken, utterance: Utterance) -> SpokenDate | None:
        text = utterance.text
        steps = counted(text, spoken.start, spoken.how)
        if not _is_due(spoken, text) and steps is None:
            return None
        meant = self._meant(spoken, utterance)
        if meant is None:
            return None
        start = steps.start if steps else spoken.start
        said = text[start : spoken.end]
        if isinstance(meant, str):
            return SpokenDate(start, spoken.end, said, None, meant)
        day: date | None = meant.day
        last = meant.last if steps is not None and steps.after else None
        if steps is not None:
            day = steps.day(last or meant.day)
        reason = None if day else "the record's day cannot be counted from"
        source = replace(meant.source, day=meant.day, last=last)
        return SpokenDate(start, spoken.end, said, day, reason, source=source)

    def _meant(self, spoken: _Spoken, utterance: Utterance) -> KnownDay | str | None:
        """Return the event that is meant, why that cannot be told, or None where the words name no event of a record."""
        lead = [word for word in spoken.lead if word not in _OWN | _PLAIN]
        next_said = any(word in _NEXT for word in lead)
        where = _bare(word for word in lead if word not in _NEXT)
        if where and not where <= self._places | _OF_SITE:
            return None
        meant = [one for one in spoken.meant if next_said or not one.only_next]
        claims = [claim for claim in (where - _OF_SITE, spoken.claim) if claim] or self._named_before(utterance)
        meant = _there(meant, claims)
        if not meant:
            return f"{HOLDS} no such day ahead there" if spoken.meant and claims else None
        if len({one.day for one in meant}) == 1:
            return meant[0]
        return f"{HOLDS} several: {_listed(meant)}"

    def _named_before(self, utterance: Utterance) -> list[frozenset[str]]:
        """Return the sites that the sentence, or the last one that names any, speaks of."""
        for one in reversed(self._utterances[max(0, utterance.index - _BACK) : utterance.index + 1]):
            sites = {_number(match["n"]) for match in _SITE.finditer(one.text)}
            if found := frozenset(sites | (self._places & _claimed(one.text))):
                return [found]
        return []


def _there(meant: Sequence[KnownDay], claims: Sequence[frozenset[str]]) -> list[KnownDay]:
    """Return those of *meant* that may be meant where sites were named, or none was: then those of the whole study."""
    whole = [one for one in meant if not one.places]
    placed = [one for one in meant if one.places]
    if not placed or not claims:
        return whole or placed
    return [one for one in placed if all(claim & set(one.places) for claim in claims)]


def _is_due(spoken: _Spoken, text: str) -> bool:
    """Tell whether the words before an event make its day one by which something is to be there."""
    if spoken.how in {"after", "of", "from"} or "a" in spoken.lead[:1] or "an" in spoken.lead[:1]:
        return False
    if spoken.how in {"for", "to", "at"} and not _MEETINGS.search(text[spoken.name : spoken.end].casefold()):
        return spoken.how == "at" and bool(spoken.lead)
    return True


def _claimed(place: str) -> frozenset[str]:
    """Return the words of *place* that may name one."""
    said = _WORD.findall(place.casefold().replace("’", "'").replace("'s", ""))
    return _bare(word for word in said if word not in _NO_PLACE)


def _bare(said: Iterable[str]) -> frozenset[str]:
    bare = (word.casefold().replace("’s", "").replace("'s", "").strip(".,'’") for word in said)
    return frozenset(_number(word) for word in bare if word and word not in _OF_SITE)


def _number(word: str) -> str:
    if word.isdecimal():
        return str(int(word))
    try:
        return str(value(word.casefold()))
    except (KeyError, ValueError):
        return word.casefold()


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace("-", " ").split())


def _listed(meant: Sequence[KnownDay]) -> str:
    told = [f"{one.source.event} {one.day.isoformat()}" for one in sorted(meant, key=lambda one: one.day)]
    more = f" and {len(told) - _SHOWN} more" if len(told) > _SHOWN else ""
    return ", ".join(told[:_SHOWN]) + more
