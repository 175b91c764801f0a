"""The outbox on both databases; on PostgreSQL also beside transactions that commit late."""

import uuid
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, insert, select

from hub.domain.messages import Message
from hub.domain.sync import Effects
from hub.storage import packs
from hub.storage.ledger import SqlLedger
from hub.storage.outbox import Handed, SqlOutbox
from hub.storage.rows import message_row
from hub.storage.sync_tables import outbox as table


def message(number: int, key: str = "") -> Message:
    return Message(f"m{number}", "hub.records", key or f"r{number}", {"ce_id": f"é{number}"}, bytes(range(256)))


@pytest.fixture
def outbox(shared_engine):
    made = SqlOutbox(shared_engine)
    yield made
    made.published([number for number, _ in made.waiting(1000)])


def put(engine, *messages: Message) -> None:
    with engine.begin() as connection:
        connection.execute(insert(table), [message_row(one) for one in messages])


def test_messages_come_as_they_were_stored_in_their_order(outbox, shared_engine):
    made = [message(number, uuid.uuid4().hex) for number in range(30)]
    put(shared_engine, *made)
    assert [one for _, one in outbox.waiting(1000)] == made
    assert [one for _, one in outbox.waiting(7)] == made[:7]


def test_what_was_published_is_forgotten_and_nothing_else(outbox, shared_engine):
    put(shared_engine, *[message(number) for number in range(4)])
    numbers = [number for number, _ in outbox.waiting(10)]
    outbox.published([numbers[0], numbers[2]])
    assert [one.id for _, one in outbox.waiting(10)] == ["m1", "m3"]
    outbox.published([])
    outbox.published(numbers)
    assert outbox.waiting(10) == []


@pytest.mark.parametrize("shared_engine", ["postgresql"], indirect=True)  # SQLite has one writer at a time
def test_a_row_of_a_transaction_held_open_is_not_skipped(outbox, shared_engine):
    with shared_engine.connect() as held:
        held.execute(insert(table), message_row(message(1)))  # takes the lower number, and commits last
        put(shared_engine, message(2))
        first = outbox.waiting(10)
        outbox.published([number for number, _ in first])
        held.commit()
    second = outbox.waiting(10)
    assert [one.id for _, one in first] == ["m2"]
    assert [one.id for _, one in second] == ["m1"]
    assert second[0][0] < first[0][0]


MANY = 600
NOW = datetime(2026, 5, 19, 8, tzinfo=UTC)


def stored(engine, messages, handed: Handed | None = None) -> None:
    ledger = SqlLedger(engine, clock=lambda: NOW, handed=handed)
    with ledger.unit() as unit:
        unit.save(Effects(messages=tuple(messages)))
    assert ledger.counts()["outbox"] >= len(messages)


def rows_in(engine) -> int:
    with engine.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


def test_a_page_of_messages_is_a_handful_of_rows_and_comes_as_it_was(outbox, shared_engine):
    made = [message(number) for number in range(MANY)]
    odd = Message("odd", "another", "ключ", {"a": "half \ud83d", "": "\x00\n"}, b"")
    stored(shared_engine, [odd, *made])
    assert rows_in(shared_engine) == 3
    assert [one for _, one in outbox.waiting(10_000)] == [odd, *made]
    first = outbox.waiting(7)
    assert [one for _, one in first] == [odd, *made][: len(first)]
    assert 7 <= len(first) <= 300
    outbox.published([number for number, _ in first])
    assert [one for _, one in outbox.waiting(10_000)] == [odd, *made][len(first) :]


def test_messages_alone_and_in_packs_keep_their_order(outbox, shared_engine):
    made = [message(number) for number in range(60)]
    put(shared_engine, made[0])
    stored(shared_engine, made[1:40])
    stored(shared_engine, made[40:45])
    stored(shared_engine, made[45:])
    assert [one for _, one in outbox.waiting(1000)] == made
    told = outbox.waiting(2)
    assert [one for _, one in told] == made[:40]


def test_large_messages_are_not_packed_without_end(outbox, shared_engine):
    made = [Message(f"m{number}", "t", "k", {}, bytes(400_000)) for number in range(packs.FROM)]
    stored(shared_engine, made)
    assert rows_in(shared_engine) == packs.FROM / 2
    assert [one for _, one in outbox.waiting(1000)] == made


def test_who_stored_a_pack_does_not_read_it_again(shared_engine):
    handed = Handed()
    outbox, made = SqlOutbox(shared_engine, handed), [message(number) for number in range(MANY)]
    stored(shared_engine, made, handed)
    told = outbox.waiting(10_000)
    assert all(one is other for (_, one), other in zip(told, made, strict=True))
    outbox.published([number for number, _ in told])
    assert outbox.waiting(10_000) == []
    assert handed.pack("m0", 250) is None


def test_a_pack_of_a_transaction_that_was_given_up_is_published_by_nobody(shared_engine):
    handed = Handed()
    outbox = SqlOutbox(shared_engine, handed)
    ledger = SqlLedger(shared_engine, clock=lambda: NOW, handed=handed)
    with suppress(ArithmeticError), ledger.unit() as unit:
        unit.save(Effects(messages=tuple(message(number) for number in range(MANY))))
        raise ArithmeticError
    assert handed.pack("m0", 250)
    assert outbox.waiting(10_000) == []


def test_what_is_held_is_not_told_where_the_row_is_another(shared_engine):
    handed = Handed()
    outbox, made = SqlOutbox(shared_engine, handed), [message(number) for number in range(packs.FROM)]
    stored(shared_engine, made, handed)
    with shared_engine.begin() as connection:
        packs.forget(connection, {"r3", "r4"})
    told = outbox.waiting(1000)
    assert [one for _, one in told] == [one for one in made if one.key not in {"r3", "r4"}]
    with shared_engine.begin() as connection:
        packs.forget(connection, {one.key for one in made} - {"r7"})
    assert [one for _, one in outbox.waiting(1000)] == [made[7]]
    outbox.published([number for number, _ in outbox.waiting(1000)])


def test_no_more_is_held_than_is_said_and_nothing_twice():
    handed, made = Handed(50), [message(number) for number in range(20)]
    for known in ("a", "b", "c"):
        handed.put(known, made)
    assert handed.pack("a", 20) is None  # the oldest went
    assert handed.pack("c", 20) is made
    handed.put("c", made)
    assert handed.pack("c", 20) is None
    handed.put("d", made)
    handed.put("e", made)
    assert handed.pack("d", 20) is made


def test_of_packs_so_many_bytes_are_held_and_no_more():
    big = [Message(f"b{number}", "t", "k", {}, b"x" * 40) for number in range(4)]
    handed = Handed(most_bytes=100)
    for number, one in enumerate(big):
        handed.put(f"p{number}", (one,))
    assert [handed.pack(f"p{number}", 1) is not None for number in range(4)] == [False, False, True, True]
    handed.put("larger", tuple(big))
    assert handed.pack("larger", 4) is None
    handed.put("again", (big[0],))
    assert handed.pack("again", 1) == (big[0],)
