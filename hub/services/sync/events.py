"""The event that a record has changed."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from json.encoder import encode_basestring

from hub.domain import wire
from hub.domain.cloudevents import Event, to_headers
from hub.domain.messages import Message
from hub.domain.records.schema import event_type
from hub.domain.sync import RECORDS_TOPIC, Record
from hub.services.sync.tracing import traceparent

SOURCE = "/hub/records"
_quoted = encode_basestring


@lru_cache(maxsize=64)  # the records of one page mostly tell the same fields
def _listed(fields: tuple[str, ...]) -> str:
    return wire.dumps(fields)


def changed(record: Record, fields: Sequence[str], *, origin: str, id: str, at: datetime) -> Message:
    """Return the message that *fields* of *record* have changed, keyed by record so that its changes stay in order.

    The body holds the whole record as it now is, so that a reader who missed one event lacks nothing after the next.
    """
    event = Event(
        id=id,
        source=SOURCE,
        type=event_type(record.kind),
        subject=record.id,
        time=at,
        traceparent=traceparent(),
    )
    # the fields are text already, or will be stored as this text
    body = (
        f'{{"id":{_quoted(record.id)},"kind":{_quoted(record.kind)},"version":{record.version},'
        f'"deleted":{"true" if record.deleted else "false"},"fields":{wire.dumps(record.fields)},'
        f'"changed":{_listed(tuple(fields))},"origin":{_quoted(origin)}}}'
    )
    return Message(id, RECORDS_TOPIC, record.id, to_headers(event), body.encode())
