"""One member of a consumer group on Kafka, reading from the hub's own positions."""

import contextlib
import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kafka import KafkaConsumer, TopicPartition, errors
from kafka.consumer.subscription_state import ConsumerRebalanceListener

from hub.connectors.kafka.address import KafkaAddress
from hub.connectors.kafka.batches import Found, PartitionRecords
from hub.connectors.kafka.errors import told, translate
from hub.connectors.kafka.watch import Watch
from hub.domain.errors import FatalError, RetryableError
from hub.domain.messages import Message, Received

ID_HEADER = "message-id"
"""The first header of a message of ours that is no event, or one under another id."""
_OURS = "/hub/"
"""How the source of the hub's events begins; the ids of others are unique only among their own."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for Kafka, in seconds."""

    connect_s: float = 5.0
    request_s: float = 15.0
    publish_s: float = 30.0
    session_s: float = 10.0
    """After this long without a sign of life another member takes a member's partitions."""
    stall_s: float = 10.0
    """After this long without a message the member asks whether there is one that it should have seen."""


class KafkaMember:
    """`BusConsumer` on Kafka, for one thread."""

    def __init__(
        self,
        address: KafkaAddress,
        topic: str,
        group: str,
        position: Callable[[int], int | None],
        *,
        ensure: Callable[[Collection[str]], None],
        patience: Patience,
        monotonic: Callable[[], float],
    ) -> None:
        self._address = address
        self._topic = topic
        self._group = group
        self._position = position
        self._ensure = ensure
        self._patience = patience
        self._monotonic = monotonic
        self._watch = Watch(monotonic, patience.stall_s)
        self._consumer: KafkaConsumer | None = None
        self._seat = _Seat()
        self._paused: set[int] = set()
        self._next: dict[int, int] = {}

    def poll(self, limit: int, wait_s: float) -> Sequence[Received]:
        """Return messages; see `BusConsumer.poll`."""
        try:
            with told(self._address):
                found = self._read(limit, wait_s)
        except RetryableError:
            self._discard()
            raise
        if found:
            self._watch.progressed()
        elif self._watch.due():
            self._look_behind()
        return found

    def rewind(self, partition: int, offset: int) -> None:
        """Read again from *offset*; see `BusConsumer.rewind`. Nothing happens for a partition held no longer."""
        if partition in self._next:
            self._seek(partition, offset)

    def pause(self, partition: int) -> None:
        """Hold a partition back; see `BusConsumer.pause`. It stays so when members come and go."""
        self._paused.add(partition)
        if self._consumer is not None and partition in self._next:
            self._consumer.pause(self._at(partition))

    def resume(self, partition: int) -> None:
        """Give a partition again; see `BusConsumer.resume`."""
        self._paused.discard(partition)
        if self._consumer is not None and partition in self._next:
            self._consumer.resume(self._at(partition))

    def lag(self) -> dict[int, int]:
        """Return what is still to be read; see `BusConsumer.lag`. Asks the brokers."""
        consumer = self._consumer
        if consumer is None or not self._next:
            return {}
        with told(self._address):
            ends = consumer.end_offsets([self._at(p) for p in self._next], timeout_ms=self._patience.request_s * 1000)
        return {at.partition: max(0, end - self._next[at.partition]) for at, end in ends.items()}

    def close(self) -> None:
        """Leave the group; see `BusConsumer.close`."""
        self._discard()

    def _read(self, limit: int, wait_s: float) -> list[Received]:
        until = self._monotonic() + wait_s
        consumer = self._open()
        records = consumer.poll(timeout_ms=wait_s * 1000, max_records=limit)
        if self._seat.changed:
            # what came before the positions were known is not wanted
            self._place(consumer)
            left = max(0.0, until - self._monotonic())
            records = consumer.poll(timeout_ms=left * 1000, max_records=limit)
        if self._seat.changed:
            return []
        return list(self._taken(records))

    def _taken(self, records: dict[TopicPartition, list[Found]]) -> Iterable[Received]:
        for at, found in records.items():
            for record in found:
                yield Received(_message(record, at), at.partition, record.offset)
            self._next[at.partition] = found[-1].offset + 1

    def _open(self) -> KafkaConsumer:
        if self._consumer is None:
            self._ensure([self._topic])
            self._seat = _Seat()
            consumer = KafkaConsumer(
                **self._address.options(), **_consuming(f"{self._group}.{self._topic}", self._patience)
            )
            consumer._fetcher.PartitionRecords = PartitionRecords  # noqa: SLF001  # what its batches are read by
            self._seat.consumer = consumer
            consumer.subscribe([self._topic], listener=self._seat)
            self._consumer = consumer
            # a leader that does not know the topic yet shares out nothing, and the group has to meet again
            consumer.partitions_for_topic(self._topic)
            self._watch.progressed()
        return self._consumer

    def _place(self, consumer: KafkaConsumer) -> None:
        """Go to our own positions in the partitions just given to us; they are paused until then."""
        given = sorted(self._seat.partitions)
        self._next = {}
        begins = consumer.beginning_offsets([self._at(p) for p in given], timeout_ms=self._patience.request_s * 1000)
        for partition in given:
            begin, own = begins[self._at(partition)], self._position(partition)
            if own is not None and own < begin:
                raise FatalError(
                    f"{self._topic}: messages {own} to {begin - 1} of partition {partition} expired in Kafka before "
                    f"{self._group} read them; lengthen the topic's retention and run `hub sync reconcile`"
                )
            self._next[partition] = begin if own is None else own
        self._seat.changed = False
        for partition, offset in self._next.items():
            self._seek(partition, offset)
            if partition not in self._paused:
                consumer.resume(self._at(partition))
        _log.info("partitions_held topic=%s group=%s partitions=%s", self._topic, self._group, given)

    def _seek(self, partition: int, offset: int) -> None:
        if self._consumer is None:
            return
        # between two polls the group may have taken it away
        with contextlib.suppress(ValueError):
            self._consumer.seek(self._at(partition), offset)
            self._next[partition] = offset

    def _look_behind(self) -> None:
        """Build the consumer anew where messages are there that it does not give (kafka-python #1552, #3106, #3132)."""
        try:
            behind = {p: self._next[p] for p, lag in self.lag().items() if lag and p not in self._paused}
        except RetryableError:
            self._discard()
            raise
        if self._watch.stalled(behind):
            _log.warning("consumer_stalled topic=%s group=%s partitions=%s", self._topic, self._group, sorted(behind))
            self._discard()

    def _discard(self) -> None:
        consumer, self._consumer = self._consumer, None
        self._next = {}
        if consumer is None:
            return
        try:
            consumer.close(autocommit=False, timeout_ms=1000)
        except (errors.KafkaError, OSError) as error:
            _log.info("consumer_close_failed reason=%s", translate(error, str(self._address)))

    def _at(self, partition: int) -> TopicPartition:
        return TopicPartition(self._topic, partition)


