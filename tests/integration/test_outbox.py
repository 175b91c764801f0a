"""The relay and transactions that commit late."""

import pytest
from sqlalchemy import insert

from hub.domain.messages import Message
from hub.storage.engine import open_engine
from hub.storage.outbox import SqlOutbox
from hub.storage.rows import message_row
from hub.storage.sync_tables import outbox as table


def message(number: int) -> Message:
    return Message(f"m{number}", "hub.records", f"r{number}", {}, b"{}")


@pytest.fixture
def engine(postgres_url):
    engine = open_engine(postgres_url)
    yield engine
    engine.dispose()


def test_a_row_of_a_transaction_held_open_is_not_skipped(engine):
    outbox = SqlOutbox(engine)
    with engine.connect() as held:
        held.execute(insert(table), message_row(message(1)))  # takes the lower number, and commits last
        with engine.begin() as quick:
            quick.execute(insert(table), message_row(message(2)))
        first = outbox.waiting(10)
        outbox.published([number for number, _ in first])
        held.commit()
    second = outbox.waiting(10)
    assert [one.id for _, one in first] == ["m2"]
    assert [one.id for _, one in second] == ["m1"]
    assert second[0][0] < first[0][0]
    outbox.published([number for number, _ in second])
    assert outbox.waiting(10) == []
