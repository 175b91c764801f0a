"""What a person asks about their own data, and what came of it (GDPR 12, 15 to 17)."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from hub.domain.policy import Scope


class Wish(StrEnum):
    """What a person may ask for."""

    ACCESS = "access"
    ERASURE = "erasure"
    RECTIFICATION = "rectification"
    RESTRICTION = "restriction"
    OBJECTION = "objection"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one class of a person's data: *count* things `told`, `erased` or `kept`, and *why* kept."""

    what: str
    count: int
    done: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class PersonalRequest:
    """A request by the person with *email*, answered for *organization*, due within a month of its receipt."""

    id: str
    organization: str
    email: str
    wish: Wish
    received_on: date
    noted_by: str
    noted_at: datetime
    state: str = "open"
    """open, answered or refused."""
    revision: int = 1
    outcomes: tuple[Outcome, ...] = ()
    answer: str = ""
    answered_by: str = ""
    answered_at: datetime | None = None

    @property
    def scope(self) -> Scope:
        """Return whose it is."""
        return Scope(frozenset({self.organization}))

    @property
    def due_on(self) -> date:
        """Return the last day for an answer: within a month of the receipt (GDPR 12(3))."""
        return next_month(self.received_on)


def next_month(day: date) -> date:
    """Return the same day of the next month, or the last of that month where it is shorter."""
    year, month = divmod(day.year * 12 + day.month, 12)
    after = date(year + (month == 11), (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), after - timedelta(days=1))
