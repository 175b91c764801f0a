"""CloudEvents 1.0 in the binary mode of its Kafka binding: the attributes as headers, the data as the body."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache

from hub.domain.errors import RejectedError
from hub.domain.swift import swift

_TRACEPARENT = re.compile(r"[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_REQUIRED = ("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_subject", "ce_time")
"""Those of the standard, and two more that every event of the hub has."""


@swift
@dataclass(frozen=True, slots=True)
class Event:
    """The attributes of an event; none of them holds subject data or free text."""

    id: str
    source: str
    type: str
    """Ends in the version of the data's schema, such as `.v1`."""
    subject: str
    time: datetime
    traceparent: str | None = None
    """W3C Trace Context."""
    datacontenttype: str = "application/json"
    extensions: Mapping[str, str] = field(default_factory=dict)
    """Attributes that this version does not know, by name; they are passed on as they came."""


def to_headers(event: Event) -> dict[str, str]:
    """Return the headers of *event*."""
    headers = {f"ce_{name}": value for name, value in event.extensions.items()} if event.extensions else {}
    headers["ce_specversion"] = "1.0"
    headers["ce_id"] = event.id
    headers["ce_source"] = event.source
    headers["ce_type"] = event.type
    headers["ce_subject"] = event.subject
    headers["ce_time"] = _told(event.time)
    headers["content-type"] = event.datacontenttype
    if event.traceparent:
        headers["traceparent"] = event.traceparent
    return headers


@lru_cache(maxsize=16)  # the events of one step have one time
def _told(time: datetime) -> str:
    return time.astimezone(UTC).isoformat().replace("+00:00", "Z")


def from_headers(headers: Mapping[str, str]) -> Event:
    """Return the event of *headers*; attributes that are not known are kept as its extensions.

    RejectedError names the header that is missing or wrong. A wrong traceparent is dropped, as its standard asks.
    """
    content = headers.get("content-type", "application/json")
    if content.startswith("application/cloudevents"):
        raise RejectedError(f"event: content-type {content!r} is structured mode; the hub reads binary mode")
    for name in _REQUIRED:
        if not headers.get(name):
            raise RejectedError(f"event: header {name} is missing")
    if headers["ce_specversion"].split(".")[0] != "1":
        raise RejectedError(f"event: ce_specversion {headers['ce_specversion']!r} is not 1.x")
    try:
        time = datetime.fromisoformat(headers["ce_time"])
    except ValueError as error:
        raise RejectedError(f"event: ce_time {headers['ce_time']!r} is no time") from error
    if time.tzinfo is None:
        raise RejectedError(f"event: ce_time {headers['ce_time']!r} names no zone")
    trace = headers.get("traceparent", "")
    return Event(
        id=headers["ce_id"],
        source=headers["ce_source"],
        type=headers["ce_type"],
        subject=headers["ce_subject"],
        time=time,
        traceparent=trace if _TRACEPARENT.fullmatch(trace) else None,
        datacontenttype=content,
        extensions={
            name.removeprefix("ce_"): value
            for name, value in headers.items()
            if name.startswith("ce_") and name not in _REQUIRED
        },
    )
