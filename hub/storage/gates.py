"""Rate budgets and circuit breakers in the hub's database, so that all workers of a system share them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from hub.ports import Clock
from hub.storage import rows
from hub.storage.engine import reading, transaction
from hub.storage.sync_tables import gates

OPENS_AFTER = 3
_FIRST_S, _LONGEST_S = 0.5, 60.0


class SqlGates:
    """`Gates`: a token bucket a system, and a breaker that waits twice as long after each failure, up to a minute.

    *rates* gives requests a second for the systems that have a limit; a bucket holds ten seconds' worth, at least one
    request.
    """

    def __init__(self, engine: Engine, *, rates: Mapping[str, float], clock: Clock) -> None:
        self._engine = engine
        self._rates = rates
        self._clock = clock

    def wait(self, system: str, requests: int = 1) -> float:
        """Take requests; see `Gates.wait`."""
        rate = self._rates.get(system)
        now = rows.naive(self._clock())
        if rate is None or not requests:
            with reading(self._engine) as connection:
                until = connection.execute(select(gates.c.open_until).where(gates.c.system == system)).scalar()
            return _seconds(until, now)
        with self._row(system, now) as (connection, row):
            if left := _seconds(row.open_until, now):
                return left
            passed = max(0.0, (now - row.refilled_at).total_seconds())
            tokens = min(row.tokens + passed * rate, _bucket(rate))
            taken = requests if tokens >= requests else 0
            _set(connection, system, tokens=tokens - taken, refilled_at=now)
            return 0.0 if taken else (requests - tokens) / rate

    def failed(self, system: str, *, retry_after_s: float | None) -> float:
        """Note an outage; see `Gates.failed`."""
        now = rows.naive(self._clock())
        with self._row(system, now) as (connection, row):
            failures = row.failures + 1
            pause = retry_after_s or min(_FIRST_S * 2 ** min(failures - 1, 10), _LONGEST_S)
            opened = retry_after_s is not None or failures >= OPENS_AFTER
            until = now + timedelta(seconds=pause) if opened else None
            _set(connection, system, failures=failures, open_until=until)
            return float(pause)

    def worked(self, system: str) -> None:
        """Note an answer; see `Gates.worked`."""
        with reading(self._engine) as connection:
            failures = connection.execute(select(gates.c.failures).where(gates.c.system == system)).scalar()
        if failures:
            with transaction(self._engine) as connection:
                _set(connection, system, failures=0, open_until=None)

    def states(self) -> dict[str, str]:
        """Return the breakers' states; see `Gates.states`."""
        now = rows.naive(self._clock())
        with reading(self._engine) as connection:
            return {row.system: _state(row, now) for row in connection.execute(select(gates))}

    def hold(self, system: str, seconds: float) -> None:
        """Keep writers away; see `Gates.hold`."""
        now = rows.naive(self._clock())
        with self._row(system, now) as (connection, _row):
            _set(connection, system, held_until=now + timedelta(seconds=seconds) if seconds else None)

    def held(self, system: str) -> float:
        """Return how long writers stay away; see `Gates.held`."""
        with reading(self._engine) as connection:
            until = connection.execute(select(gates.c.held_until).where(gates.c.system == system)).scalar()
        return _seconds(until, rows.naive(self._clock())) if until else 0.0

    @contextmanager
    def _row(self, system: str, now: datetime) -> Iterator[tuple[Connection, Any]]:
        query = select(gates).where(gates.c.system == system).with_for_update()
        with transaction(self._engine) as connection:
            row = connection.execute(query).one_or_none()
            if row is None:
                tokens = _bucket(self._rates.get(system, 0.0))
                connection.execute(insert(gates).values(system=system, tokens=tokens, refilled_at=now, failures=0))
                row = connection.execute(query).one()
            yield connection, row


def _bucket(rate: float) -> float:
    return max(1.0, rate * 10)


def _set(connection: Connection, system: str, **values: Any) -> None:
    connection.execute(update(gates).where(gates.c.system == system).values(values))


def _seconds(until: datetime | None, now: datetime) -> float:
    return max(0.0, (until - now).total_seconds()) if until else 0.0


def _state(row: Any, now: datetime) -> str:
    if row.open_until is None:
        return "closed"
    return "open" if row.open_until > now else "half-open"
