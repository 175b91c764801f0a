"""The meeting's own calendar day, and the order of day and month where it was held."""

from datetime import date
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.domain.meeting import Meeting

_MONTH_FIRST = frozenset(
    {
        "America/New_York", "America/Chicago", "America/Denver", "America/Los_Angeles", "America/Phoenix",
        "America/Detroit", "America/Boise", "America/Anchorage", "America/Indiana/Indianapolis",
        "America/Kentucky/Louisville", "Pacific/Honolulu",
    }
)  # fmt: skip


def meeting_day(meeting: Meeting) -> date | None:
    """Return the calendar day on which the meeting began in its own zone, or None where nobody said when it was."""
    if meeting.started_at is None:
        return None
    if meeting.started_at.tzinfo is None or meeting.timezone is None:
        return meeting.started_at.date()
    try:
        return meeting.started_at.astimezone(ZoneInfo(meeting.timezone)).date()
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return meeting.started_at.date()


def region_of(timezone: str | None, default: str) -> str:
    """Return US for the zones of the United States, where 11/4 is the fourth of November; else *default*."""
    if timezone in _MONTH_FIRST or (timezone or "").startswith("US/"):
        return "US"
    return default
