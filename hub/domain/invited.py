"""What people answered to an invitation."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Answer(StrEnum):
    """An attendee's answer, in the words of iCalendar (PARTSTAT)."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    TENTATIVE = "tentative"
    OPEN = "needs-action"
    """Nothing was answered yet."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What the attendee of *address* answered: to the whole series, or to its occurrence of *day*; *at* where known."""

    address: str
    answer: Answer
    day: date | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """A mail that answers an invitation (iTIP METHOD:REPLY): *uid* names the series."""

    uid: str
    answered: Answered
