"""Cells into canonical values."""

import math
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from hub.connectors.files.config import Column
from hub.domain.errors import RejectedError

_TRUE, _FALSE = {"true", "yes", "y", "1"}, {"false", "no", "n", "0"}


def value_of(cell: Any, column: Column) -> Any:
    """Return the JSON value that *column* makes of *cell*, None for an empty one.

    RejectedError says what is wrong without showing the cell, which may be a patient's.
    """
    if isinstance(cell, str):
        cell = cell.strip()
    if cell is None or cell == "" or (isinstance(cell, str) and cell in column.empty):
        if column.required:
            raise RejectedError("is empty")
        return None
    if column.codes is not None:
        return _coded(cell, column.codes)
    return _READERS[column.type](cell, column)


def is_empty(cell: Any, column: Column) -> bool:
    """Tell whether there is nothing in *cell*, or a text that means so."""
    return cell is None or (isinstance(cell, str) and (not cell.strip() or cell.strip() in column.empty))


def text_of(cell: Any) -> str:
    """Return a cell as text: whole numbers without a point, days and times in ISO 8601."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, dict | list):
        raise RejectedError("is no single value")
    return str(cell)


def _coded(cell: Any, codes: dict[str, Any]) -> Any:
    if (code := text_of(cell)) not in codes:
        raise RejectedError("is not in its code list")
    return codes[code]


def _integer(cell: Any, column: Column) -> int:
    if type(cell) is int:
        return cell
    number = _number(cell, column)
    if not float(number).is_integer():
        raise RejectedError("is no whole number")
    return int(number)


def _number(cell: Any, column: Column) -> int | float:
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        number: int | float = cell
    elif isinstance(cell, str):
        number = _parsed_number(cell, column.decimal)
    else:
        raise RejectedError("is no number")
    if not math.isfinite(number):
        raise RejectedError("is no number")
    return number


def _parsed_number(text: str, decimal: str) -> int | float:
    if "_" in text or (decimal == "," and "." in text):
        raise RejectedError("is no number")
    try:
        number = float(text.replace(decimal, "."))
        return int(text) if text.lstrip("+-").isdecimal() else number
    except (ValueError, OverflowError) as error:
        raise RejectedError("is no number") from error


def _boolean(cell: Any, column: Column) -> bool:
    del column
    text = text_of(cell).casefold()
    if text not in _TRUE | _FALSE:
        raise RejectedError("is neither yes nor no")
    return text in _TRUE


def _date(cell: Any, column: Column) -> str:
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    return _moment(cell, column, "date").date().isoformat()


def _datetime(cell: Any, column: Column) -> str:
    return moment(cell, column).isoformat().replace("+00:00", "Z")


def moment(cell: Any, column: Column) -> datetime:
    """Return the time that *cell* names, in UTC; without an offset of its own it is in the column's zone."""
    if isinstance(cell, date) and not isinstance(cell, datetime):
        cell = datetime.combine(cell, time())
    read = cell if isinstance(cell, datetime) else _moment(cell, column, "time")
    try:
        return (read if read.tzinfo else read.replace(tzinfo=ZoneInfo(column.zone))).astimezone(UTC)
    except OverflowError as error:
        raise RejectedError("is no time") from error


def _moment(cell: Any, column: Column, noun: str) -> datetime:
    text = text_of(cell)
    try:
        if column.format == "iso":
            return datetime.fromisoformat(text)
        return datetime.strptime(text, column.format)  # noqa: DTZ007  # the caller gives it the declared zone
    except ValueError as error:
        raise RejectedError(f"is no {noun} in the declared format") from error


def _text(cell: Any, column: Column) -> str:
    del column
    return cell if isinstance(cell, str) else text_of(cell)


_READERS: dict[str, Callable[[Any, Column], Any]] = {
    "text": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "datetime": _datetime,
}
