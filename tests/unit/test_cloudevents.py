"""Events in the binary mode of the Kafka binding of CloudEvents 1.0."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.cloudevents import Event, from_headers, to_headers
from hub.domain.errors import RejectedError
from hub.domain.records import KINDS
from hub.domain.sync import Record
from hub.services.sync.events import changed

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
HEADERS = {
    "ce_specversion": "1.0",
    "ce_id": "m1",
    "ce_source": "/hub/records",
    "ce_type": "hub.record.site.changed.v1",
    "ce_subject": "r1",
    "ce_time": "2026-06-01T09:00:00Z",
    "content-type": "application/json",
}
WORDS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=20)
NAMES = st.from_regex(r"\A[a-z0-9]{1,20}\Z")
"""The standard's rule for the names of attributes."""
KNOWN = {"specversion", "id", "source", "type", "subject", "time"}

events = st.builds(
    Event,
    id=WORDS,
    source=WORDS,
    type=WORDS,
    subject=WORDS,
    time=st.datetimes(timezones=st.timezones(), min_value=datetime(1900, 1, 2), max_value=datetime(9999, 1, 1)),  # noqa: DTZ001 - hypothesis adds it
    traceparent=st.none() | st.just(TRACE),
    datacontenttype=st.just("application/json"),
    extensions=st.dictionaries(NAMES.filter(lambda name: name not in KNOWN), WORDS, max_size=3),
)


@given(event=events)
def test_an_event_comes_back_the_same(event):
    assert from_headers(to_headers(event)) == event


@given(event=events)
def test_attributes_are_headers_with_the_prefix_and_text_as_the_binding_says(event):
    headers = to_headers(event)
    assert headers["content-type"] == "application/json", "the one attribute without the prefix"
    assert "ce_datacontenttype" not in headers
    assert {name for name in headers if not name.startswith("ce_")} <= {"content-type", "traceparent"}
    for name, value in headers.items():
        assert name == name.lower()
        assert isinstance(value, str)
        assert value, "an attribute without a value is left out"
    assert headers["ce_time"].endswith("Z")


@pytest.mark.parametrize("name", ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time"])
@pytest.mark.parametrize("empty", [False, True])
def test_an_event_without_an_attribute_that_it_must_have_is_refused_by_name(name, empty):
    headers = {key: value for key, value in HEADERS.items() if key != name} | ({name: ""} if empty else {})
    with pytest.raises(RejectedError, match=name):
        from_headers(headers)


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("ce_specversion", "2.0", "is not 1.x"),
        ("ce_specversion", "0.3", "is not 1.x"),
        ("ce_time", "yesterday", "is no time"),
        ("ce_time", "2026-06-01T09:00:00", "names no zone"),
        ("content-type", "application/cloudevents+json; charset=utf-8", "structured mode"),
    ],
)
def test_an_attribute_that_is_wrong_is_refused_with_the_reason(name, value, reason):
    with pytest.raises(RejectedError, match=reason):
        from_headers({**HEADERS, name: value})


def test_a_later_version_of_the_same_standard_is_read():
    assert from_headers({**HEADERS, "ce_specversion": "1.1"}).id == "m1"


def test_an_extension_that_is_not_known_is_kept_and_passed_on():
    event = from_headers({**HEADERS, "ce_partitionkey": "P-1", "ce_dataschema": "urn:x", "other": "not the event's"})
    assert event.extensions == {"partitionkey": "P-1", "dataschema": "urn:x"}
    assert to_headers(event) == {**HEADERS, "ce_partitionkey": "P-1", "ce_dataschema": "urn:x"}


def test_an_extension_cannot_take_the_place_of_an_attribute():
    event = Event("m1", "/hub", "t", "r1", datetime(2026, 6, 1, tzinfo=UTC), extensions={"id": "forged"})
    assert to_headers(event)["ce_id"] == "m1"


@pytest.mark.parametrize("trace", ["", "00-" + "0" * 32 + "-00f067aa0ba902b7-01", TRACE.upper(), TRACE[:-1]])
def test_a_trace_that_is_wrong_is_dropped_and_the_event_stays(trace):
    assert from_headers({**HEADERS, "traceparent": trace}).traceparent is None
    assert from_headers({**HEADERS, "traceparent": TRACE}).traceparent == TRACE


@pytest.mark.parametrize("kind", KINDS)
def test_a_changed_record_is_such_an_event_keyed_by_record(kind):
    record = Record("r1", kind, {}, 3)
    message = changed(record, [], origin="cro", id="m1", at=datetime(2026, 6, 1, 9, tzinfo=UTC))
    event = from_headers(message.headers)
    assert (message.key, event.subject, event.id) == ("r1", "r1", message.id)
    assert event.type == f"hub.record.{kind}.changed.v1"
