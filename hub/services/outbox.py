"""How mails and messages go out: claimed first, so that of several processes one sends each, and tried again later.

What is sent so (`Dispatch`, `Notice`, `Reminder`) has an *id*, a *state*, *attempts* so far, and *next_at*: until when
it rests, or is claimed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from hub.domain.audit import Entry
from hub.domain.errors import BusyError, HubError, RetryableError, StaleError
from hub.services.review.room import Room

WAITS_S = (60, 300, 1800, 7200, 28800, 86400)
CLAIMED_FOR = timedelta(minutes=10)
"""What is not known to have been sent by then was lost with its process."""
SENDING = "sending"
T = TypeVar("T", bound=Any)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one attempt: *sent*, or to be tried again at *next_at*, or given up; *said* by the other side."""

    said: str
    sent: bool = False
    next_at: datetime | None = None
    counts: bool = True
    """It was an attempt: where somebody else does the same just then, nothing was tried."""


def tried(send: Callable[[], str], *, attempts: int, clock: Callable[[], datetime]) -> Outcome:
    """Send, for the time that *attempts* counts, and return what it came to. StaleError is raised: it is no answer."""
    try:
        return Outcome(send(), sent=True)
    except StaleError:
        raise
    except BusyError as error:
        return Outcome(str(error), next_at=clock() + timedelta(seconds=error.retry_after_s or WAITS_S[0]), counts=False)
    except RetryableError as error:
        if attempts > len(WAITS_S):
            return Outcome(f"given up: {error}")
        return Outcome(str(error), next_at=clock() + timedelta(seconds=WAITS_S[attempts - 1]))
    except HubError as error:
        return Outcome(str(error))


def rested(room: Room, kind: type[T], *, state: str) -> list[T]:
    """Return what stands in *state* and rests no more: what waits, or what was claimed and lost."""
    now = room.clock()
    with room.shelf.reading() as unit:
        return [one for one in unit.several(kind, state=state) if one.next_at is None or one.next_at <= now]


def claimed(room: Room, waiting: T, *, state: Any = SENDING) -> T | None:
    """Return it as claimed, None where somebody else has it."""
    with room.shelf.writing() as unit:
        now = unit.get(type(waiting), waiting.id, hold=True)
        if now is None or (now.state, now.attempts) != (waiting.state, waiting.attempts):
            return None
        mine: T = replace(now, state=state, attempts=now.attempts + 1, next_at=room.clock() + CLAIMED_FOR)
        unit.put(mine)
        return mine


def ended(room: Room, after: T, audit: Sequence[Entry] = ()) -> None:
    """Store what came of what was claimed, unless it took so long that another has looked after it."""
    with room.shelf.writing() as unit:
        now = unit.get(type(after), after.id, hold=True)
        if now is not None and (now.state, now.attempts) == (SENDING, after.attempts):
            unit.put(after)
            if audit:
                unit.audit(audit)
