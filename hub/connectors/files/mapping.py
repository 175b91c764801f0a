"""Rows into changes, or into rejects."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from hub.connectors.files.cells import is_empty, moment, text_of, value_of
from hub.connectors.files.config import Column, Records
from hub.connectors.files.rows import Row
from hub.connectors.json_text import object_text
from hub.domain.changes import LONGEST_ID, Change, Reject
from hub.domain.errors import RejectedError
from hub.domain.wire import Encoded

_ABSENT = object()


def read_row(kind: str, records: Records, row: Row, file: str) -> Change | Reject:
    """Return what *row* says, or why it cannot be used; a reject names its record where the id could be read."""
    where, external_id = f"{file}:{row.place}", None
    try:
        external_id = None if row.problem and not row.values else _external_id(records, row)
        if row.problem:
            return Reject(kind, where, row.problem, row.raw, external_id)
        return _change(kind, external_id or "", records, row)
    except RejectedError as error:
        return Reject(kind, where, row.problem or str(error)[:300], row.raw, external_id, _readable(records, row))


def _change(kind: str, external_id: str, records: Records, row: Row) -> Change:
    values = row.values
    at = _changed_at(values, records.changed_at)
    deleted = records.deleted is not None and _text(row, records.deleted.column) in records.deleted.values
    fields: dict[str, Any] = {}
    for name, column in records.fields.items() if not deleted else ():
        cell = values.get(column.column, _ABSENT)  # type: ignore[arg-type]  # a constant has no column, nor a cell
        if (kind_of := type(cell)) is column.plain:
            # most cells, for which no function is called
            fields[name] = cell if kind_of is int else cell.strip() or _read(values, column)
        elif column.column is None or cell is not _ABSENT:
            fields[name] = _read(values, column)
    told = Encoded(fields, object_text(fields))
    return Change(kind, external_id, told, changed_at=at, deleted=deleted, raw=row.raw)


def _readable(records: Records, row: Row) -> dict[str, Any]:
    """Return those fields of *row* that can be read."""
    fields: dict[str, Any] = {}
    for name, column in records.fields.items():
        with suppress(RejectedError):
            if column.column is None or column.column in row.values:
                fields[name] = _read(row.values, column)
    return fields


def _external_id(records: Records, row: Row) -> str:
    parts = [_text(row, column) for column in records.id]
    if empty := [column for column, part in zip(records.id, parts, strict=True) if not part]:
        raise RejectedError(f"{empty[0]!r} is empty, and the record's id is read from it")
    told = parts[0] if len(parts) == 1 else "|".join(part.replace("\\", "\\\\").replace("|", "\\|") for part in parts)
    if len(told) > LONGEST_ID:
        raise RejectedError(
            f"{records.id[0]!r} is longer than {LONGEST_ID} letters, and the record's id is read from it"
        )
    return told


def _text(row: Row, column: str) -> str:
    cell = row.values.get(column)
    try:
        return "" if cell is None else text_of(cell)
    except RejectedError as error:
        raise RejectedError(f"{column!r} {error}") from error


def _changed_at(values: Mapping[str, Any], column: Column | None) -> datetime | None:
    if column is None or column.column is None or is_empty(values.get(column.column), column):
        return None
    try:
        return moment(values[column.column], column)
    except RejectedError as error:
        raise RejectedError(f"{column.column!r} {error}") from error


def _read(values: Mapping[str, Any], column: Column) -> Any:
    if column.column is None:
        return column.value
    try:
        return value_of(values[column.column], column)
    except RejectedError as error:
        raise RejectedError(f"{column.column!r} {error}") from error
