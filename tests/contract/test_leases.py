"""Leases on both databases: one holder at a time, whatever their clocks say."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from hub.bootstrap import build
from hub.services.sync.kept_leases import KeptLeases
from hub.settings import load_settings
from hub.storage.clocks import DatabaseClock
from hub.storage.engine import open_engine
from hub.storage.leases import SqlLeases


class Moved:
    """A worker's own clock, and where it stands."""

    def __init__(self) -> None:
        self.now = datetime(2026, 6, 1, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def by(self, **much: float) -> None:
        self.now += timedelta(**much)


@pytest.fixture
def clock():
    return Moved()


@pytest.fixture(params=["asked each time", "kept"])
def both(engine, clock, request):
    asked = [SqlLeases(engine, holder=holder, clock=clock) for holder in ("one", "two")]
    if request.param == "asked each time":
        return asked
    return [KeptLeases(leases, monotonic=lambda: clock().timestamp()) for leases in asked]


def test_a_lease_has_one_holder_who_may_renew_it(both):
    one, two = both
    assert one.take("relay", 10)
    assert one.take("relay", 10)
    assert not two.take("relay", 10)
    assert two.take("pull", 10)


def test_a_lease_that_ran_out_or_was_given_back_is_free(both, clock):
    one, two = both
    assert one.take("relay", 10)
    clock.by(seconds=9)
    assert not two.take("relay", 10)
    clock.by(seconds=2)
    assert two.take("relay", 10)
    assert not one.take("relay", 10)
    two.release("relay")
    assert one.take("relay", 10)


def test_a_holder_who_renews_in_time_keeps_it_and_one_who_comes_late_does_not_believe_it(both, clock):
    one, two = both
    assert one.take("relay", 10)
    for _ in range(5):
        clock.by(seconds=4)
        assert one.take("relay", 10)
        assert not two.take("relay", 10)
    clock.by(seconds=11)
    assert two.take("relay", 10)
    assert not one.take("relay", 10)
    assert not one.take("relay", 10), "a refusal is not remembered as a lease"


def test_only_the_holder_gives_a_lease_back(both):
    one, two = both
    assert one.take("relay", 10)
    two.release("relay")
    assert not two.take("relay", 10)


def test_a_lease_taken_by_a_clock_that_ran_ahead_does_not_last_until_then(both, clock):
    one, two = both
    clock.by(hours=1)
    assert one.take("relay", 10)
    clock.by(hours=-1)
    assert two.take("relay", 10)


@pytest.fixture
def database(postgres_url):
    engine = open_engine(postgres_url)
    yield engine
    engine.dispose()


def test_the_clock_of_the_database_does_not_move_with_ours(database):
    class Count:
        at = 100.0

        def __call__(self) -> float:
            return self.at

    count = Count()
    clock = DatabaseClock(database, monotonic=count)
    first = clock()
    assert abs((first - datetime.now(UTC)).total_seconds()) < 5
    count.at += 20
    assert (clock() - first).total_seconds() == 20
    count.at += 20  # asked anew
    assert abs((clock() - first).total_seconds()) < 5


def test_workers_of_one_postgresql_go_by_its_clock(home, postgres_url, monkeypatch):
    hubs = []
    for hours in (0, 5, -5):
        monkeypatch.setattr("hub.bootstrap._now", lambda hours=hours: datetime.now(UTC) + timedelta(hours=hours))
        hub = build(load_settings(home=home, database=postgres_url))
        hub.sync.leases.take("warm-up", 1)
        hubs.append(hub)
    right, ahead, behind = (hub.sync.leases for hub in hubs)
    assert right.take("relay", 1)
    assert not ahead.take("relay", 1)
    assert not behind.take("relay", 1)
    time.sleep(1.2)
    assert behind.take("relay", 10)
    assert not right.take("relay", 10)
    assert not ahead.take("relay", 10)
    for hub in hubs:
        hub.close()
