"""What waits over all meetings: reviews to sign, copies to look at, deliveries that failed."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from hub.domain.approvals import Review, ReviewState
from hub.domain.distribution import Dispatch, DispatchState
from hub.domain.localized import CopyState, LocalizedCopy
from hub.domain.people import Grant

Waiting = TypeVar("Waiting", Review, LocalizedCopy, Dispatch)

ORDERS: dict[type, tuple[str, ...]] = {
    Review: ("asked_at", "meeting_id", "version"),
    LocalizedCopy: ("meeting_id", "version", "locale"),
    Dispatch: ("id",),
}
"""The fields that each kind is listed by."""


@dataclass(frozen=True, slots=True)
class WaitingQuery(Generic[Waiting]):
    """Which things of *kind* to list: those in *state*, of meetings that *sight* reaches, after *last*."""

    kind: type[Waiting]
    state: ReviewState | CopyState | DispatchState
    sight: tuple[Grant, ...]
    last: Waiting | None = None
    limit: int = 50


def place(thing: Any) -> tuple[Any, ...]:
    """Return where a thing stands in the list of its kind."""
    return tuple(getattr(thing, name) for name in ORDERS[type(thing)])
