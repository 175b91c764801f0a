"""Due dates said in working days, counted by the calendar of whoever owns the action."""

import re
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.domain.meeting import Meeting
from hub.domain.minutes import Action
from hub.domain.workdays import WorkCalendar

_SAID = re.compile(
    r"^(?:(?:in|within|after|the|next|about|another) )*[\w-]+(?: [\w-]+)?[- ](?:working|business)[- ]days?"
    r"(?:'|’)?(?: time)?(?: from (?:now|today))?$",
    re.IGNORECASE,
)
"""A count from the day of the meeting; one from another day ("two working days after the visit") is none."""
_SATURDAY = 5


def recounted(action: Action, begin: date | None, calendar: WorkCalendar | None) -> tuple[Action, str | None]:
    """Return *action* due by the working days of *calendar*, and why it moved; as it is where nothing lies between.

    *begin* is the day of the meeting. The day found before counts Monday to Friday, whatever the place.
    """
    said = (action.due_as_spoken or "").strip()
    if action.due is None or begin is None or calendar is None or action.due <= begin or not _SAID.match(said):
        return action, None
    ahead = (begin + timedelta(days=step) for step in range(1, (action.due - begin).days + 1))
    day = calendar.later(begin, sum(one.weekday() < _SATURDAY for one in ahead))
    if day == action.due:
        return action, None
    why = f"counted in working days of {calendar.place}; Monday to Friday alone would give {action.due}"
    return replace(action, due=day), why


def began(meeting: Meeting) -> date | None:
    """Return the calendar day of the meeting in its own zone."""
    at = meeting.started_at
    if at is None or at.tzinfo is None or meeting.timezone is None:
        return at.date() if at else None
    try:
        return at.astimezone(ZoneInfo(meeting.timezone)).date()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return at.date()
