"""Batches for Kafka's producer, each filled at once.

kafka-python (3.0.12) puts every record into a buffer of its own and gives it a future, a lock taken and a time read.
Here the records of a partition are put together first and handed to the producer as whole batches, with one future
each. Sequence numbers, checksums, sending, trying again and errors stay the library's own.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from kafka import KafkaProducer, TopicPartition, errors
from kafka.producer.future import FutureRecordMetadata
from kafka.producer.producer_batch import ProducerBatch
from kafka.record.default_records import DefaultRecordBatchBuilder
from kafka.record.memory_records import MemoryRecordsBuilder

Headers = Sequence[tuple[str, str]]
Told = tuple[bytes, bytes, Headers]
"""Key, body and headers of a record."""
_SHORT = 16_384


def put(producer: KafkaProducer, at: TopicPartition, records: Sequence[Told], now_ms: int) -> list[Any]:
    """Hand *records* over in their order, to be sent by the next flush; return the futures of their batches.

    `IllegalStateError` where the producer was closed.
    """
    made = batches(records, producer.config["batch_size"])
    return [_handed(producer, at, content, count, now_ms) for content, count in made]


def batches(records: Sequence[Told], most: int) -> Iterator[tuple[bytes, int]]:
    """Yield the bytes of batches, without their headers, and how many records are in each.

    A batch has at most *most* bytes with its header, or one record.
    """
    room = most - DefaultRecordBatchBuilder.header_size_in_bytes()
    parts, size = list[bytes](), 0
    for record in records:
        part = _record(record, len(parts))
        if parts and size + len(part) > room:
            yield b"".join(parts), len(parts)
            parts, size, part = [], 0, _record(record, 0)
        parts.append(part)
        size += len(part)
    if parts:
        yield b"".join(parts), len(parts)


def _record(record: Told, number: int) -> bytes:
    """Return the bytes of a record, the *number*th of its batch, as Kafka's format 2 has them."""
    key, body, headers = record
    # no attributes, and made when its batch was
    parts = [b"\0\0", _number(number), _number(len(key)), key, _number(len(body)), body, _number(len(headers))]
    for name, text in headers:
        told = text.encode()
        parts += (_name(name), _number(len(told)), told)
    content = b"".join(parts)
    return _number(len(content)) + content


def _handed(producer: KafkaProducer, at: TopicPartition, content: bytes, count: int, now_ms: int) -> Any:
    """Make a batch of *content*, put it behind those of its partition that wait, and return its future."""
    accumulator = producer._accumulator  # noqa: SLF001  # there is no public way for more than one record
    version = accumulator.config["message_version"]
    if version < 2:
        raise errors.UnsupportedVersionError("idempotence needs a broker of version 0.11 or later")
    records = MemoryRecordsBuilder(version, accumulator.config["compression_attrs"], accumulator.config["batch_size"])
    builder = records._builder  # noqa: SLF001  # what its `append` does for one record
    builder._buffer += content  # noqa: SLF001
    builder._num_records, builder._last_offset = count, count - 1  # noqa: SLF001
    builder._first_timestamp = builder._max_timestamp = now_ms  # noqa: SLF001
    records.skip(count)
    batch = ProducerBatch(at, records)
    future = FutureRecordMetadata(batch.produce_future, 0, now_ms, None, -1, -1, -1)
    batch._record_futures.append(future)  # noqa: SLF001  # woken where the broker finds the batch too large
    accumulator._appends_in_progress.increment()  # noqa: SLF001  # as its `append` does, so that none is left behind
    try:
        with accumulator._tp_lock(at):  # noqa: SLF001
            if accumulator._closed:  # noqa: SLF001
                raise errors.IllegalStateError("the producer was closed")
            accumulator._batches[at].append(batch)  # noqa: SLF001
            accumulator._incomplete.add(batch)  # noqa: SLF001
    finally:
        accumulator._appends_in_progress.decrement()  # noqa: SLF001
    return future


def _number(value: int) -> bytes:
    return _numbers[value] if value < _SHORT else _varint(value)


def _varint(value: int) -> bytes:
    """Return a number that is not below zero as Kafka writes it: zigzag, seven bits a byte, the lowest first."""
    left, told = value << 1, bytearray()
    while left > 0x7F:
        told.append(left & 0x7F | 0x80)
        left >>= 7
    told.append(left)
    return bytes(told)


_numbers = [_varint(value) for value in range(_SHORT)]


@lru_cache(maxsize=256)
def _name(name: str) -> bytes:
    """Return the name of a header, of which there are few, with its length."""
    told = name.encode()
    return _varint(len(told)) + told
