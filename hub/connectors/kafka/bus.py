"""The bus on Kafka: what it publishes is on every replica in sync, in the order of each key."""

import contextlib
import threading
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from kafka import KafkaProducer, TopicPartition, errors

from hub.connectors.kafka import topics
from hub.connectors.kafka.address import KafkaAddress
from hub.connectors.kafka.consumer import ID_HEADER, KafkaMember, Patience, event_id
from hub.connectors.kafka.errors import told
from hub.connectors.kafka.filling import Headers, Told, put
from hub.domain.errors import RejectedError
from hub.domain.messages import Message

Monotonic = Callable[[], float]


@dataclass(frozen=True, slots=True)
class Layout:
    """What new topics are like, and the largest message."""

    partitions: int = 8
    replication: int = -1
    """Copies of each message; -1 leaves it to the brokers."""
    message_max_bytes: int = 1_000_000
    """The brokers' `message.max.bytes`, less what Kafka adds to a message."""


class KafkaBus:
    """`Bus` on Kafka. Threads may share it; each consumer belongs to one thread."""

    def __init__(
        self,
        address: KafkaAddress,
        *,
        layout: Layout | None = None,
        patience: Patience | None = None,
        monotonic: Monotonic = time.monotonic,
    ) -> None:
        self._address = address
        self._layout = layout or Layout()
        self._patience = patience or Patience()
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._known: set[str] = set()
        self._producer: KafkaProducer | None = None

    def publish(self, messages: Sequence[Message]) -> None:
        """Publish *messages*; see `Bus.publish`. RejectedError, before any is sent, for one that is too large."""
        if not messages:
            return
        for message in messages:
            self._check_size(message)
        with told(self._address):
            self._ensure({message.topic for message in messages})
            producer = self._open()
            try:
                _send(producer, messages, self._patience.publish_s)
            except BaseException:
                # what waits in this producer must not be sent after the same messages have been published again
                self._discard(producer)
                raise

    def consume(self, topic: str, group: str, position: Callable[[int], int | None]) -> KafkaMember:
        """Join *group* on *topic*; see `Bus.consume`. Connects at the first poll."""
        return KafkaMember(
            self._address,
            topic,
            group,
            position,
            ensure=self._ensure,
            patience=self._patience,
            monotonic=self._monotonic,
        )

    def close(self) -> None:
        """Let go of the connection; see `Bus.close`."""
        with self._lock:
            producer, self._producer = self._producer, None
        if producer is not None:
            with contextlib.suppress(errors.KafkaError):
                producer.close(timeout=self._patience.connect_s)

    def _check_size(self, message: Message) -> None:
        headers = message.headers
        size = len(message.body) + len(message.key) + sum(map(len, headers)) + sum(map(len, headers.values()))
        if size > self._layout.message_max_bytes:
            raise RejectedError(
                f"message {message.id}: {size} bytes are more than Kafka's {self._layout.message_max_bytes}"
            )

    def _ensure(self, wanted: Collection[str]) -> None:
        if self._known.issuperset(wanted):
            return
        layout = self._layout
        with self._lock:
            topics.ensure(
                self._address,
                set(wanted) - self._known,
                partitions=layout.partitions,
                replication=layout.replication,
                wait_s=self._patience.connect_s,
            )
            self._known.update(wanted)

    def _open(self) -> KafkaProducer:
        with self._lock:
            if self._producer is None:
                self._producer = KafkaProducer(**self._address.options(), **_producing(self._layout, self._patience))
            return self._producer

    def _discard(self, producer: KafkaProducer) -> None:
        with self._lock:
            if self._producer is producer:
                self._producer = None
        _abandon(producer)


def _abandon(producer: KafkaProducer) -> None:
    """End a producer without sending what it still holds.

    Its own `close` gives up half-way when something is unsent, and would send it later (kafka-python 3.0.12).
    """
    sender = producer._sender  # noqa: SLF001  # there is no public way
    sender.force_close()
    sender.join(timeout=5)
    with contextlib.suppress(errors.KafkaError):
        producer.close(timeout=0)


def _send(producer: KafkaProducer, messages: Sequence[Message], wait_s: float) -> None:
    counts = {topic: len(producer.partitions_for(topic)) for topic in {message.topic for message in messages}}
    if producer._closed:  # noqa: SLF001  # as its `send` asks
        raise errors.IllegalStateError("the producer was closed")
    now_ms, shares = int(time.time() * 1000), defaultdict[TopicPartition, list[Told]](list)
    for message in messages:
        key = message.key.encode()
        # the same partition as `SqlBus` chooses, and a tenth of the time of the library's own hash
        at = TopicPartition(message.topic, zlib.crc32(key) % counts[message.topic])
        shares[at].append((key, message.body, _headers(message)))
    sent = [future for at, records in shares.items() for future in put(producer, at, records, now_ms)]
    producer.flush(timeout=wait_s)
    for future in sent:
        if not future.succeeded():
            raise future.exception or errors.KafkaTimeoutError("not every message was acknowledged in time")


def _headers(message: Message) -> Headers:
    told = list(message.headers.items())
    return told if event_id(message.headers) == message.id else [(ID_HEADER, message.id), *told]


def _producing(layout: Layout, patience: Patience) -> dict[str, Any]:
    return {
        "acks": "all",
        "enable_idempotence": True,
        # never given up one by one: within a partition what is stored is always the beginning of what was published
        "delivery_timeout_ms": 86_400_000,
        "request_timeout_ms": int(patience.request_s * 1000),
        "max_block_ms": int(patience.connect_s * 1000),
        "bootstrap_timeout_ms": int(patience.connect_s * 1000),
        "reconnect_backoff_max_ms": 1000,
        "max_request_size": layout.message_max_bytes + 10_000,
        # a partition's share of what is relayed at once fits in one: for each message after that it wakes its sender
        "batch_size": min(524_288, layout.message_max_bytes),
        "linger_ms": 20,
        "allow_auto_create_topics": False,
        "metrics_enabled": False,
    }
