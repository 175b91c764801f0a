"""Rows of the sync's tables as domain objects, and back."""

import json
from datetime import UTC, datetime
from typing import Any

from hub.domain.messages import Message
from hub.domain.sync import Base, Letter, Record
from hub.domain.wire import Encoded, dumps

text = dumps
_NOTHING = "{}"


def fields(kept: str) -> Encoded:
    """Return fields as they are kept."""
    return Encoded(json.loads(kept), kept)


def naive(value: datetime) -> datetime:
    """Return a time as the tables keep it: UTC without a zone."""
    return value.astimezone(UTC).replace(tzinfo=None)


def record(row: Any) -> Record:
    """Return the record of a row."""
    edited = json.loads(row.edited) if row.edited != _NOTHING else {}
    return Record(row.id, row.kind, fields(row.fields), row.version, bool(row.deleted), edited, row.merged_into)


def record_row(value: Record) -> dict[str, Any]:
    """Return the row of a record."""
    return {
        "id": value.id,
        "kind": value.kind,
        "fields": text(value.fields),
        "edited": text(value.edited) if value.edited else _NOTHING,
        "version": value.version,
        "deleted": value.deleted,
        "merged_into": value.merged_into,
    }


def base(row: Any) -> Base:
    """Return the base of a row."""
    return Base(
        system=row.system,
        record_id=row.record_id,
        kind=row.kind,
        external_id=row.external_id,
        fields=fields(row.fields),
        version=row.version,
        deleted=bool(row.deleted),
        written=row.written,
        listing=row.listing,
    )


def base_row(value: Base) -> dict[str, Any]:
    """Return the row of a base."""
    return {
        "system": value.system,
        "kind": value.kind,
        "external_id": value.external_id,
        "record_id": value.record_id,
        "fields": text(value.fields),
        "version": value.version,
        "deleted": value.deleted,
        "written": value.written,
        "listing": value.listing,
    }


def letter(row: Any) -> Letter:
    """Return the letter of a row."""
    return Letter(
        id=row.id,
        stage=row.stage,
        system=row.system,
        kind=row.kind,
        reason=row.reason,
        raw=bytes(row.raw),
        headers=json.loads(row.headers),
        attempts=row.attempts,
        at=row.at.replace(tzinfo=UTC),
        where=row.place,
        parsed=row.parsed,
        state=row.state,
    )


def letter_row(value: Letter) -> dict[str, Any]:
    """Return the row of a letter."""
    return {
        "id": value.id,
        "state": value.state,
        "stage": value.stage,
        "system": value.system,
        "kind": value.kind,
        "reason": value.reason,
        "place": value.where,
        "parsed": value.parsed,
        "raw": value.raw,
        "headers": text(dict(value.headers)),
        "attempts": value.attempts,
        "at": naive(value.at),
    }


def message(row: Any) -> Message:
    """Return the message of a row."""
    return Message(row.id, row.topic, row.key, json.loads(row.headers), bytes(row.body))


def message_row(value: Message) -> dict[str, Any]:
    """Return the row of a message."""
    return {
        "id": value.id,
        "topic": value.topic,
        "key": value.key,
        "headers": text(dict(value.headers)),
        "body": value.body,
    }
