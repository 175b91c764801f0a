"""Days told by an event of the sentence before: "the audit is on the thirteenth" - "I send it the day before"."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from hub.nlp.dates import SpokenDate
from hub.nlp.dates.numbers import CARDINAL
from hub.nlp.dates.parts import UNIT, shift
from hub.nlp.extract.events_said import KnownEvent
from hub.nlp.extract.utterances import Utterance

_REACH = 2  # sentences after the one that told the event
_END = r"(?: (?:it|that))?(?=\W*$|[,.;!?]| (?:and|so|then|to|at the latest|latest)\b)"
_DAY = re.compile(rf"\b(?:on )?the (?:day|evening|night|afternoon) (?P<way>before|after){_END}", re.IGNORECASE)
_SAME = re.compile(rf"\b(?:on )?(?:the|that) (?:very )?same day{_END}", re.IGNORECASE)
_STEPS = re.compile(
    rf"\b(?:within )?(?P<n>{CARDINAL})[- ]{UNIT} (?P<way>before(?:hand)?|earlier|later|after(?:wards)?){_END}",
    re.IGNORECASE,
)
_AFTER = ("after", "later")


def beside(dates: Sequence[SpokenDate], utterance: Utterance, known: Sequence[KnownEvent]) -> list[SpokenDate]:
    """Return *dates* of *utterance* with what counts from the one event that was told just before it."""
    near = [event for event in known if 0 < utterance.index - event.told <= _REACH]
    if len({event.day for event in near}) != 1:
        return list(dates)
    found = _counted(utterance.text, near[-1].day)
    if found is None:
        return list(dates)
    others = [one for one in dates if one.end <= found.start or found.end <= one.start]
    return sorted((*others, found), key=lambda one: one.start)


def _counted(text: str, event: date) -> SpokenDate | None:
    if (same := _SAME.search(text)) is not None:
        return _spoken(same, event)
    if (day := _DAY.search(text)) is not None:
        return _spoken(day, event + timedelta(days=1 if day["way"].lower() == "after" else -1))
    steps = _STEPS.search(text)
    if steps is None:
        return None
    return _spoken(steps, shift(steps, event, 1 if steps["way"].lower().startswith(_AFTER) else -1))


def _spoken(match: re.Match[str], day: date) -> SpokenDate:
    return SpokenDate(match.start(), match.end(), match.group(), day, None)
