"""What the bus on Kafka must bear: brokers that die, consumers that stall, messages that expired or are too large."""

import threading
import time
import uuid

import pytest
from kafka import KafkaAdminClient, TopicPartition

from hub.connectors.kafka.address import KafkaAddress
from hub.connectors.kafka.bus import KafkaBus, Layout
from hub.connectors.kafka.consumer import Patience
from hub.domain.errors import FatalError, RejectedError, RetryableError
from hub.domain.messages import Message, Received
from tests.services import started

QUICK = Patience(connect_s=1, request_s=2, publish_s=2, session_s=2, stall_s=1)


def message(number: int, topic: str) -> Message:
    return Message(f"m{number}", topic, f"k{number % 5}", {"ce_type": "record.v1"}, b"%d" % number)


@pytest.fixture
def topic() -> str:
    return f"records-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def bus(kafka_servers):
    bus = KafkaBus(KafkaAddress((kafka_servers,)), layout=Layout(partitions=2), patience=QUICK)
    yield bus
    bus.close()


def read(member, count: int) -> list[Received]:
    """Poll, through outages, until *count* different messages have come."""
    found: list[Received] = []
    until = time.monotonic() + 60
    while len({one.message.id for one in found}) < count and time.monotonic() < until:
        try:
            found += member.poll(500, 0.2)
        except RetryableError:
            time.sleep(0.1)
    return found


def in_order(found: list[Received]) -> bool:
    """Tell whether the first sight of each message came in the order of its key."""
    last: dict[str, int] = {}
    seen: set[str] = set()
    for one in found:
        if one.message.id not in seen:
            seen.add(one.message.id)
            number = int(one.message.body)
            if last.get(one.message.key, -1) > number:
                return False
            last[one.message.key] = number
    return True


def test_a_broker_that_dies_is_an_outage_to_both_sides_and_nothing_is_lost(bus, topic, kafka_services):
    bus.publish([message(number, topic) for number in range(50)])
    positions: dict[int, int] = {}
    member = bus.consume(topic, "readers", positions.get)
    found = read(member, 50)
    positions |= {one.partition: one.offset + 1 for one in found}
    kafka_services.command("kill", "broker1")
    try:
        with pytest.raises(RetryableError):
            bus.publish([message(number, topic) for number in range(50, 80)])
        with pytest.raises(RetryableError):
            _poll_for(member, 10)
        # it stays an outage while it lasts
        with pytest.raises(RetryableError):
            member.poll(10, 0.1)
    finally:
        kafka_services.command("restart", "broker1")
    _publish_until_taken(bus, [message(number, topic) for number in range(50, 100)])
    after = read(member, 50)
    member.close()
    assert {one.message.id for one in after} == {f"m{number}" for number in range(50, 100)}
    assert in_order(after)


def test_a_batch_given_up_in_an_outage_is_not_sent_behind_the_publishers_back(bus, topic, kafka_services):
    bus.publish([message(0, topic)])
    kafka_services.command("kill", "broker1")
    try:
        with pytest.raises(RetryableError):
            bus.publish([message(number, topic) for number in range(1, 20)])
    finally:
        kafka_services.command("restart", "broker1")
    time.sleep(1)
    _publish_until_taken(bus, [message(20, topic)])
    member = bus.consume(topic, "readers", lambda partition: None)
    found = read(member, 2)
    member.close()
    assert {one.message.id for one in found} == {"m0", "m20"}


def _poll_for(member, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        member.poll(10, 0.1)


def _publish_until_taken(bus: KafkaBus, messages: list[Message]) -> None:
    until = time.monotonic() + 60
    while True:
        try:
            return bus.publish(messages)
        except RetryableError:
            if time.monotonic() > until:
                raise


def test_of_three_brokers_one_may_die_while_messages_go_through(topic):
    for services in started("--only", "kafka", "--brokers", "3"):
        servers = tuple(services.addresses["kafka"].split(","))
        layout = Layout(partitions=6, replication=3)
        bus = KafkaBus(KafkaAddress(servers), layout=layout, patience=Patience(request_s=3, session_s=3, stall_s=2))
        member = bus.consume(topic, "readers", lambda partition: None)
        bus.publish([message(number, topic) for number in range(100)])
        found = read(member, 100)
        killer = threading.Thread(target=services.command, args=("kill", "broker2"))
        killer.start()
        for start in range(100, 1000, 100):
            _publish_until_taken(bus, [message(number, topic) for number in range(start, start + 100)])
        killer.join()
        found += read(member, 900)
        member.close()
        bus.close()
        assert {one.message.id for one in found} == {f"m{number}" for number in range(1000)}
        assert in_order(found)


def test_a_consumer_that_stalled_is_built_anew_and_goes_on(bus, topic):
    bus.publish([message(number, topic) for number in range(10)])
    positions: dict[int, int] = {}
    member = bus.consume(topic, "readers", positions.get)
    found = read(member, 10)
    positions |= {one.partition: one.offset + 1 for one in found}
    # the library's faults cannot be called up at will; one that fetches nothing looks the same from outside
    stuck = member._consumer
    stuck.pause(*stuck.assignment())
    bus.publish([message(number, topic) for number in range(10, 20)])
    again = read(member, 10)
    assert {one.message.id for one in again} == {f"m{number}" for number in range(10, 20)}
    assert member._consumer is not stuck
    member.close()


def test_a_message_that_kafka_would_not_take_is_refused_before_any_is_sent(bus, topic):
    large = Message("large", topic, "k1", {}, bytes(1_000_001))
    with pytest.raises(RejectedError, match="message large"):
        bus.publish([message(1, topic), large])
    bus.publish([message(2, topic), Message("m3", topic, "k3", {}, bytes(999_000))])
    member = bus.consume(topic, "readers", lambda partition: None)
    assert {one.message.id for one in read(member, 2)} == {"m2", "m3"}
    member.close()


def test_messages_that_expired_before_they_were_read_are_told_and_not_passed_over(bus, topic, kafka_servers):
    bus.publish([message(number, topic) for number in range(50)])
    partition = TopicPartition(topic, 0)
    admin = KafkaAdminClient(bootstrap_servers=kafka_servers)
    admin.delete_records({partition: 5})
    admin.close()
    member = bus.consume(topic, "readers", {0: 3, 1: 0}.get)
    with pytest.raises(FatalError, match="messages 3 to 4 of partition 0 expired"):
        read(member, 1)
    member.close()


def test_a_message_of_another_program_is_taken_under_an_id_of_its_place(bus, topic, kafka_servers):
    from kafka import KafkaProducer

    bus.publish([message(0, topic)])
    producer = KafkaProducer(bootstrap_servers=kafka_servers)
    placed = producer.send(topic, value=b"plain", partition=0).get(10)
    producer.close()
    member = bus.consume(topic, "readers", lambda partition: None)
    found = {one.message.id: one.message for one in read(member, 2)}
    member.close()
    assert found[f"{topic}-0-{placed.offset}"] == Message(f"{topic}-0-{placed.offset}", topic, "", {}, b"plain")


def test_where_nothing_listens_it_is_an_outage(topic):
    bus = KafkaBus(KafkaAddress(("127.0.0.1:1",)), patience=QUICK)
    with pytest.raises(RetryableError, match=r"127\.0\.0\.1:1"):
        bus.publish([message(0, topic)])
    with pytest.raises(RetryableError, match=r"127\.0\.0\.1:1"):
        bus.consume(topic, "readers", lambda partition: None).poll(1, 0)
    bus.close()
