"""Attempts that were refused, in the audit trail, without letting anyone flood it."""

import threading
from datetime import datetime, timedelta

from hub.domain.people import Principal
from hub.domain.policy import Right
from hub.services.accounts.desk import Desk

_EVERY = timedelta(minutes=10)
_MOST = 10_000


class Refusals:
    """Notes one refusal of a person for a right and a route in ten minutes, with how many came since the last."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._noted: dict[tuple[str, str, str], tuple[datetime, int]] = {}
        self._lock = threading.Lock()

    def note(self, principal: Principal, right: Right, *, route: str, path: str) -> None:
        """Append to the trail that *principal* was refused *right* at *path*, unless one of *route* was just noted."""
        key, now = (principal.user.id, str(right), route), self._desk.clock()
        with self._lock:
            at, left_out = self._noted.get(key, (None, 0))
            if at is not None and now - at < _EVERY:
                self._noted[key] = (at, left_out + 1)
                return
            if len(self._noted) >= _MOST:
                self._noted.clear()
            self._noted[key] = (now, 0)
        told = {"right": str(right), "asked": path} | ({"more_since_last": left_out} if left_out else {})
        entry = self._desk.entry("refused", principal.user.id, by=principal.actor, new=told, reason="no right")
        self._desk.accounts.note([entry])
