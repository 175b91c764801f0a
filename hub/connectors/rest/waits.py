"""What a system says of how long to wait."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_WAITS = ("Retry-After", "RateLimit-Reset", "X-RateLimit-Reset-After")


def wait_of(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds that *headers* ask for (RFC 9110, 10.2.3: seconds or a date), None where they do not say."""
    told = next((headers[name] for name in _WAITS if name in headers), None)
    if told is None:
        return None
    try:
        seconds = float(told)
    except ValueError:
        moment = moment_of(told)
        return None if moment is None else max(0.0, (moment - now).total_seconds())
    return max(0.0, seconds) if math.isfinite(seconds) else None


def moment_of(told: str | None) -> datetime | None:
    """Return an HTTP date in UTC, None where it is none."""
    try:
        return parsedate_to_datetime(told).astimezone(UTC) if told else None
    except (ValueError, OverflowError):
        return None
