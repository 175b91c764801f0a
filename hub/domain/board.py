"""Actions of approved minutes, over all meetings."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from hub.domain.people import Grant


class ActionState(StrEnum):
    """What became of an action."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    DONE = "done"
    CANCELLED = "cancelled"


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

    def late(self, today: date) -> bool:
        """Tell whether it is past its day and not done."""
        return self.state in (ActionState.OPEN, ActionState.IN_PROGRESS) and self.due is not None and self.due < today


@dataclass(frozen=True, slots=True)
class BoardQuery:
    """Which actions to list. *late_on* asks for those that are past their day on that day.

    *after* is the due day (`date.max` without one) and the id of the last one seen.
    """

    sight: tuple[Grant, ...]
    states: tuple[ActionState, ...] = ()
    owner_email: str | None = None
    study: str | None = None
    late_on: date | None = None
    after: tuple[date, str] | None = None
    limit: int = 100
