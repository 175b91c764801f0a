"""Actions with a due day as a calendar file (RFC 5545)."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hub.domain.minutes import Action, Minutes
from hub.ports import Wording

if TYPE_CHECKING:
    from icalendar import Event


def calendar(minutes: Minutes, words: Wording, *, version: int, made_at: datetime) -> bytes:
    """Return one all-day entry for each action with a due day; empty bytes where there is none.

    An action keeps its UID from version to version, so that calendars put the newer entry in the place of the older.
    """
    from icalendar import Calendar

    dated = [action for action in minutes.actions if action.due is not None]
    if not dated:
        return b""
    made = Calendar()
    made.add("prodid", "-//Liaison hub//minutes//EN")
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    for event in _events(dated, minutes, words, version=version, made_at=made_at):
        made.add_component(event)
    return bytes(made.to_ical())


def _events(
    actions: Sequence[Action], minutes: Minutes, words: Wording, *, version: int, made_at: datetime
) -> "list[Event]":
    from icalendar import Event

    events: list[Event] = []
    for action in actions:
        if action.due is None:
            continue
        event = Event()
        event.add("uid", f"{minutes.meeting.id}/{action.id}@liaison-hub")
        event.add("sequence", version)
        event.add("dtstamp", made_at.astimezone(UTC))
        event.add("dtstart", action.due)
        event.add("dtend", action.due + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
        event.add("summary", action.text)
        owner = f"{words.text('Owner')}: {action.owner or words.text('No owner')}"
        event.add("description", f"{owner}\n“{action.evidence.quote}”\n{minutes.meeting.title or ''}".strip())
        events.append(event)
    return events
