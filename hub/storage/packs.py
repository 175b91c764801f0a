"""Messages that were stored at once stand together in a row of the outbox: a pack.

A page of two thousand records is a handful of rows so, where each message was one. A row that tells one message is that
message; one that tells more holds them in its body: the length of a JSON list, a line feed, the list with `[id, topic,
key, headers, bytes]` of each, and the bytes of all one after the other.
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from hub.domain.messages import Message
from hub.storage import bulk, rows
from hub.storage.json_text import listed, read
from hub.storage.sync_tables import outbox

FROM = 20
"""So many messages are worth a pack; fewer are rows of their own."""
_MOST, _MOST_BYTES = 250, 1_000_000
"""Of a pack: what is relayed at once, and what goes through memory, is not much more than asked for."""


def store(connection: Connection, told: Sequence[Message]) -> list[tuple[str, Sequence[Message]]]:
    """Add *told* to the outbox in their order; return the packs that were made, each with the id of its row."""
    if len(told) < FROM:
        bulk.add(connection, outbox, [rows.message_row(one) for one in told])
        return []
    packs = list(_packs(told))
    connection.execute(insert(outbox), [_row(pack) for pack in packs])
    return [(pack[0].id, pack) for pack in packs]


def messages(row: Any) -> list[Message]:
    """Return the messages of a row."""
    *told, count = row
    if count == 1:
        return [rows.message(told)]
    length, _, rest = bytes(told[-1]).partition(b"\n")
    at, made = int(length), list[Message]()
    for known, topic, key, headers, size in read(rest[:at].decode("utf-8", "surrogatepass")):
        made.append(Message(known, topic, key, headers, rest[at : at + size]))
        at += size
    return made


def forget(connection: Connection, keys: Container[str]) -> None:
    """Take the messages of *keys* out of the packs that wait."""
    for row in connection.execute(select(outbox).where(outbox.c.messages > 1).with_for_update()).all():
        told, here = messages(row), outbox.c.number == row.number
        left = [one for one in told if one.key not in keys]
        if not left:
            connection.execute(delete(outbox).where(here))
        elif len(left) < len(told):
            connection.execute(update(outbox).where(here).values(_row(left)))


def _packs(told: Iterable[Message]) -> Iterator[list[Message]]:
    pack, size = list[Message](), 0
    for one in told:
        if pack and (len(pack) == _MOST or size + len(one.body) > _MOST_BYTES):
            yield pack
            pack, size = [], 0
        pack.append(one)
        size += len(one.body)
    if pack:
        yield pack


def _row(pack: Sequence[Message]) -> dict[str, Any]:
    if len(pack) == 1:
        return {**rows.message_row(pack[0]), "messages": 1}
    head = listed([[one.id, one.topic, one.key, dict(one.headers), len(one.body)] for one in pack])
    told = head.encode("utf-8", "surrogatepass")
    body = b"".join([b"%d\n" % len(told), told, *[one.body for one in pack]])
    return {"id": pack[0].id, "topic": pack[0].topic, "key": "", "headers": "", "body": body, "messages": len(pack)}
