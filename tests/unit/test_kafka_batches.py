"""Records of Kafka are taken apart as kafka-python takes them apart."""

import pytest
from kafka import TopicPartition
from kafka.consumer.fetcher import Fetcher
from kafka.errors import CorruptRecordError
from kafka.record.default_records import DefaultRecordBatchBuilder
from kafka.record.memory_records import MemoryRecords

from hub.connectors.kafka.batches import Found, PartitionRecords

AT = TopicPartition("hub.records", 3)
LONG = "n" * 70
RECORDS = (
    (b"r1", b'{"a": 1}', [("ce_id", b"1"), ("ce_source", "/hub/récords".encode())]),
    (b"k" * 100, b"v" * 70_000, [(LONG, b"w" * 300)]),
    (None, None, []),
    (b"", b"", [("empty", b""), ("none", None)]),
    (b"r1", b"again", [("ce_id", b"2"), ("ce_id", b"3")]),
)


def batch(*, codec: int = 0, first: int = 0) -> bytes:
    builder = DefaultRecordBatchBuilder(2, codec, 0, -1, -1, -1, 1_000_000)
    for number, (key, value, headers) in enumerate(RECORDS):
        builder.append(number, 1_700_000_000_000 + number, key, value, headers)
    content = bytearray(builder.build())
    content[:8] = first.to_bytes(8, "big")
    return bytes(content)


def read(content: bytes, begin: int = 0, many: int | None = None) -> tuple[list[Found], PartitionRecords]:
    part = PartitionRecords(begin, AT, MemoryRecords(content))
    return part.take(many), part


@pytest.mark.parametrize("codec", [0, 1], ids=["plain", "gzip"])
def test_every_record_is_what_the_library_says_it_is(codec: int) -> None:
    content = batch(codec=codec, first=400) + batch(codec=codec, first=500)
    theirs = Fetcher.PartitionRecords(400, AT, MemoryRecords(content)).take()
    ours, part = read(content, 400)
    assert [(one.offset, one.key, one.value) for one in ours] == [(one.offset, one.key, one.value) for one in theirs]
    assert [one.headers for one in ours] == [
        {name: (value or b"").decode() for name, value in one.headers} for one in theirs
    ]
    assert part.next_fetch_offset == 505
    assert not part


def test_the_rest_of_a_batch_is_taken_later_from_where_it_was_left() -> None:
    some, part = read(batch(first=400), 401, 2)
    assert [one.offset for one in some] == [401, 402]
    assert part.next_fetch_offset == 403
    assert [one.offset for one in part.take()] == [403, 404]


def test_a_header_that_is_no_text_stops_no_reading() -> None:
    builder = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, -1, 10_000)
    builder.append(0, 1, b"k", b"v", [("odd", b"\xff\xfe")])
    [one], _ = read(bytes(builder.build()))
    assert one.headers == {"odd": "\ufffd\ufffd"}


def test_a_batch_with_a_changed_byte_is_refused() -> None:
    content = bytearray(batch())
    content[-3] ^= 1
    with pytest.raises(CorruptRecordError, match="not as it was written"):
        read(bytes(content))


@pytest.mark.parametrize("place", [61, 65, 68], ids=["itself", "its key", "its value"])
def test_a_record_that_lies_about_its_parts_is_refused(place: int) -> None:
    content = bytearray(batch())
    content[place] ^= 0b1000
    part = PartitionRecords(0, AT, MemoryRecords(bytes(content)), check_crcs=False)
    with pytest.raises(CorruptRecordError):
        part.take()


def test_a_batch_of_control_holds_no_record_and_is_passed_over() -> None:
    content = bytearray(batch(first=10))
    content[22] |= 0x20
    part = PartitionRecords(10, AT, MemoryRecords(bytes(content)), check_crcs=False)
    assert part.take() == []
    assert part.next_fetch_offset == 15
