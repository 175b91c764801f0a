"""CDISC Dataset-JSON 1.1: a table with its columns' descriptions, as one JSON object or as JSON lines."""

import json
import re
from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

from hub.domain.errors import RejectedError

VERSION = "1.1.0"
Item = dict[str, Any]
_DECODER = json.JSONDecoder()
_SIGN = re.compile(r"[ \t\r\n]*([][{}:,])[ \t\r\n]*")
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


def _told(content: bytes) -> tuple[Item, Iterator[Any]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RejectedError("is no UTF-8") from error
    try:
        head, begin = _object(text)
    except (ValueError, TypeError, RecursionError):
        return _lines(content.removeprefix(BOM_UTF8))
    if begin is None:
        raise RejectedError("is no Dataset-JSON: it has no rows")
    return head, _listed(text, begin)


def _object(text: str) -> tuple[Item, int | None]:
    """Return what the object *text* holds beside its rows, and where those begin. ValueError where it is none.

    The rows are read to their end and not kept: as objects they are many times as large as their text.
    """
    head: Item = {}
    begin = None
    at, sign = _sign(text, 0, "{")
    while sign != "}":
        key, at = _DECODER.raw_decode(text, at)
        if not isinstance(key, str):
            raise TypeError("a key is no text")
        at, _ = _sign(text, at, ":")
        if key == "rows" and text.startswith("[", at):
            begin, at = at, _past(text, at)
        else:
            head[key], at = _DECODER.raw_decode(text, at)
        at, sign = _sign(text, at, ",}")
    if at != len(text):
        raise ValueError("more follows")
    return head, begin


def _past(text: str, begin: int) -> int:
    """Return the place after the list that begins there. ValueError where it is none."""
    at, sign = _sign(text, begin, "[")
    if text.startswith("]", at):
        return at + 1
    while sign != "]":
        _, at = _DECODER.raw_decode(text, at)
        at, sign = _sign(text, at, ",]")
    return at


def _listed(text: str, begin: int) -> Iterator[Any]:
    """Yield the entries of the list that begins there, which was read to its end before."""
    at, sign = _sign(text, begin, "[")
    while sign != "]" and not text.startswith("]", at):
        row, at = _DECODER.raw_decode(text, at)
        at, sign = _sign(text, at, ",]")
        yield row


def _sign(text: str, at: int, expected: str) -> tuple[int, str]:
    """Return the place after the next sign, and blanks around it, and the sign. ValueError where it is another."""
    found = _SIGN.match(text, at)
    if found is None or found[1] not in expected:
        raise ValueError(f"{expected} is expected")
    return found.end(), found[1]


def _lines(content: bytes) -> tuple[Any, Iterator[Any]]:
    first, _, rest = content.partition(b"\n")
    try:
        head = json.loads(first)
    except (ValueError, RecursionError) as error:
        raise RejectedError("is no JSON") from error
    if not isinstance(head, dict):
        raise RejectedError("is no Dataset-JSON: it has no rows")
    return head, (_line(line.decode()) for line in BytesIO(rest) if line.strip())


def _line(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return line.rstrip("\r\n")  # set aside as what it is


def _names(head: Item) -> list[str]:
    columns = head.get("columns")
    names = [one.get("name") for one in columns if isinstance(one, dict)] if isinstance(columns, list) else []
    if not names or not all(isinstance(one, str) for one in names) or len(names) != len(columns or ()):
        raise RejectedError("is no Dataset-JSON: its columns have no names")
    return [str(one) for one in names]
