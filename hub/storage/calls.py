"""Webhook calls in the hub's database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, delete, select, update

from hub.domain.calls import Call
from hub.ports import Clock
from hub.storage import bulk, rows
from hub.storage.calls_tables import calls
from hub.storage.engine import reading, transaction
from hub.storage.upsert import upsert

_MANY = 1000
_READ = 100


class SqlCalls:
    """`Calls` on SQLite or PostgreSQL."""

    def __init__(self, engine: Engine, *, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock

    def keep(self, come: Sequence[Call]) -> set[str]:
        """Store calls; see `Calls.keep`."""
        if not come:
            return set()
        # in one order, so that two processes that were sent the same calls do not wait for each other in a ring
        made = [_row(call) for _, call in sorted({call.key: call for call in come}.items())]
        with transaction(self._engine) as connection:
            statement = upsert(connection, calls).on_conflict_do_nothing(index_elements=["key"])
            return set(connection.execute(statement.returning(calls.c.key), made).scalars())

    def waiting(self, system: str) -> list[int]:
        """Return the numbers of calls; see `Calls.waiting`."""
        query = select(calls.c.number).where(calls.c.system == system, calls.c.handled_at.is_(None))
        with reading(self._engine) as connection:
            return list(connection.execute(query.order_by(calls.c.number).limit(_MANY)).scalars())

    def bodies(self, system: str) -> dict[int, bytes]:
        """Return what calls hold; see `Calls.bodies`."""
        query = select(calls.c.number, calls.c.body).where(calls.c.system == system, calls.c.handled_at.is_(None))
        with reading(self._engine) as connection:
            return {row.number: row.body for row in connection.execute(query.order_by(calls.c.number).limit(_READ))}

    def handled(self, numbers: Sequence[int], *, keep_bodies: bool = True) -> None:
        """Note that calls are worked off; see `Calls.handled`."""
        with transaction(self._engine) as connection:
            these = bulk.among(connection, calls.c.number, numbers)
            values: dict[str, Any] = {"handled_at": rows.naive(self._clock())}
            connection.execute(update(calls).where(these).values(values if keep_bodies else values | {"body": b""}))

    def forget(self, before: datetime) -> int:
        """Remove old calls; see `Calls.forget`."""
        old = (calls.c.handled_at.is_not(None), calls.c.received_at < rows.naive(before))
        with transaction(self._engine) as connection:
            return int(connection.execute(delete(calls).where(*old)).rowcount)


def _row(call: Call) -> dict[str, Any]:
    return {
        "key": call.key,
        "system": call.system,
        "body": call.body,
        "received_at": rows.naive(call.received_at),
        "sent_at": rows.naive(call.sent_at) if call.sent_at else None,
    }
