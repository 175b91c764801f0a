"""Webhook calls on both databases: once each, whoever sends them twice and whoever stores them at the same time."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from hub.domain.calls import Call
from hub.storage.calls import SqlCalls

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)


def call(key, system="ctms", at=NOW):
    return Call(system, f"{key:064}", b'{"type": "site.changed"}', at)


@pytest.fixture
def calls(engine):
    return SqlCalls(engine, clock=lambda: NOW)


def test_a_call_is_kept_once(calls):
    assert calls.keep([call(1), call(2)]) == {call(1).key, call(2).key}
    assert calls.keep([call(2), call(3), call(3)]) == {call(3).key}
    assert len(calls.waiting("ctms")) == 3


def test_calls_wait_for_their_own_system(calls):
    calls.keep([call(1), call(2, "etmf")])
    assert len(calls.waiting("etmf")) == 1
    assert calls.waiting("edc") == []


def test_what_was_worked_off_waits_no_longer_and_is_not_taken_again(calls):
    calls.keep([call(1), call(2)])
    first = calls.waiting("ctms")[0]
    calls.handled([first])
    assert first not in calls.waiting("ctms")
    assert calls.keep([call(1), call(2)]) == set()
    assert len(calls.waiting("ctms")) == 1


def test_only_old_calls_that_were_worked_off_are_forgotten(calls):
    old = NOW - timedelta(days=9)
    calls.keep([call(1, at=old), call(2, at=old), call(3)])
    calls.handled([calls.waiting("ctms")[0], calls.waiting("ctms")[2]])
    assert calls.forget(NOW - timedelta(days=8)) == 1
    assert len(calls.waiting("ctms")) == 1
    assert calls.keep([call(1, at=old)]) == {call(1).key}, "it was forgotten"
    assert calls.keep([call(2, at=old), call(3)]) == set()


def test_nothing_to_keep_asks_nothing(calls):
    assert calls.keep([]) == set()


def test_two_that_store_the_same_calls_at_once_keep_each_once(calls):
    made, errors = [], []

    def store(numbers):
        try:
            made.append(calls.keep([call(number) for number in numbers]))
        except Exception as error:
            errors.append(error)

    numbers = list(range(300))
    threads = [threading.Thread(target=store, args=(some,)) for some in (numbers, numbers[::-1], numbers[100:])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sorted(key for some in made for key in some) == sorted(call(number).key for number in numbers)


def test_what_a_call_holds_can_be_read_and_is_thrown_away_where_it_is_to_be(calls, engine):
    calls.keep([call(1), call(2), call(3, "etmf")])
    held = calls.bodies("ctms")
    assert list(held) == calls.waiting("ctms")
    assert set(held.values()) == {b'{"type": "site.changed"}'}
    first, second = held
    calls.handled([first], keep_bodies=False)
    calls.handled([second])
    assert calls.bodies("ctms") == {}
    with engine.connect() as connection:
        bodies = connection.exec_driver_sql("SELECT body FROM webhook_calls ORDER BY number").scalars()
        assert [bytes(one) for one in bodies] == [b"", b'{"type": "site.changed"}', b'{"type": "site.changed"}']
