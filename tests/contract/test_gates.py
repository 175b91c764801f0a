"""Rate budgets and breakers on both databases: what one worker notes holds for all."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from hub.storage.gates import OPENS_AFTER, SqlGates


@pytest.fixture
def name() -> str:
    return f"s-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def workers(shared_engine, name):
    """Two workers, and what moves the clock of both."""
    now = [datetime(2026, 6, 1, 9, tzinfo=UTC)]
    made = [SqlGates(shared_engine, rates={name: 2.0}, clock=lambda: now[0]) for _ in range(2)]

    def later(seconds: float) -> None:
        now[0] += timedelta(seconds=seconds)

    return (*made, later)


def test_workers_share_one_budget(workers, name):
    one, two, later = workers
    assert [gate.wait(name) for gate in (one, two) * 10] == [0.0] * 20
    assert one.wait(name) == pytest.approx(0.5)
    assert two.wait(name, 0) == 0.0, "the breaker is closed"
    later(0.6)
    assert two.wait(name) == 0.0
    assert one.wait(name) > 0


def test_a_system_without_a_limit_is_never_waited_for(workers):
    one, _, _ = workers
    assert one.wait("unlimited") == 0.0


def test_the_breaker_opens_after_some_failures_for_all_and_an_answer_closes_it(workers, name):
    one, two, later = workers
    for _ in range(OPENS_AFTER - 1):
        one.failed(name, retry_after_s=None)
    assert two.wait(name, 0) == 0.0
    pause = one.failed(name, retry_after_s=None)
    assert two.wait(name, 0) == pytest.approx(pause)
    assert two.states()[name] == "open"
    later(pause + 0.1)
    assert two.states()[name] == "half-open"
    assert two.wait(name, 0) == 0.0
    two.worked(name)
    assert one.states()[name] == "closed"


def test_each_failure_waits_longer_up_to_a_minute(workers, name):
    one, _, _ = workers
    pauses = [one.failed(name, retry_after_s=None) for _ in range(12)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 60.0


def test_a_system_that_says_how_long_is_left_alone_for_as_long(workers, name):
    one, two, later = workers
    assert one.failed(name, retry_after_s=120.0) == 120.0
    assert two.wait(name) == pytest.approx(120.0)
    later(121)
    assert two.wait(name) == 0.0


def test_writers_stay_away_while_a_reader_holds_them(workers, name):
    one, two, later = workers
    one.hold(name, 10)
    assert two.held(name) == pytest.approx(10.0)
    assert two.wait(name, 0) == 0.0, "it may be read"
    later(11)
    assert two.held(name) == 0.0
    one.hold(name, 10)
    one.hold(name, 0)
    assert two.held(name) == 0.0
