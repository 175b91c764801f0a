"""Rows of XLSX workbooks: the values as they were last calculated, never a formula or a macro."""

import json
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta
from itertools import zip_longest
from typing import Any, BinaryIO

from hub.connectors.files.config import Records
from hub.connectors.files.lines import broken
from hub.connectors.files.rows import Row, positions
from hub.connectors.files.workbook_checks import check_workbook
from hub.domain.errors import RejectedError

_MOST_ROWS = 1_048_576
_FOREIGN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What openpyxl lets through on a workbook that is zipped well and written wrong."""


def workbook_rows(stream: BinaryIO, records: Records, *, unpacked_bytes: int) -> Iterator[Row]:
    """Yield the rows below the header of one sheet. RejectedError when the file as a whole cannot be read."""
    formulas = check_workbook(stream, unpacked_bytes=unpacked_bytes)
    found = _cells(stream, records.sheet, formulas=formulas)
    title, header = "", None
    places: dict[str, int] = {}
    for number, (title, cells, unsolved) in enumerate(found, start=1):
        if number > _MOST_ROWS:  # a single cell far down makes empty rows without end
            raise RejectedError(f"it has more than {_MOST_ROWS} rows, which is more than a sheet can have")
        if number <= records.skip_lines:
            continue
        if header is None:
            header = ["" if cell is None else cell for cell in cells]
            places = positions(header, records.needed, records.wanted)
        elif unsolved or any(cell is not None and cell != "" for cell in cells):
            yield _row(f"{title} row {number}", cells, unsolved, places, len(header))
    if header is None:
        raise RejectedError("it has no header")


def workbook_header(stream: BinaryIO, records: Records, *, unpacked_bytes: int) -> list[str]:
    """Return the names of all columns of the sheet. RejectedError where it cannot be read."""
    formulas = check_workbook(stream, unpacked_bytes=unpacked_bytes)
    for number, (_, cells, _) in enumerate(_cells(stream, records.sheet, formulas=formulas), start=1):
        if number > records.skip_lines:
            return [str(cell) for cell in cells if cell not in (None, "")]
    raise RejectedError("it has no header")


def _row(place: str, cells: Sequence[Any], unsolved: set[int], places: dict[str, int], width: int) -> Row:
    raw = json.dumps([_shown(cell) for cell in cells], ensure_ascii=False).encode("utf-8", "backslashreplace")
    problem = None
    if any(cell not in (None, "") for cell in cells[width:]):
        problem = f"it has more cells than the header's {width}"
    for column, index in places.items():
        cell = cells[index] if index < len(cells) else None
        if index in unsolved:
            problem = f"{column!r} holds a formula whose result was not kept: open and save the file in Excel"
        elif isinstance(cell, str) and (wrong := broken(cell)):
            problem = f"{column!r}: {wrong}"
        elif isinstance(cell, str) and cell in _ERRORS:
            problem = f"{column!r} holds Excel's error {cell}"
    if problem:
        return Row(place, raw, {}, problem)
    return Row(place, raw, {column: cells[i] if i < len(cells) else None for column, i in places.items()})


_ERRORS = {"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!", "#CALC!"}


def _shown(cell: Any) -> Any:
    return cell.isoformat() if isinstance(cell, date | time) else str(cell) if isinstance(cell, timedelta) else cell


def _cells(stream: BinaryIO, sheet: str | None, *, formulas: bool) -> Iterator[tuple[str, Sequence[Any], set[int]]]:
    """Yield (sheet title, values, positions of formulas without a value) for each row."""
    values = _sheet(stream, sheet, data_only=True)
    title = next(values)[0]
    if not formulas:
        for row in values:
            yield title, row, set()
        return
    written = _sheet(stream, sheet, data_only=False)
    next(written)
    for row, texts in zip_longest(values, written, fillvalue=()):
        pairs = enumerate(zip_longest(row, texts))
        yield title, row, {i for i, (value, text) in pairs if value is None and _is_formula(text)}


def _is_formula(text: Any) -> bool:
    return (isinstance(text, str) and text.startswith("=")) or type(text).__name__ in {
        "ArrayFormula",
        "DataTableFormula",
    }


def _sheet(stream: BinaryIO, name: str | None, *, data_only: bool) -> Iterator[Any]:
    """Yield a tuple of the sheet's title, then its rows of values."""
    import openpyxl

    try:
        with _quiet():
            stream.seek(0)
            book = openpyxl.load_workbook(stream, read_only=True, data_only=data_only, keep_links=False)
    except _FOREIGN as error:
        raise _refused(error, "it is no XLSX workbook") from error
    titles = [page.title for page in book.worksheets]
    if not titles or (name is not None and name not in titles):
        raise RejectedError(f"it has no sheet {name!r}" if name else "it has no sheet")
    page = book[name or titles[0]]
    page.reset_dimensions()  # what a program wrote there is often wrong, and would cut rows off
    yield (page.title,)
    rows = page.iter_rows(values_only=True)
    while True:
        try:
            with _quiet():
                row = next(rows, None)
        except _FOREIGN as error:
            raise _refused(error, "a sheet of it cannot be read") from error
        if row is None:
            return
        yield row


def _refused(error: Exception, reason: str) -> Exception:
    """Return what to raise: a fault of the disk is none of the file's."""
    return error if isinstance(error, OSError) and error.errno else RejectedError(reason)


def _quiet() -> "warnings.catch_warnings[None]":
    return warnings.catch_warnings(action="ignore")  # what openpyxl finds unusual in styles is nothing to us
