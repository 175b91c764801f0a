"""Batches for Kafka, put together by the hub, are to the byte what the library makes of the same records."""

import pytest
from kafka.record.default_records import DefaultRecordBatchBuilder

from hub.connectors.kafka.filling import batches

NOW_MS = 1_800_000_000_000
KEYED = [
    (b"r1", b'{"id":"r1"}', [("ce_id", "m1"), ("ce_subject", "r1")]),
    (b"", b"", []),
    ("é".encode(), bytes(range(256)), [("ce_é", "ü" * 70), ("empty", "")]),
    (b"k" * 200, b"x" * 9000, [(f"h{number}", "v" * number) for number in range(80)]),
    (b"r2", b"y" * 20_000, [("long", "z" * 17_000)]),
]


def by_the_library(records, most):
    """Return the bytes of the batches without their headers, and their counts, as kafka-python makes them."""
    made, builder, count = [], None, 0
    for key, body, headers in records:
        told = [(name, text.encode()) for name, text in headers]
        if builder is None or builder.append(count, NOW_MS, key, body, told) is None:
            builder, count = DefaultRecordBatchBuilder(2, 0, False, -1, -1, -1, most), 0
            builder.append(0, NOW_MS, key, body, told)
            made.append(builder)
        count += 1
    size = DefaultRecordBatchBuilder.header_size_in_bytes()
    return [(bytes(one.build()[size:]), one._num_records) for one in made]


@pytest.mark.parametrize("most", [100, 1000, 12_000, 40_000, 524_288])
def test_a_batch_is_what_the_library_makes_of_its_records(most):
    records = [(key + str(number).encode(), *rest) for number in range(150) for key, *rest in KEYED]
    assert list(batches(records, most)) == by_the_library(records, most)


def test_nothing_makes_no_batch():
    assert list(batches([], 1000)) == []
