"""The event that a record has changed."""

from collections.abc import Sequence
from datetime import datetime

from hub.domain import wire
from hub.domain.cloudevents import Event, to_headers
from hub.domain.messages import Message
from hub.domain.records.schema import event_type
from hub.domain.sync import RECORDS_TOPIC, Record
from hub.services.sync.tracing import traceparent

SOURCE = "/hub/records"


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
    head = wire.dumps({"id": record.id, "kind": record.kind, "version": record.version, "deleted": record.deleted})
    tail = wire.dumps({"changed": list(fields), "origin": origin})
    # the fields are text already, or will be stored as this text
    body = f'{head[:-1]},"fields":{wire.dumps(record.fields)},{tail[1:]}'
    return Message(id, RECORDS_TOPIC, record.id, to_headers(event), body.encode())
