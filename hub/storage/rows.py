"""Rows of the sync's tables as domain objects, and back."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any

from hub.domain.messages import Message
from hub.domain.sync import Base, Delivery, Letter, Record, Write
from hub.domain.wire import Encoded, dumps
from hub.storage.json_text import read, written

text = dumps
_NOTHING = "{}"
_LONGEST_ID = 64
_OF_A_WRITE = [name for name in Write.__dataclass_fields__ if name != "fields"]
_of_a_write = attrgetter(*_OF_A_WRITE)


def fields(kept: str) -> Encoded:
    """Return fields as they are kept."""
    return Encoded(read(kept), kept)


@lru_cache(maxsize=64)  # what one step keeps has one time
def naive(value: datetime) -> datetime:
    """Return a time as the tables keep it: UTC without a zone."""
    return value.astimezone(UTC).replace(tzinfo=None)


def record(row: Any) -> Record:
    """Return the record of a row."""
    known, kind, kept, edited, version, deleted, merged_into, *_ = row
    times = read(edited) if edited != _NOTHING else {}
    return Record(known, kind, fields(kept), version, bool(deleted), times, merged_into)


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
        "study_id": study_of(value.id, value.kind, value.fields),
    }


def study_of(id: str, kind: str, fields: Mapping[str, Any]) -> str | None:
    """Return the record of the study that a record is of: itself where it is one; None where it names none."""
    told = id if kind == "study" else fields.get("study_id")
    return told if isinstance(told, str) and len(told) <= _LONGEST_ID else None


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


def delivery_row(value: Delivery) -> dict[str, Any]:
    """Return the row of a delivery."""
    return {
        "id": value.id,
        "system": value.system,
        "record_id": value.record_id,
        "external_id": value.external_id,
        "message_id": value.message_id,
        "record_version": value.record_version,
        "at": naive(value.at),
    }


def write_row(value: Write) -> dict[str, Any]:
    """Return the row of a write; the text of its fields is not made twice."""
    rest = written(dict(zip(_OF_A_WRITE, _of_a_write(value), strict=True)))
    return {
        "system": value.system,
        "record_id": value.record_id,
        "kind": value.kind,
        "creates": value.external_id is None,
        "key": value.key,
        "body": f'{rest[:-1]},"fields":{text(value.fields)}}}',
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
        headers=read(row.headers),
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
        "headers": written(dict(value.headers)),
        "attempts": value.attempts,
        "at": naive(value.at),
        "about": value.about,
    }


def message(row: Any) -> Message:
    """Return the message of a row."""
    _, known, topic, key, headers, body = row
    return Message(known, topic, key, read(headers), bytes(body))


def message_row(value: Message) -> dict[str, Any]:
    """Return the row of a message."""
    return {
        "id": value.id,
        "topic": value.topic,
        "key": value.key,
        "headers": written(dict(value.headers)),
        "body": value.body,
    }
