"""One suite for every bus: the fake, the database's (SQLite and PostgreSQL) and Kafka's pass the same."""

import time
import uuid
from collections import defaultdict
from datetime import UTC, datetime

import pytest

from hub.connectors.kafka.address import KafkaAddress
from hub.connectors.kafka.bus import KafkaBus, Layout
from hub.connectors.kafka.consumer import Patience
from hub.domain.messages import Message, Received
from hub.storage.bus import SqlBus
from hub.storage.engine import open_engine
from hub.storage.tables import metadata
from tests.fakes import FakeBus

PARTITIONS = 4
PATIENT_S = 30.0


def message(number: int, *, topic: str, key: str | None = None, body: bytes | None = None) -> Message:
    return Message(
        id=f"m{number}",
        topic=topic,
        key=key or f"record-{number % 7}",
        headers={"ce_type": "record.v1", "traceparent": f"00-{number:032x}-01"},
        body=body if body is not None else b"%d" % number,
    )


class Positions:
    """The positions that the hub keeps in its own database, here in a dict."""

    def __init__(self) -> None:
        self.next: dict[int, int] = {}

    def __call__(self, partition: int) -> int | None:
        return self.next.get(partition)

    def keep(self, received: list[Received]) -> None:
        for one in received:
            self.next[one.partition] = one.offset + 1


def read(member, count: int, *, limit: int = 500) -> list[Received]:
    """Poll until *count* messages have come."""
    found: list[Received] = []
    until = time.monotonic() + PATIENT_S
    while len(found) < count and time.monotonic() < until:
        found += member.poll(limit, 0.2)
    assert len(found) >= count, f"{len(found)} of {count} messages came"
    return found


def quiet(member) -> bool:
    """Tell whether nothing more comes."""
    return not [one for _ in range(3) for one in member.poll(500, 0.1)]


@pytest.fixture
def topic() -> str:
    return f"records-{uuid.uuid4().hex[:8]}"


@pytest.fixture(params=["fake", "sqlite", "postgresql", "kafka"])
def bus(request):
    yield from {"fake": _fake, "sqlite": _sqlite, "postgresql": _postgresql, "kafka": _kafka}[request.param](request)


def _fake(request):
    yield FakeBus(partitions=PARTITIONS)


def _sqlite(request):
    yield from sql_bus(f"sqlite:///{request.getfixturevalue('tmp_path')}/hub.db")


def _postgresql(request):
    yield from sql_bus(request.getfixturevalue("postgres_url"))


def _kafka(request):
    address = KafkaAddress((request.getfixturevalue("kafka_servers"),))
    bus = KafkaBus(address, layout=Layout(partitions=PARTITIONS), patience=Patience(session_s=3, stall_s=2))
    yield bus
    bus.close()


def sql_bus(url: str):
    engine = open_engine(url)
    metadata.create_all(engine)
    yield SqlBus(engine, clock=lambda: datetime.now(UTC), partitions=PARTITIONS, lease_s=3)
    engine.dispose()


def test_messages_of_one_key_come_in_their_order(bus, topic):
    bus.publish([message(number, topic=topic) for number in range(200)])
    bus.publish([message(number, topic=topic) for number in range(200, 300)])
    member = bus.consume(topic, "readers", Positions())
    found = read(member, 300)
    member.close()
    by_key = defaultdict(list)
    for one in found:
        by_key[one.message.key].append(int(one.message.body))
    assert sorted(number for numbers in by_key.values() for number in numbers) == list(range(300))
    assert all(numbers == sorted(numbers) for numbers in by_key.values())


def test_offsets_of_a_partition_have_no_gaps_and_one_key_has_one_partition(bus, topic):
    bus.publish([message(number, topic=topic) for number in range(100)])
    member = bus.consume(topic, "readers", Positions())
    found = read(member, 100)
    member.close()
    offsets, partitions = defaultdict(list), defaultdict(set)
    for one in found:
        offsets[one.partition].append(one.offset)
        partitions[one.message.key].add(one.partition)
    assert all(numbers == list(range(len(numbers))) for numbers in offsets.values())
    assert all(len(held) == 1 for held in partitions.values())


def test_what_comes_is_what_was_published_to_the_byte(bus, topic):
    sent = Message(
        id="0190-é",
        topic=topic,
        key="Zürich/試験",
        headers={"ce_source": "//hub/sponsor", "note": "naïve “quotes” 試験 \U0001f9ea", "empty": "", "id": "its own"},
        body=bytes(range(256)) * 10,
    )
    bus.publish([sent, message(1, topic=topic, key="empty", body=b"")])
    member = bus.consume(topic, "readers", Positions())
    found = {one.message.key: one.message for one in read(member, 2)}
    member.close()
    assert found[sent.key] == sent
    assert dict(found[sent.key].headers) == dict(sent.headers)
    assert found["empty"].body == b""


