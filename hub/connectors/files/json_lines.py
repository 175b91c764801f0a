"""Rows of JSON lines: one object a line."""

import json
from collections.abc import Iterator
from typing import Any, BinaryIO, NoReturn

from hub.connectors.files.cells import text_of
from hub.connectors.files.config import Records
from hub.connectors.files.lines import Line, broken, lines
from hub.connectors.files.rows import Row
from hub.connectors.json_text import plain_object
from hub.domain.errors import RejectedError

_ABSENT = object()


def json_rows(stream: BinaryIO, records: Records) -> Iterator[Row]:
    """Yield a row for each line that is not blank."""
    for line in lines(stream, records.encoding):
        if line.number > records.skip_lines and (line.problem or line.text.strip()):
            yield _row(line, records)


def _row(line: Line, records: Records) -> Row:
    try:
        entry = _parse(line)
    except RejectedError as error:
        return Row(str(line.number), line.raw, {}, str(error))
    return row_of(entry, str(line.number), line.raw, records)


def row_of(entry: dict[str, Any], place: str, raw: bytes, records: Records) -> Row:
    """Return the row that *entry* is; keys joined by points lead into it."""
    if records.deleted is None and entry.keys() >= records.expected:
        return Row(place, raw, entry)
    values: dict[str, Any] = {}
    try:
        values = {column: value for column in records.wanted if (value := _at(entry, column)) is not _ABSENT}
        needed = records.id if _says_deleted(values, records) else records.needed
        if missing := [column for column in needed if column not in values]:
            raise RejectedError(f"it has no {', '.join(repr(column) for column in missing)}")
    except RejectedError as error:
        return Row(place, raw, values, str(error))
    return Row(place, raw, values)


def _says_deleted(values: dict[str, Any], records: Records) -> bool:
    """Tell whether the record is gone; such a line often tells no more than that."""
    told = values.get(records.deleted.column) if records.deleted else None
    return records.deleted is not None and told is not None and text_of(told) in records.deleted.values


def _parse(line: Line) -> dict[str, Any]:
    if problem := line.problem or broken(line.text):
        raise RejectedError(problem)
    if (quickly := plain_object(line.text)) is not None:
        return quickly
    try:
        entry = _DECODER.decode(line.text)
    except (ValueError, RecursionError) as error:
        raise RejectedError("it is no JSON") from error
    if not isinstance(entry, dict):
        raise RejectedError("it is no JSON object")
    return entry


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entry = dict(pairs)
    if len(entry) < len(pairs):
        raise RejectedError("it has a key twice")
    return entry


def _no_number(name: str) -> NoReturn:
    raise RejectedError(f"{name} is no JSON number")


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_constant=_no_number)


def _at(entry: dict[str, Any], path: str) -> Any:
    if path in entry:
        return entry[path]
    value: Any = entry
    for key in path.split("."):
        if not isinstance(value, dict) or key not in value:
            return _ABSENT
        value = value[key]
    return value
