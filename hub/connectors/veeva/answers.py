"""What a vault's answers mean: HTTP 200 also where it fails, a status of its own, and headers about its limits."""

from collections.abc import Mapping
from typing import Any

from hub.connectors.troubles import RightError
from hub.domain.errors import FatalError, RejectedError, RetryableError

_TEMPORARY = frozenset(
    {
        "API_LIMIT_EXCEEDED",
        "RACE_CONDITION",
        "CONFIGURATION_MODE_ENABLED",
        "UNEXPECTED_ERROR",
        "SERVICE_UNAVAILABLE",
        "OPERATION_TIMEOUT",
        "MAINTENANCE",
        "SYSTEM_READ_ONLY",
    }
)
_OURS = frozenset({"INSUFFICIENT_ACCESS", "NOT_AUTHORIZED", "INACTIVE_USER", "NO_API_ACCESS", "INVALID_VERSION"})
SESSION_OVER = "INVALID_SESSION_ID"
_SHOWN = 200


def is_temporary(kind: str) -> bool:
    """Tell whether an error of this type goes away by itself."""
    return kind in _TEMPORARY


def first_error(told: Any) -> tuple[str, str]:
    """Return type and message of the first error of an answer or a row, empty where there is none."""
    errors = told.get("errors") if isinstance(told, Mapping) else None
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], Mapping) else {}
    return str(first.get("type") or ""), " ".join(str(first.get("message") or "").split())


def downtime(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that a vault says it will be down, None where it is up."""
    told = headers.get("X-VaultAPI-DowntimeExpectedDurationMinutes")
    if told is None:
        return None
    return float(told) * 60 if told.isascii() and told.isdigit() else 300.0


def judged(where: str, kind: str, message: str) -> Exception:
    """Return the error that a failure of type *kind* stands for."""
    line = f"{where}: {kind or 'FAILURE'}"
    if is_temporary(kind):
        return RetryableError(line)
    if kind in _OURS:
        return RightError(f"{line}; the integration user lacks a right: {message[:_SHOWN]}")
    if kind == SESSION_OVER:
        return FatalError(f"{line}; a session that was just opened is refused")
    return RejectedError(f"{line}: {message[:_SHOWN]}" if message else line)
