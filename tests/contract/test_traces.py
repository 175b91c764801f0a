"""What only guards against repetition, on both databases: counted, and removed with a line in the trail."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from hub.domain.audit import Entry
from hub.domain.calls import Call
from hub.storage.audit_tables import audit
from hub.storage.calls import SqlCalls
from hub.storage.sync_tables import inbox
from hub.storage.traces import SqlTraces

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
BEFORE = NOW - timedelta(days=30)


@pytest.fixture
def traces(engine):
    calls = SqlCalls(engine, clock=lambda: NOW)
    calls.keep([Call("cro", f"{days:064}", b"", NOW - timedelta(days=days)) for days in (1, 40, 50)])
    calls.handled(calls.waiting("cro")[:2])  # the third is still to be worked off
    with engine.begin() as connection:
        old = (NOW - timedelta(days=31)).replace(tzinfo=None)
        connection.execute(insert(inbox), [{"consumer": "c", "message_id": "m", "at": old}])
    return SqlTraces(engine)


def test_what_is_past_its_time_and_done_with_goes(engine, traces):
    entry = Entry(NOW, "Anna", "retention", "j", "removed", None, '"2026"', "old", "", "j")
    assert traces.old(BEFORE) == {"inbox": 1, "calls": 1}
    assert traces.remove(BEFORE, entry) == {"inbox": 1, "calls": 1}
    assert traces.old(BEFORE) == {"inbox": 0, "calls": 0}
    assert traces.old(NOW) == {"inbox": 0, "calls": 1}
    with engine.begin() as connection:
        assert list(connection.execute(select(audit.c.actor)).scalars()) == ["Anna"]
