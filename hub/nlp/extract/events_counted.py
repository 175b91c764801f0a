"""Days counted from an event: "two working days before the visit", "the day before", "within a week of"."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from hub.nlp.dates.numbers import CARDINAL
from hub.nlp.dates.parts import UNIT, shift

_STEPS = re.compile(rf"\b(?:(?:with)?in |no later than |at least )?(?P<n>{CARDINAL})[- ]{UNIT},? $", re.IGNORECASE)
_THE_LAST = re.compile(r"\bthe (?P<unit>day|evening|night|morning|afternoon|week) $", re.IGNORECASE)
_SOME = re.compile(
    r"\b(?:hours?|days?|weeks?|fortnights?|months?|shortly|soon|well|right|just|some time) $", re.IGNORECASE
)
"""What stands before an event that is counted from without a number: "some weeks"."""
_BEFORE = frozenset({"before", "prior to", "ahead of"})
_AFTER = frozenset({"after", "of", "from"})


@dataclass(frozen=True, slots=True)
class Steps:
    """How far from an event: *start* is where it begins in the text, *match* has the count, None where none is told."""

    start: int
    after: bool
    match: re.Match[str] | None
    days: int = 0

    def day(self, event: date) -> date | None:
        """Return the day counted from that of the event, None where the count is not told."""
        sign = 1 if self.after else -1
        if self.match is not None:
            return shift(self.match, event, sign)
        return event + timedelta(days=sign * self.days) if self.days else None


def counted(text: str, place: int, how: str) -> Steps | None:
    """Return what counts from the event whose words begin at *place* with *how* ("before"); None where nothing does."""
    if how not in _BEFORE | _AFTER:
        return None
    head, after = text[:place], how in _AFTER
    if (told := _STEPS.search(head)) is not None:
        return Steps(told.start(), after, told)
    if (last := _THE_LAST.search(head)) is not None and how != "of":
        return Steps(last.start(), after, None, 7 if last["unit"].lower() == "week" else 1)
    if (some := _SOME.search(head)) is not None:
        return Steps(some.start(), after, None)
    return None
