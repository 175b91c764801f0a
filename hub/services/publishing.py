"""Governance meetings stand in a calendar as the plan has them; what people changed there is not written over."""

from collections.abc import Callable
from enum import StrEnum

from hub.domain.errors import StandingError
from hub.domain.recurring import Series
from hub.ports.events import EventCalendar
from hub.services.review.room import Room, entry


class Published(StrEnum):
    """What was done."""

    MADE = "made"
    CHANGED = "changed"
    STANDS = "stands"
    """It is there as it should be; nothing was written."""
    REMOVED = "removed"
    ABSENT = "absent"


def publish(calendar: EventCalendar, series: Series, *, anyway: bool = False) -> Published:
    """See to it that *series* stands in *calendar*: looked at first, written only where it differs.

    StandingError where somebody has changed it there since the hub wrote it, unless *anyway*; StaleError where it
    changes between the look and the write. Done again, nothing is made twice.
    """
    series.checked()
    held = calendar.find(series.uid)
    if held is None:
        calendar.put(series, None)
        return Published.MADE
    if held.written == series.fingerprint and not held.altered:
        return Published.STANDS
    if held.altered and not anyway:
        raise StandingError(f"{series.title}: somebody has changed it in the calendar; look at it, then decide")
    calendar.put(series, held)
    return Published.CHANGED


def withdraw(calendar: EventCalendar, uid: str, *, anyway: bool = False) -> Published:
    """See to it that no series *uid* stands in *calendar*; errors as of `publish`."""
    held = calendar.find(uid)
    if held is None:
        return Published.ABSENT
    if held.altered and not anyway:
        raise StandingError(f"{uid}: somebody has changed it in the calendar; look at it, then decide")
    calendar.remove(held)
    return Published.REMOVED


def noted(room: Room, name: str, series: Series, do: Callable[[], Published], *, actor: str) -> Published:
    """Do something with *series* in the calendar *name*, and append to the trail what was done.

    Called with what may be done again: a trail that could not be written leaves it to the next time.
    """
    done = do()
    if done not in (Published.STANDS, Published.ABSENT):
        said = None if done is Published.REMOVED else f"{series.title} ({series.fingerprint})"
        line = entry(actor, room.clock(), "calendar", f"calendar/{name}/{series.uid}", "series", None, said, str(done))
        with room.shelf.writing() as unit:
            unit.audit([line])
    return done
