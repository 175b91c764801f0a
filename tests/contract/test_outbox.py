"""The outbox on both databases; on PostgreSQL also beside transactions that commit late."""

import uuid

import pytest
from sqlalchemy import insert

from hub.domain.messages import Message
from hub.storage.outbox import SqlOutbox
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