def _message(record: Found, at: TopicPartition) -> Message:
    headers = record.headers
    if next(iter(headers), "") == ID_HEADER:
        known = headers.pop(ID_HEADER)
    else:
        # or another program wrote it
        known = event_id(headers) or f"{at.topic}-{at.partition}-{record.offset}"
    return Message(known, at.topic, (record.key or b"").decode(errors="replace"), headers, record.value or b"")


def event_id(headers: Mapping[str, str]) -> str | None:
    """Return the id of an event of the hub's own, which is that of its message, None for any other message."""
    return headers.get("ce_id") if headers.get("ce_source", "").startswith(_OURS) else None


class _Seat(ConsumerRebalanceListener):  # type: ignore[misc]  # kafka-python has no types
    """Notes which partitions a member was given and keeps them still until the member knows its positions.

    It is called while the member waits in a poll, on the library's own thread, which must not wait for a database.
    """

    def __init__(self) -> None:
        self.consumer: KafkaConsumer | None = None
        self.partitions: set[int] = set()
        self.changed = False

    def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        """Called before the partitions are shared out anew."""
        self.partitions -= {at.partition for at in revoked}
        self.changed = True

    def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        """Called with all that this member holds now."""
        self.partitions = {at.partition for at in assigned}
        self.changed = True
        if self.consumer is None:
            return
        for at in assigned:
            self.consumer.pause(at)
            self.consumer.seek(at, 0)  # any place will do; without one the library looks for a position of its own


def _consuming(group: str, patience: Patience) -> dict[str, Any]:
    return {
        "group_id": group,
        "enable_auto_commit": False,
        "auto_offset_reset": "none",
        "session_timeout_ms": int(patience.session_s * 1000),
        "heartbeat_interval_ms": int(patience.session_s * 1000 / 4),
        "request_timeout_ms": int(patience.request_s * 1000),
        "bootstrap_timeout_ms": int(patience.connect_s * 1000),
        "reconnect_backoff_max_ms": 1000,
        "allow_auto_create_topics": False,
        "metrics_enabled": False,
    }
