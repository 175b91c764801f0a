"""How often the trail and the access are reviewed, by risk, and what is said to whom when something is due."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from hub.domain.rare import RARE


class ReviewKind(StrEnum):
    """What is reviewed periodically; the names under which reviews stand in the trail."""

    TRAIL = "audit review"
    ACCESS = "access review"


DEFAULT_DAYS = {ReviewKind.TRAIL: 90, ReviewKind.ACCESS: 180}
DEFAULT_BASIS = "no risk basis was given: the hub's own period"


@dataclass(frozen=True, slots=True)
class ReviewPlan:
    """How often an organization reviews, and on which assessment of the risk that rests (E6(R3) 4.2.3, 4.3.8)."""

    organization: str
    kind: ReviewKind
    days: int
    basis: str
    since: datetime | None = None
    """When the plan was set: the first review is due *days* after."""
    revision: int = 1

    def due_at(self, last: datetime | None) -> datetime | None:
        """Return when the next review is due; None where nothing says since when."""
        begun = last or self.since
        return None if begun is None else begun + timedelta(days=self.days)


class ReminderKind(StrEnum):
    """Why a notice is sent."""

    TRAIL_REVIEW = "trail_review"
    ACCESS_REVIEW = "access_review"
    PERIOD_ENDED = "period_ended"
    INCIDENT = "incident"
    BREACH_CLOCK = "breach_clock"
    PERSONAL_REQUEST = "personal_request"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class Reminder:
    """A mail that says that something waits: to one person, about one thing, sent once. It holds no content."""

    id: str
    kind: ReminderKind
    to: str
    user_id: str
    locale: str
    at: datetime
    link: str
    """Path of the page where it waits."""
    count: int = 1
    state: str = "waiting"
    """waiting, sending, sent or failed."""
    attempts: int = 0
    next_at: datetime | None = None
    sent_at: datetime | None = None
    said: str = field(default="", metadata=RARE)
    """What the mail server said, or why it failed."""
