"""Messages on their way to the bus."""

import threading
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Engine, case, delete, select

from hub.domain.messages import Message
from hub.storage import bulk, packs
from hub.storage.engine import reading, transaction
from hub.storage.sync_tables import outbox


class Handed:
    """Packs that this process stored, so that its own relay need not read them again.

    What is to be published is told by the table alone: a pack whose transaction was given up is never asked for. At
    most *most* messages of *most_bytes* together are held, the newest.
    """

    def __init__(self, most: int = 10_000, most_bytes: int = 32 << 20) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._lock = threading.Lock()
        self._packs: dict[str, Sequence[Message]] = {}
        self._held = self._bytes = 0

    def put(self, known: str, pack: Sequence[Message]) -> None:
        """Hold the pack of the row with the id *known*; of two with one id neither is."""
        with self._lock:
            if known in self._packs:
                self._drop(known)
                return
            self._packs[known] = pack
            self._held += len(pack)
            self._bytes += _size(pack)
            while self._held > self._most or self._bytes > self._most_bytes:
                self._drop(next(iter(self._packs)))

    def pack(self, known: str, count: int) -> Sequence[Message] | None:
        """Return the *count* messages of a row, None where they are not held or were not all of it."""
        with self._lock:
            found = self._packs.get(known)
        return found if found is not None and len(found) == count else None

    def drop(self, known: str) -> None:
        """Let go of a pack."""
        with self._lock:
            self._drop(known)

    def _drop(self, known: str) -> None:
        pack = self._packs.pop(known, ())
        self._held -= len(pack)
        self._bytes -= _size(pack)


def _size(pack: Sequence[Message]) -> int:
    return sum(len(one.body) for one in pack)


class SqlOutbox:
    """`Outbox` in the hub's database; *handed* has what this process stored.

    The messages of one record are numbered in the order of their commits, since a change locks its record first.
    """

    def __init__(self, engine: Engine, handed: Handed | None = None) -> None:
        self._engine = engine
        self._handed = handed or Handed()
        self._read: dict[int, str] = {}

    def waiting(self, limit: int) -> list[tuple[int, Message]]:
        """Return the next messages; see `Outbox.waiting`."""
        columns = outbox.c
        # the body of a pack, which may be held, is not fetched yet
        body = case((columns.messages == 1, columns.body))
        query = select(columns.number, columns.id, columns.topic, columns.key, columns.headers, body, columns.messages)
        with reading(self._engine) as connection:
            found = _first(connection.execute(query.order_by(columns.number).limit(limit)).all(), limit)
            held = {row.number: self._handed.pack(row.id, row.messages) for row in found if row.messages > 1}
            missing = [number for number, pack in held.items() if pack is None]
            if missing:
                query = select(outbox).where(bulk.among(connection, columns.number, missing))
                held |= {row.number: packs.messages(row) for row in connection.execute(query)}
        self._read = {row.number: row.id for row in found if row.messages > 1}
        made = list[tuple[int, Message]]()
        for row in found:
            told = packs.messages(row) if row.messages == 1 else held[row.number]
            made += [(row.number, one) for one in told or ()]  # none where another relay was faster
        return made

    def published(self, numbers: Sequence[int]) -> None:
        """Forget messages; see `Outbox.published`."""
        told = list(dict.fromkeys(numbers))
        with transaction(self._engine) as connection:
            connection.execute(delete(outbox).where(bulk.among(connection, outbox.c.number, told)))
        for number in told:
            if (known := self._read.pop(number, None)) is not None:
                self._handed.drop(known)


def _first(found: Sequence[Any], limit: int) -> list[Any]:
    """Return the first rows of *found* that hold *limit* messages or a few more."""
    chosen, count = list[Any](), 0
    for row in found:
        if count >= limit:
            break
        chosen.append(row)
        count += row.messages
    return chosen
