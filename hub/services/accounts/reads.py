"""What inspectors and auditors look at, in the audit trail, without their pages waiting for it (11.10(b), E6 3.16)."""

import threading
from collections import deque
from contextlib import suppress
from datetime import datetime, timedelta

import structlog

from hub.domain.audit import Entry
from hub.domain.errors import HubError
from hub.domain.people import Principal, Role
from hub.domain.policy import in_force
from hub.services.accounts.desk import Desk

log = structlog.get_logger()
WATCHED = frozenset({Role.INSPECTOR, Role.AUDITOR})
_EVERY = timedelta(minutes=10)
_MOST = 10_000
_AGAIN_S = 1.0


class Reads:
    """Notes one look of a person at one address in ten minutes.

    Between `start` and `stop` a thread of its own writes them, within moments; `stop` waits for the last. What cannot
    wait any more, because the database was away for long, is written before the page is shown, or it is not shown.
    """

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._noted: dict[tuple[str, str], datetime] = {}
        self._waiting: deque[Entry] = deque()
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._some = threading.Event()
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    def note(self, principal: Principal, *, path: str, meeting: str = "") -> None:
        """Have it noted that *principal* looks at *path*, a part of *meeting* where that is named."""
        now = self._desk.clock()
        duties = sorted({str(one.role) for one in principal.grants if one.role in WATCHED and in_force(one, now)})
        if not duties or not self._first(principal.user.id, path, now):
            return
        entry = self._desk.entry(
            "read",
            meeting or principal.user.id,
            by=principal.actor,
            new={"asked": path, "as": duties},
            kind="meeting" if meeting else "user",
        )
        self._waiting.append(entry)
        self._some.set()
        if len(self._waiting) > _MOST:
            self._write()

    def start(self) -> None:
        """Begin to write."""
        self._ended.clear()
        self._thread = threading.Thread(target=self._run, name="reads", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write what waits, and end."""
        self._ended.set()
        self._some.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _first(self, user: str, path: str, now: datetime) -> bool:
        with self._lock:
            at = self._noted.get((user, path))
            if at is not None and now - at < _EVERY:
                return False
            if len(self._noted) >= _MOST:
                self._noted.clear()
            self._noted[user, path] = now
            return True

    def _run(self) -> None:
        while not self._ended.is_set():
            self._some.wait()
            self._some.clear()
            try:
                self._write()
            except HubError as error:
                log.warning("reads_wait", reason=str(error), waiting=len(self._waiting))
                self._ended.wait(_AGAIN_S)
                self._some.set()
        with suppress(HubError):
            self._write()

    def _write(self) -> None:
        with self._writing:  # beside the other lock: who looks at a page waits for no database
            come = list(self._waiting)
            if come:
                self._desk.accounts.note(come)
            for _ in come:  # written, so that nothing was lost if that failed
                self._waiting.popleft()
