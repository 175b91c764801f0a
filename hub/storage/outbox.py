"""Messages on their way to the bus."""

from collections.abc import Sequence

from sqlalchemy import Engine, delete, select

from hub.domain.messages import Message
from hub.storage import bulk, rows
from hub.storage.engine import reading, transaction
from hub.storage.sync_tables import outbox


class SqlOutbox:
    """`Outbox` in the hub's database.

    The messages of one record are numbered in the order of their commits, since a change locks its record first.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def waiting(self, limit: int) -> list[tuple[int, Message]]:
        """Return the next messages; see `Outbox.waiting`."""
        with reading(self._engine) as connection:
            found = connection.execute(select(outbox).order_by(outbox.c.number).limit(limit)).all()
        return [(row[0], rows.message(row)) for row in found]

    def published(self, numbers: Sequence[int]) -> None:
        """Forget messages; see `Outbox.published`."""
        with transaction(self._engine) as connection:
            connection.execute(delete(outbox).where(bulk.among(connection, outbox.c.number, numbers)))
