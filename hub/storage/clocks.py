"""One clock for what workers on several machines agree on by time."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, func, select

from hub.storage.engine import reading

_EVERY_S = 30.0


class DatabaseClock:
    """The clock of the PostgreSQL server, asked every half minute and counted on in between.

    A worker whose own clock is wrong, or is moved, takes no lease too early and holds none too long.
    """

    def __init__(self, engine: Engine, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._engine = engine
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._told = datetime.min.replace(tzinfo=UTC)
        self._asked: float | None = None

    def __call__(self) -> datetime:
        """Return the present time in UTC. RetryableError where the database does not answer."""
        with self._lock:
            if self._asked is None or self._monotonic() - self._asked > _EVERY_S:
                self._ask()
            assert self._asked is not None  # noqa: S101  # asked just now
            return self._told + timedelta(seconds=self._monotonic() - self._asked)

    def _ask(self) -> None:
        before = self._monotonic()
        with reading(self._engine) as connection:
            told: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        self._told, self._asked = told.astimezone(UTC), (before + self._monotonic()) / 2
