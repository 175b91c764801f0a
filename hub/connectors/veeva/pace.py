"""Keeps a vault's burst limit: above it every call of everybody's is slowed down."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from hub.domain.errors import RetryableError

WINDOW_S = 300.0
"""The vault counts calls in windows of five minutes."""
_KEPT = 0.05
"""Share of the calls that is left to the vault's other users."""
_REST_S = 30.0


class Pace:
    """Asks to wait where the vault says that its calls are used up, and looks again after that."""

    def __init__(self, name: str, clock: Callable[[], datetime]) -> None:
        self._name = name
        self._clock = clock
        self._until: datetime | None = None

    def hold(self) -> None:
        """Let a call go out. RetryableError with the wait where the limit is nearly used up."""
        now = self._clock()
        if self._until is not None and now < self._until:
            left_s = (self._until - now).total_seconds()
            raise RetryableError(f"{self._name}: its burst limit is nearly used up", retry_after_s=left_s)
        self._until = None

    def note(self, headers: Mapping[str, str]) -> None:
        """Read what an answer says of the limit."""
        limit, left = _number(headers, "X-VaultAPI-BurstLimit"), _number(headers, "X-VaultAPI-BurstLimitRemaining")
        if _number(headers, "X-VaultAPI-ResponseDelay") or (left is not None and left <= (limit or 0) * _KEPT):
            self._until = self._clock() + timedelta(seconds=_REST_S)


def _number(headers: Mapping[str, str], name: str) -> int | None:
    told = headers.get(name, "")
    return int(told) if told.isascii() and told.isdigit() else None
