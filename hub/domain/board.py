"""Actions of approved minutes, over all meetings."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from hub.domain.minutes import Evidence
from hub.domain.people import Grant
from hub.domain.rare import RARE


class ActionState(StrEnum):
    """What became of an action."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    CANCELLED = "cancelled"


UNDER_WAY = (ActionState.OPEN, ActionState.IN_PROGRESS)


class ClosingState(StrEnum):
    """What a person made of a passage that says an action is done."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Closing:
    """A passage of a later meeting of the series that says an action is done; nothing closes before a person agrees."""

    meeting_id: str
    meeting: str
    held_on: date
    evidence: Evidence
    said_by: str | None = None
    state: ClosingState = ClosingState.PROPOSED
    by: str = ""
    """Address of the person who agreed or did not."""
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BoardAction:
    """An action of approved minutes. *id* is `meeting/item`, the same as its record's external id at the hub."""

    id: str
    meeting_id: str
    item: str
    text: str
    quote: str
    entered_at: datetime
    state: ActionState = ActionState.OPEN
    owner: str | None = None
    owner_email: str | None = None
    due: date | None = None
    study: str | None = None
    changed_at: datetime | None = None
    changed_by: str = ""
    revision: int = 1
    closing: Closing | None = field(default=None, metadata=RARE)
    of_record: bool = field(default=False, metadata=RARE)
    """Whether *due* was taken from the study's record."""

    @property
    def under_way(self) -> bool:
        """Tell whether it is still to be done."""
        return self.state in UNDER_WAY

    @property
    def asks(self) -> Closing | None:
        """Return the passage that a person is to judge, if there is one."""
        proposed = self.closing is not None and self.closing.state is ClosingState.PROPOSED
        return self.closing if proposed and self.under_way else None

    def late(self, today: date) -> bool:
        """Tell whether it is past its day and not done."""
        return self.under_way and self.due is not None and self.due < today


@dataclass(frozen=True, slots=True)
class BoardQuery:
    """Which actions to list. *late_on* asks for those that are past their day on that day.

    *after* is the due day (`date.max` without one) and the id of the last one seen.
    """

    sight: tuple[Grant, ...]
    states: tuple[ActionState, ...] = ()
    owner_email: str | None = None
    owner: str | None = None
    """By the name that the minutes give."""
    study: str | None = None
    late_on: date | None = None
    after: tuple[date, str] | None = None
    limit: int = 100