def test_a_member_goes_on_where_our_own_database_says(bus, topic):
    bus.publish([message(number, topic=topic) for number in range(40)])
    positions = Positions()
    first = bus.consume(topic, "readers", positions)
    kept = read(first, 40)[:25]
    positions.keep(sorted(kept, key=lambda one: (one.partition, one.offset)))
    first.close()
    second = bus.consume(topic, "readers", positions)
    rest = read(second, 15)
    assert quiet(second)
    second.close()
    assert {one.message.id for one in kept} | {one.message.id for one in rest} == {f"m{n}" for n in range(40)}
    assert len(rest) == 15


def test_groups_do_not_disturb_each_other(bus, topic):
    bus.publish([message(number, topic=topic) for number in range(20)])
    for group in ("audit", "deliver"):
        member = bus.consume(topic, group, Positions())
        assert len(read(member, 20)) == 20
        member.close()


def test_a_failed_attempt_is_read_again_from_where_it_began(bus, topic):
    bus.publish([message(number, topic=topic, key="one") for number in range(10)])
    member = bus.consume(topic, "readers", Positions())
    first = read(member, 10)
    member.rewind(first[4].partition, first[4].offset)
    again = read(member, 6)
    assert [one.message.id for one in again] == [f"m{n}" for n in range(4, 10)]
    assert quiet(member)
    member.close()


def test_a_paused_partition_waits_while_the_others_go_on(bus, topic):
    bus.publish([message(number, topic=topic) for number in range(49)])
    member = bus.consume(topic, "readers", Positions())
    found = read(member, 49)
    held = found[0].partition
    member.pause(held)
    bus.publish([message(number, topic=topic) for number in range(49, 98)])
    later = len([one for one in found if one.partition != held])
    assert later
    assert {one.partition for one in read(member, later)} == {one.partition for one in found} - {held}
    assert quiet(member)
    member.resume(held)
    assert {one.partition for one in read(member, 49 - later)} == {held}
    member.close()


def test_lag_counts_what_is_still_to_be_read(bus, topic):
    bus.publish([message(number, topic=topic) for number in range(30)])
    member = bus.consume(topic, "readers", Positions())
    read(member, 30)
    assert sum(member.lag().values()) == 0
    bus.publish([message(number, topic=topic) for number in range(30, 42)])
    assert sum(member.lag().values()) == 12
    assert set(member.lag()) == set(range(PARTITIONS))
    read(member, 12)
    assert sum(member.lag().values()) == 0
    member.close()


def test_a_poll_gives_no_more_than_asked_for(bus, topic):
    bus.publish([message(number, topic=topic) for number in range(50)])
    member = bus.consume(topic, "readers", Positions())
    found: list[Received] = []
    until = time.monotonic() + PATIENT_S
    while len(found) < 50 and time.monotonic() < until:
        some = member.poll(7, 0.2)
        assert len(some) <= 7
        found += some
    member.close()
    assert {one.message.id for one in found} == {f"m{n}" for n in range(50)}


def test_two_members_share_the_partitions_and_one_takes_over_when_the_other_leaves(bus, topic):
    positions = Positions()
    one, other = bus.consume(topic, "readers", positions), bus.consume(topic, "readers", positions)
    settle(positions, one, other)
    bus.publish([message(number, topic=topic) for number in range(100)])
    found: dict[str, list[Received]] = {"one": [], "other": []}
    until = time.monotonic() + PATIENT_S
    while sum(map(len, found.values())) < 100 and time.monotonic() < until:
        found["one"] += one.poll(500, 0.1)
        found["other"] += other.poll(500, 0.1)
    assert not {r.partition for r in found["one"]} & {r.partition for r in found["other"]}
    assert {r.message.id for some in found.values() for r in some} == {f"m{n}" for n in range(100)}
    positions.keep([*found["one"], *found["other"]])
    one.close()
    bus.publish([message(number, topic=topic) for number in range(100, 150)])
    assert {r.message.id for r in read(other, 50)} == {f"m{n}" for n in range(100, 150)}
    assert set(other.lag()) == set(range(PARTITIONS))
    other.close()


def settle(positions: Positions, *members) -> None:
    """Poll until every member holds its fair share and all are held; members that wait for each other are polled in turn."""
    until = time.monotonic() + PATIENT_S
    while time.monotonic() < until:
        for member in members:
            positions.keep(member.poll(500, 0.1))
        held = [set(member.lag()) for member in members]
        if set().union(*held) == set(range(PARTITIONS)) and {len(some) for some in held} == {PARTITIONS // len(held)}:
            return
    raise AssertionError("the partitions were not shared")


def test_two_thousand_messages_are_published_in_one_go(bus, topic):
    sent = [message(number, topic=topic, key=f"k{number % 300}", body=b"x" * 1000) for number in range(2000)]
    bus.publish(sent)
    member = bus.consume(topic, "readers", Positions())
    found = read(member, 2000)
    member.close()
    assert {one.message.id for one in found} == {one.id for one in sent}
    assert len(found) == 2000


def test_nothing_to_publish_is_no_error(bus):
    bus.publish([])
