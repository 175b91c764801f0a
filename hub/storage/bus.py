"""The bus in the hub's own database, where no broker is wanted: SQLite or PostgreSQL."""

import json
import os
import socket
import time
import uuid
import zlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine, and_, delete, func, insert, select, update

from hub.domain.messages import Message
from hub.ports import Clock
from hub.storage.bus_member import SqlMember
from hub.storage.bus_tables import bus_heads, bus_messages
from hub.storage.engine import reading, transaction
from hub.storage.shares import Shares
from hub.storage.upsert import upsert

LEASE_S = 10.0


class SqlBus:
    """`Bus` on tables. *partitions* is what a new topic gets; a topic keeps what it was made with.

    *holder* names this process among those that share the work; None makes a name of its own. Threads may share the
    bus; each consumer belongs to one thread.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        clock: Clock,
        partitions: int = 8,
        holder: str | None = None,
        lease_s: float = LEASE_S,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._partitions = partitions
        self._holder = holder or f"{socket.gethostname()[:40]}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._lease_s = lease_s
        self._monotonic = monotonic
        self._sleep = sleep
        self._known: dict[str, int] = {}
        self._members = 0

    def publish(self, messages: Sequence[Message]) -> None:
        """Publish *messages* in one transaction; see `Bus.publish`."""
        if not messages:
            return
        shares: dict[tuple[str, int], list[Message]] = defaultdict(list)
        for message in messages:
            shares[message.topic, self._partition(message)].append(message)
        now = self._now()
        with transaction(self._engine) as connection:
            rows = []
            # always in this order, so that two publishers never wait for each other
            for (topic, partition), some in sorted(shares.items(), key=lambda share: share[0]):
                first = _advance(connection, topic, partition, len(some))
                rows += [_row(one, partition, offset, now) for offset, one in enumerate(some, first)]
            connection.execute(insert(bus_messages), rows)

    def consume(self, topic: str, group: str, position: Callable[[int], int | None]) -> SqlMember:
        """Join *group* on *topic*; see `Bus.consume`."""
        self._members += 1
        shares = Shares(
            self._engine,
            prefix=f"bus/{group}/{topic}",
            parts=self._count(topic),
            holder=f"{self._holder}-{self._members}",
            clock=self._clock,
            lease_s=self._lease_s,
        )
        return SqlMember(self._engine, topic, shares, position, monotonic=self._monotonic, sleep=self._sleep)

    def forget(self, topic: str, partition: int, below: int) -> None:
        """Remove messages with offsets under *below*, when every group has read them."""
        columns = bus_messages.c
        where = and_(columns.topic == topic, columns.partition == partition, columns.offset < below)
        with transaction(self._engine) as connection:
            connection.execute(delete(bus_messages).where(where))

    def close(self) -> None:
        """Nothing to let go of: the engine belongs to whoever handed it in."""

    def _partition(self, message: Message) -> int:
        return zlib.crc32(message.key.encode()) % self._count(message.topic)

    def _count(self, topic: str) -> int:
        """Return how many partitions *topic* has, making it where it is new."""
        if topic not in self._known:
            self._known[topic] = self._found(topic) or self._made(topic)
        return self._known[topic]

    def _found(self, topic: str) -> int:
        with reading(self._engine) as connection:
            return _size(connection, topic)

    def _made(self, topic: str) -> int:
        rows = [{"topic": topic, "partition": number, "next_offset": 0} for number in range(self._partitions)]
        with transaction(self._engine) as connection:
            # of two that make it at once, the one to make partition 0 decides how many there are
            first = upsert(connection, bus_heads).values(rows[0]).on_conflict_do_nothing()
            if connection.execute(first).rowcount and rows[1:]:
                connection.execute(insert(bus_heads), rows[1:])
            return _size(connection, topic)

    def _now(self) -> datetime:
        return self._clock().astimezone(UTC).replace(tzinfo=None)


def _size(connection: Connection, topic: str) -> int:
    query = select(func.count()).select_from(bus_heads).where(bus_heads.c.topic == topic)
    return int(connection.execute(query).scalar_one())


def _advance(connection: Connection, topic: str, partition: int, count: int) -> int:
    """Take the next *count* offsets and return the first; others wait here until this transaction ends."""
    columns = bus_heads.c
    taken = (
        update(bus_heads)
        .where(columns.topic == topic, columns.partition == partition)
        .values(next_offset=columns.next_offset + count)
        .returning(columns.next_offset)
    )
    return int(connection.execute(taken).scalar_one()) - count


def _row(message: Message, partition: int, offset: int, now: datetime) -> dict[str, object]:
    return {
        "topic": message.topic,
        "partition": partition,
        "offset": offset,
        "id": message.id,
        "key": message.key,
        "headers": json.dumps(dict(message.headers), ensure_ascii=False),
        "body": message.body,
        "stored_at": now,
    }
