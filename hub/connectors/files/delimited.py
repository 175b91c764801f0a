"""Rows of CSV files: quoted fields, fields over several lines, and damage that stays where it is."""

import csv
import re
from collections.abc import Iterator
from typing import BinaryIO

from hub.connectors.files.config import Records
from hub.connectors.files.lines import LONGEST, Line, broken, lines
from hub.connectors.files.rows import Row, positions
from hub.domain.errors import RejectedError

_CANDIDATES = ",;\t|"
_LONGEST_RECORD = 1000  # lines; a quote that is never closed would swallow the rest of the file


class _Feed:
    """Gives lines to the CSV reader, and remembers those that the present record took."""

    def __init__(self, source: Iterator[Line]) -> None:
        self._source = source
        self._back: list[Line] = []
        self._bytes = 0
        self.taken: list[Line] = []

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        line = self._back.pop() if self._back else next(self._source)
        self.taken.append(line)
        self._bytes = len(line.raw) + (self._bytes if len(self.taken) > 1 else 0)
        if line.problem:
            raise csv.Error(line.problem)
        if len(self.taken) > _LONGEST_RECORD:
            raise csv.Error(f"the row goes over more than {_LONGEST_RECORD} lines")
        if self._bytes > LONGEST:
            raise csv.Error(f"the row is longer than {LONGEST // 1024} KiB")
        return line.text

    def put_back(self, rest: list[Line]) -> None:
        """Give *rest* again, in order, before what follows."""
        self._back.extend(reversed(rest))


def csv_rows(stream: BinaryIO, records: Records) -> Iterator[Row]:
    """Yield the rows below the header. RejectedError when the file as a whole cannot be read."""
    header, parsed = _begun(stream, records)
    places = positions(header, records.needed, records.wanted)
    for taken, cells, problem in parsed:
        if problem or any(map(str.strip, cells)):  # spreadsheets leave rows of bare delimiters behind
            yield _row(taken, cells, problem, places, len(header))


def csv_header(stream: BinaryIO, records: Records) -> list[str]:
    """Return the names of all columns. RejectedError where there is no header."""
    return _begun(stream, records)[0]


def _begun(stream: BinaryIO, records: Records) -> tuple[list[str], Iterator[tuple[list[Line], list[str], str | None]]]:
    feed = _Feed(lines(stream, records.encoding))
    delimiter = _delimiter(feed, records)
    parsed = _parsed(feed, delimiter, records.quote)
    head = next(parsed, None)
    if head is None:
        raise RejectedError("it has no header")
    _, header, problem = head
    if problem or (problem := next(filter(None, map(broken, header)), None)):
        raise RejectedError(f"its header cannot be read: {problem}")
    return header, parsed


def _row(taken: list[Line], cells: list[str], problem: str | None, places: dict[str, int], width: int) -> Row:
    raw = b"".join(line.raw for line in taken)
    place = str(taken[0].number)
    if not problem and (len(cells) < width or any(cell.strip() for cell in cells[width:])):
        problem = f"it has {len(cells)} fields where the header has {width}"
    if problem := problem or next(filter(None, (broken(line.text) for line in taken)), None):
        return Row(place, raw, {}, problem)
    return Row(place, raw, {column: cells[index] for column, index in places.items()})


def _parsed(feed: _Feed, delimiter: str, quote: str) -> Iterator[tuple[list[Line], list[str], str | None]]:
    """Yield (lines taken, cells, problem); after a damaged row, reading goes on with the line after its first."""
    reader = csv.reader(feed, delimiter=delimiter, quotechar=quote, strict=True)
    while True:
        feed.taken = []
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            feed.put_back(feed.taken[1:])
            yield feed.taken[:1], [], str(error)
            reader = csv.reader(feed, delimiter=delimiter, quotechar=quote, strict=True)
        else:
            yield feed.taken, cells, None


def _delimiter(feed: _Feed, records: Records) -> str:
    try:
        for _ in range(records.skip_lines):
            next(feed)
        head = next(feed)
    except StopIteration:
        raise RejectedError("it has no header") from None
    except csv.Error as error:
        raise RejectedError(f"its header cannot be read: {error}") from error
    if named := re.fullmatch(r"sep=(.)\s*", head):  # Excel's own first line
        return records.delimiter or named[1]
    feed.put_back(feed.taken[-1:])
    bare = re.sub(f"{re.escape(records.quote)}.*?{re.escape(records.quote)}", "", head)
    return records.delimiter or max(_CANDIDATES, key=bare.count)
