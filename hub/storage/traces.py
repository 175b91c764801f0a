"""Inbox and worked-off calls in the hub's database."""

from datetime import datetime
from typing import Any

from sqlalchemy import Engine, delete, func, select

from hub.domain.audit import Entry
from hub.storage import audit, rows
from hub.storage.calls_tables import calls
from hub.storage.engine import reading, transaction
from hub.storage.sync_tables import inbox


class SqlTraces:
    """`Traces` on SQLite or PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def old(self, before: datetime) -> dict[str, int]:
        """Count; see `Traces.old`."""
        with reading(self._engine) as connection:
            return {
                name: int(connection.execute(select(func.count()).select_from(table).where(*past)).scalar_one())
                for name, (table, past) in _past(before).items()
            }

    def remove(self, before: datetime, entry: Entry) -> dict[str, int]:
        """Remove; see `Traces.remove`."""
        with transaction(self._engine) as connection:
            gone = {
                name: int(connection.execute(delete(table).where(*past)).rowcount)
                for name, (table, past) in _past(before).items()
            }
            audit.append(connection, [entry])
            return gone


def _past(before: datetime) -> dict[str, tuple[Any, tuple[Any, ...]]]:
    at = rows.naive(before)
    return {
        "inbox": (inbox, (inbox.c.at < at,)),
        "calls": (calls, (calls.c.handled_at.is_not(None), calls.c.received_at < at)),
    }
