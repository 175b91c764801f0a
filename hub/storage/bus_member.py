"""One member of a consumer group on the bus in the database."""

import contextlib
import json
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, Engine, func, select

from hub.domain.errors import FatalError, RetryableError
from hub.domain.messages import Message, Received
from hub.storage.bus_tables import bus_heads, bus_messages
from hub.storage.engine import reading
from hub.storage.shares import Shares

_LOOK_EVERY_S = 0.02


class SqlMember:
    """`BusConsumer` on tables, for one thread."""

    def __init__(
        self,
        engine: Engine,
        topic: str,
        shares: Shares,
        position: Callable[[int], int | None],
        *,
        monotonic: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._engine = engine
        self._topic = topic
        self._shares = shares
        self._position = position
        self._monotonic = monotonic
        self._sleep = sleep
        self._next: dict[int, int] = {}
        self._paused: set[int] = set()
        self._turn = 0

    def poll(self, limit: int, wait_s: float) -> Sequence[Received]:
        """Return messages; see `BusConsumer.poll`."""
        until = self._monotonic() + wait_s
        while True:
            self._place(self._shares.refresh())
            found = self._read(limit)
            left = until - self._monotonic()
            if found or left <= 0:
                return found
            self._sleep(min(_LOOK_EVERY_S, left))

    def rewind(self, partition: int, offset: int) -> None:
        """Read again from *offset*; see `BusConsumer.rewind`. Nothing happens for a partition held no longer."""
        if partition in self._next:
            self._next[partition] = offset

    def pause(self, partition: int) -> None:
        """Hold a partition back; see `BusConsumer.pause`. It stays so when members come and go."""
        self._paused.add(partition)

    def resume(self, partition: int) -> None:
        """Give a partition again; see `BusConsumer.resume`."""
        self._paused.discard(partition)

    def lag(self) -> dict[int, int]:
        """Return what is still to be read; see `BusConsumer.lag`."""
        with reading(self._engine) as connection:
            heads = self._heads(connection)
        return {partition: heads[partition] - offset for partition, offset in self._next.items()}

    def close(self) -> None:
        """Leave the group; see `BusConsumer.close`."""
        self._next = {}
        # with the database away, the leases run out by themselves
        with contextlib.suppress(RetryableError):
            self._shares.release()

    def _place(self, held: frozenset[int]) -> None:
        """Go to our own positions in partitions just taken; forget those that were lost."""
        self._next = {partition: offset for partition, offset in self._next.items() if partition in held}
        for partition in sorted(held - self._next.keys()):
            own = self._position(partition)
            self._next[partition] = self._beginning(partition) if own is None else own

    def _beginning(self, partition: int) -> int:
        columns = bus_messages.c
        query = select(func.min(columns.offset)).where(columns.topic == self._topic, columns.partition == partition)
        with reading(self._engine) as connection:
            head = self._heads(connection)[partition]
            first = connection.execute(query).scalar_one()
        return head if first is None else min(int(first), head)

    def _read(self, limit: int) -> list[Received]:
        found: list[Received] = []
        with reading(self._engine) as connection:
            heads = self._heads(connection)
            behind = sorted(p for p, at in self._next.items() if heads[p] > at and p not in self._paused)
            # the partition that was first last time is last now, so that a full one does not starve the others
            self._turn += 1
            start = self._turn % len(behind) if behind else 0
            for partition in behind[start:] + behind[:start]:
                if len(found) < limit:
                    found += self._after(connection, partition, limit - len(found))
        for one in found:
            self._next[one.partition] = one.offset + 1
        return found

    def _after(self, connection: Connection, partition: int, limit: int) -> list[Received]:
        columns, start = bus_messages.c, self._next[partition]
        query = (
            select(columns.offset, columns.id, columns.key, columns.headers, columns.body)
            .where(columns.topic == self._topic, columns.partition == partition, columns.offset >= start)
            .order_by(columns.offset)
            .limit(limit)
        )
        rows = connection.execute(query).all()
        if not rows or rows[0].offset != start:
            raise FatalError(
                f"{self._topic}: messages from {start} of partition {partition} were removed before they were read; "
                "run `hub sync reconcile`"
            )
        return [
            Received(Message(row.id, self._topic, row.key, json.loads(row.headers), row.body), partition, row.offset)
            for row in rows
        ]

    def _heads(self, connection: Connection) -> dict[int, int]:
        query = select(bus_heads.c.partition, bus_heads.c.next_offset).where(bus_heads.c.topic == self._topic)
        return {row.partition: row.next_offset for row in connection.execute(query)}
