"""CDISC Dataset-JSON 1.1: a table with its columns' descriptions, as one JSON object or as JSON lines."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from hub.domain.errors import RejectedError

VERSION = "1.1.0"
Item = dict[str, Any]
_TYPES = {str: "string", int: "integer", float: "float", bool: "boolean"}


def rows(content: bytes) -> Iterator[tuple[bytes, Item | str]]:
    """Yield each row with its bytes, by the names of its columns, or why it cannot be read.

    RejectedError where *content* is no Dataset-JSON.
    """
    head, found = _told(content)
    names = _names(head)
    for row in found:
        raw = json.dumps(row, ensure_ascii=False).encode(errors="backslashreplace")
        if not isinstance(row, list) or len(row) != len(names):
            yield raw, f"is no row of {len(names)} values"
        else:
            yield raw, dict(zip(names, row, strict=True))


def document(
    name: str, label: str, columns: Mapping[str, str], records: Sequence[Mapping[str, Any]], *, made_at: datetime
) -> bytes:
    """Return records as Dataset-JSON; *columns* are their names and labels. A value that is missing is null."""
    return json.dumps(
        {
            "datasetJSONCreationDateTime": made_at.isoformat(timespec="seconds"),
            "datasetJSONVersion": VERSION,
            "itemGroupOID": f"IG.{name}",
            "records": len(records),
            "name": name,
            "label": label,
            "columns": [
                {"itemOID": f"IT.{name}.{key}", "name": key, "label": said, "dataType": _type(key, records)}
                for key, said in columns.items()
            ],
            "rows": [[record.get(key) for key in columns] for record in records],
        },
        ensure_ascii=False,
        allow_nan=False,
    ).encode()


def _type(key: str, records: Sequence[Mapping[str, Any]]) -> str:
    kinds = {_TYPES.get(type(record[key]), "string") for record in records if record.get(key) is not None}
    return kinds.pop() if len(kinds) == 1 else "string"


def _told(content: bytes) -> tuple[Item, list[Any]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RejectedError("is no UTF-8") from error
    try:
        told = json.loads(text)
        found = told.get("rows") if isinstance(told, dict) else None
    except (ValueError, RecursionError):
        told, found = _lines(text)
    if not isinstance(told, dict) or not isinstance(found, list):
        raise RejectedError("is no Dataset-JSON: it has no rows")
    return told, found


def _lines(text: str) -> tuple[Any, list[Any]]:
    first, *rest = text.splitlines() or [""]
    try:
        return json.loads(first), [_line(line) for line in rest if line.strip()]
    except (ValueError, RecursionError) as error:
        raise RejectedError("is no JSON") from error


def _line(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return line  # set aside as what it is


def _names(head: Item) -> list[str]:
    columns = head.get("columns")
    names = [one.get("name") for one in columns if isinstance(one, dict)] if isinstance(columns, list) else []
    if not names or not all(isinstance(one, str) for one in names) or len(names) != len(columns or ()):
        raise RejectedError("is no Dataset-JSON: its columns have no names")
    return [str(one) for one in names]
