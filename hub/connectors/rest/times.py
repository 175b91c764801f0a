"""Days and times: as a system writes them, and as the hub keeps them (ISO 8601, times in UTC).

One spelling for one moment: a time that came back with another offset would else be taken for an edit.
"""

import re
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hub.connectors.rest.config import Value
from hub.domain.errors import RejectedError

_EPOCHS = {"epoch_s": 1, "epoch_ms": 1000}
_HOUR = re.compile(r"%[HIcXT]")


def wanted_by(value: Value) -> type | None:
    """Return what a field that the hub has no type of is by its YAML: a day, a time, or None for neither."""
    if value.format == "iso":
        return datetime if value.zone else None
    return datetime if value.format in _EPOCHS or _HOUR.search(value.format) else date


def ours(value: Value, wanted: type, theirs: Any) -> str:
    """Return a day or time (*wanted* is date or datetime) as the hub keeps it. RejectedError where it is none."""
    try:
        read = _read(value, theirs)
        if wanted is date:
            return (read.astimezone(ZoneInfo(value.zone)) if value.zone and read.tzinfo else read).date().isoformat()
        if read.tzinfo is None and value.zone is None:
            raise RejectedError(f"{value.field}: {theirs!r} names no zone; give `zone` in the YAML")
        aware = read if read.tzinfo else read.replace(tzinfo=ZoneInfo(value.zone or "UTC"))
        return aware.astimezone(UTC).isoformat()
    except (ValueError, TypeError, OverflowError, OSError) as error:
        form = "ISO 8601" if value.format == "iso" else value.format
        raise RejectedError(f"{value.field}: {theirs!r} is no {_noun(wanted)} ({form})") from error


def theirs(value: Value, wanted: type, kept: str) -> str | int:
    """Return a day or time as the system writes it."""
    if wanted is date:
        day = date.fromisoformat(kept)
        return day.isoformat() if value.format == "iso" else day.strftime(value.format)
    moment = datetime.fromisoformat(kept).astimezone(ZoneInfo(value.zone or "UTC"))
    if value.format in _EPOCHS:
        return round(moment.timestamp() * _EPOCHS[value.format])
    return moment.isoformat() if value.format == "iso" else moment.strftime(value.format)


def _read(value: Value, theirs: Any) -> datetime:
    if value.format in _EPOCHS:
        return datetime.fromtimestamp(float(theirs) / _EPOCHS[value.format], UTC)
    if value.format == "iso":
        return datetime.fromisoformat(theirs)
    return datetime.strptime(theirs, value.format)  # noqa: DTZ007  # the caller gives it the declared zone


def _noun(wanted: type) -> str:
    return "day" if wanted is date else "time"
