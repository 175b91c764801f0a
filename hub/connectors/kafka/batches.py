"""Records of Kafka's batches, taken apart in a third of the library's time.

kafka-python (3.0.12) calls a function for each number of a record, of which an event with its headers has twenty, and
puts every record into three objects. Fetching, positions, checksums and errors stay the library's own.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from kafka.consumer.fetcher import Fetcher
from kafka.errors import CorruptRecordError
from kafka.record.util import decode_varint

_names: dict[bytes, str] = {}
"""Names of headers, of which there are few."""
_NAMES = 256


class Found(NamedTuple):
    """One record."""

    offset: int
    key: bytes | None
    value: bytes | None
    headers: dict[str, str]
    """A header that holds nothing is an empty text."""


class PartitionRecords(Fetcher.PartitionRecords):  # type: ignore[misc]  # kafka-python has no types
    """What came of one partition. For a reader of everything: transactions are not looked at."""

    def _unpack_records(self, tp: Any, records: Any, *_deserializers: Any) -> Iterator[Found]:
        """Return the records, with the position moved on for each as the library does."""
        while (batch := records.next_batch()) is not None:
            if self.check_crcs and not batch.validate_crc():
                raise CorruptRecordError(f"a batch of {tp} at offset {batch.base_offset} is not as it was written")
            if batch.magic < 2:  # a topic of a broker before 0.11
                found: Iterator[Found] = (Found(one.offset, one.key, one.value, {}) for one in batch)
            else:
                self.leader_epoch = batch.leader_epoch
                found = iter(()) if batch.is_control_batch else _records(batch)
            for one in found:
                self.next_fetch_offset = one.offset + 1
                yield one
            if batch.magic >= 2:  # its last records may have been removed
                self.next_fetch_offset = batch.next_offset
        self.drain()


def _records(batch: Any) -> Iterator[Found]:
    iter(batch)  # uncompressed by that
    content, at, base = bytes(batch._buffer), batch._pos, batch.base_offset  # noqa: SLF001  # there is no public way
    try:
        for _ in range(batch.records_count):
            found, at = _record(content, at, base)
            yield found
    except (ValueError, IndexError) as error:
        raise CorruptRecordError(f"a record of the batch at offset {base} cannot be read") from error
    if at != len(content):
        raise CorruptRecordError(f"the batch at offset {base} goes on after its last record")


def _record(content: bytes, at: int, base: int) -> tuple[Found, int]:
    """Return the record at *at* and where the next begins; numbers of one byte are read here, which most are."""
    length, at = decode_varint(content, at)
    end = at + length
    _, at = decode_varint(content, at + 1)  # when it was made, after its attributes, which say nothing
    delta, at = decode_varint(content, at)
    key, at = _bytes(content, at)
    value, at = _bytes(content, at)
    count, at = decode_varint(content, at)
    headers = {}
    for _ in range(count):
        if (size := content[at]) & 0x81:
            size, at = decode_varint(content, at)
            name = content[at : (at := at + size)]
        else:
            name = content[at + 1 : (at := at + 1 + (size >> 1))]
        if (size := content[at]) & 0x81:
            size, at = decode_varint(content, at)
            told = content[at : (at := at + max(0, size))]
        else:
            told = content[at + 1 : (at := at + 1 + (size >> 1))]
        headers[_names.get(name) or _named(name)] = told.decode("utf-8", "replace")
    if at != end or end > len(content):
        raise ValueError("its parts are not as long as it says")
    return Found(base + delta, key, value, headers), at


def _bytes(content: bytes, at: int) -> tuple[bytes | None, int]:
    size, at = decode_varint(content, at)
    return (None, at) if size < 0 else (content[at : at + size], at + size)


def _named(name: bytes) -> str:
    text = name.decode()
    if len(_names) < _NAMES:
        _names[name] = text
    return text
