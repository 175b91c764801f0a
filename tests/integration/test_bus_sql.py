"""What the bus in the database must bear: publishers at once, late commits, members that die, and time going by."""

import threading
import time
from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, update

from hub.domain.errors import FatalError
from hub.domain.messages import Message
from hub.storage.bus import SqlBus
from hub.storage.bus_tables import bus_heads, bus_messages
from hub.storage.engine import open_engine
from hub.storage.tables import metadata

NOW = datetime(2026, 5, 19, 12, tzinfo=UTC)


class Hand:
    """A clock that moves by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request, tmp_path):
    url = f"sqlite:///{tmp_path}/hub.db" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    engine = open_engine(url)
    metadata.create_all(engine)
    yield engine
    engine.dispose()


def message(number: int, *, key: str = "one") -> Message:
    return Message(f"m{number}", "records", key, {}, b"%d" % number)


def nothing(partition: int) -> None:
    return None


def test_publishers_at_once_leave_no_gap_and_a_reader_beside_them_misses_nothing(engine):
    bus = SqlBus(engine, clock=lambda: datetime.now(UTC), partitions=2)
    bus.publish([message(0, key="start")])
    failures: list[BaseException] = []

    def publish(writer: int) -> None:
        try:
            for step in range(20):
                batch = [(writer, step * 3 + place) for place in range(3)]
                bus.publish([Message(f"{w}-{n}", "records", f"w{w}-{n % 2}", {}, b"") for w, n in batch])
        except BaseException as error:
            failures.append(error)

    writers = [threading.Thread(target=publish, args=(writer,)) for writer in range(4)]
    for writer in writers:
        writer.start()
    member, found, until = bus.consume("records", "readers", nothing), [], time.monotonic() + 30
    while len(found) < 241 and time.monotonic() < until:
        found += member.poll(50, 0.1)
    for writer in writers:
        writer.join()
    member.close()
    assert not failures
    assert len(found) == len({one.message.id for one in found}) == 241
    offsets, keys = defaultdict(list), defaultdict(list)
    for one in found:
        offsets[one.partition].append(one.offset)
        keys[one.message.key].append(one.message.id)
    assert all(numbers == list(range(len(numbers))) for numbers in offsets.values())
    for ids in keys.values():
        assert ids == sorted(ids, key=lambda one: int(one.partition("-")[2] or 0))


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_message_that_commits_late_holds_up_the_later_ones_so_that_no_reader_passes_it(engine):
    bus = SqlBus(engine, clock=lambda: NOW, partitions=1)
    member = bus.consume("records", "readers", nothing)
    assert not member.poll(10, 0)
    with engine.connect() as slow:
        slow.execute(update(bus_heads).values(next_offset=bus_heads.c.next_offset + 1))
        row = {"topic": "records", "partition": 0, "offset": 0, "id": "late", "key": "one", "headers": "{}"}
        slow.execute(insert(bus_messages).values(**row, body=b"", stored_at=NOW.replace(tzinfo=None)))
        later = threading.Thread(target=bus.publish, args=([message(1)],))
        later.start()
        assert not member.poll(10, 0.3)
        assert later.is_alive()
        slow.commit()
    later.join(10)
    assert [(one.offset, one.message.id) for one in member.poll(10, 5)] == [(0, "late"), (1, "m1")]
    member.close()


def test_a_publish_that_fails_leaves_nothing_and_no_gap(engine):
    bus = SqlBus(engine, clock=lambda: NOW, partitions=1)
    with pytest.raises(FatalError):
        bus.publish([message(1), Message("m2", "records", "k", {}, None)])
    bus.publish([message(2)])
    member = bus.consume("records", "readers", nothing)
    assert [(one.offset, one.message.id) for one in member.poll(10, 1)] == [(0, "m2")]
    member.close()


def test_the_partitions_of_a_member_that_dies_are_taken_when_its_lease_runs_out(engine):
    hand = Hand()
    buses = [SqlBus(engine, clock=hand, partitions=4, holder=name, lease_s=10) for name in ("one", "other")]
    dying, other = (bus.consume("records", "readers", nothing) for bus in buses)
    for _ in range(3):
        dying.poll(10, 0)
        other.poll(10, 0)
        hand.now += timedelta(seconds=1)
    assert len(dying.lag()) == len(other.lag()) == 2
    buses[0].publish([message(number, key=f"k{number}") for number in range(40)])
    hand.now += timedelta(seconds=5)
    found = list(other.poll(100, 0))
    assert len(other.lag()) == 2
    hand.now += timedelta(seconds=6)
    found += other.poll(100, 0)
    assert len(other.lag()) == 4
    assert {one.message.id for one in found} == {f"m{number}" for number in range(40)}
    assert not dying.poll(10, 0) or not dying.lag()
    other.close()
    dying.close()


def test_members_that_come_and_go_keep_fair_shares_without_overlap(engine):
    hand = Hand()
    bus = SqlBus(engine, clock=hand, partitions=8)
    members: list = []
    for fair in ([8], [4, 4], [2, 3, 3], [2, 2, 2, 2]):
        members.append(bus.consume("records", "readers", nothing))
        _turns(members, hand)
        assert sorted(len(member.lag()) for member in members) == fair
        held = [partition for member in members for partition in member.lag()]
        assert sorted(held) == list(range(8))
    members.pop(1).close()
    _turns(members, hand)
    assert sorted(len(member.lag()) for member in members) == [2, 3, 3]
    for member in members:
        member.close()


def _turns(members, hand) -> None:
    for _ in range(3):
        for member in members:
            member.poll(1, 0)
        hand.now += timedelta(seconds=1)


def test_a_topic_keeps_the_partitions_it_was_made_with(engine):
    SqlBus(engine, clock=lambda: NOW, partitions=2).publish([message(n, key=f"k{n}") for n in range(20)])
    other = SqlBus(engine, clock=lambda: NOW, partitions=16)
    other.publish([message(n, key=f"k{n}") for n in range(20, 40)])
    member = other.consume("records", "readers", nothing)
    assert {one.partition for one in member.poll(100, 1)} == {0, 1}
    member.close()


def test_messages_that_all_have_read_can_be_removed_and_no_offset_is_given_twice(engine):
    bus = SqlBus(engine, clock=lambda: NOW, partitions=1)
    bus.publish([message(number) for number in range(10)])
    bus.forget("records", 0, below=10)
    bus.publish([message(10)])
    member = bus.consume("records", "readers", nothing)
    assert [(one.offset, one.message.id) for one in member.poll(100, 1)] == [(10, "m10")]
    member.close()


def test_messages_removed_before_they_were_read_are_told_and_not_passed_over(engine):
    bus = SqlBus(engine, clock=lambda: NOW, partitions=1)
    bus.publish([message(number) for number in range(10)])
    bus.forget("records", 0, below=5)
    member = bus.consume("records", "readers", lambda partition: 3)
    with pytest.raises(FatalError, match="from 3 of partition 0 were removed"):
        member.poll(100, 0)
    member.close()
