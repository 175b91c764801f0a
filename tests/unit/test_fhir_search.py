"""What the parameters of a FHIR search say: spans as exact as they are told, or what is wrong in a line."""

from datetime import UTC, datetime

import pytest

from hub.api.fhir_search import MOST, search_of
from hub.domain.errors import UsageError


def span(*updated):
    told = search_of(count=None, updated=updated, sort=None, limit=50)
    return tuple(one and one.isoformat().removesuffix("+00:00") for one in (told.since, told.until))


@pytest.mark.parametrize(
    ("told", "since", "until"),
    [
        ("ge2026-05-01", "2026-05-01T00:00:00", None),
        ("gt2026-05-01", "2026-05-02T00:00:00", None),
        ("le2026-05-01", None, "2026-05-02T00:00:00"),
        ("lt2026-05-01", None, "2026-05-01T00:00:00"),
        ("2026-12", "2026-12-01T00:00:00", "2027-01-01T00:00:00"),
        ("eq2026", "2026-01-01T00:00:00", "2027-01-01T00:00:00"),
        ("sa2026-05-01T08:00Z", "2026-05-01T08:01:00", None),
        ("le2026-05-01T08:00:00+02:00", None, "2026-05-01T06:00:01"),
        ("le2026-05-01T08:00:00 02:00", None, "2026-05-01T06:00:01"),
        ("gt2026-05-01T08:00:00.25Z", "2026-05-01T08:00:00.260000", None),
        ("gt2026-05-01T08:00:00.123456Z", "2026-05-01T08:00:00.123457", None),
    ],
)
def test_a_time_stands_for_as_long_as_it_is_told_exactly(told, since, until):
    assert span(told) == (since, until)


def test_several_times_hold_together():
    assert span("ge2026-05-01", "gt2026-05-03", "lt2026-06-01", "le2026-05-20") == (
        "2026-05-04T00:00:00",
        "2026-05-21T00:00:00",
    )


@pytest.mark.parametrize(
    "told",
    ["", "x", "yesterday", "ne2026-05-01", "ap2026-05-01", "ge2026-13", "ge2026-02-30", "ge2026-05-01T25:00", "ge0001",
     "ge9999", "2026-05-01,2026-05-02", "ge2026-05-01T08:00:00+99:00", "ge\u0662026"],
)  # fmt: skip
def test_what_is_no_time_is_named(told):
    with pytest.raises(UsageError, match="_lastUpdated: "):
        span(told)


def test_a_count_is_the_length_of_a_page_up_to_the_most():
    assert [search_of(count=one, updated=(), sort=None, limit=50).limit for one in ("1", "7", "999", None)] == [
        1,
        7,
        MOST,
        50,
    ]


@pytest.mark.parametrize("count", ["0", "-1", "", "x", "1.5", "9" * 30])
def test_what_is_no_count_is_named(count):
    with pytest.raises(UsageError, match="_count: is a number from 1 on"):
        search_of(count=count, updated=(), sort=None, limit=50)


def test_another_order_is_refused_rather_than_left_out():
    with pytest.raises(UsageError, match="_sort: "):
        search_of(count=None, updated=(), sort="-_lastUpdated", limit=50)
    assert search_of(count=None, updated=(), sort="_lastUpdated", limit=50).by_change
    with pytest.raises(UsageError, match="_sort: beside _lastUpdated"):
        search_of(count=None, updated=("ge2026",), sort="_id", limit=50)


def test_spans_are_in_utc():
    assert search_of(count=None, updated=("ge2026",), sort=None, limit=1).since == datetime(2026, 1, 1, tzinfo=UTC)
