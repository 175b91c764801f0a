"""One file while it is being read, page by page."""

import hashlib
import os
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO

from hub.connectors.files.config import Files, Records
from hub.connectors.files.delimited import csv_rows
from hub.connectors.files.json_lines import json_rows, row_of
from hub.connectors.files.places import Found
from hub.connectors.files.rows import Row
from hub.connectors.files.workbook import workbook_rows
from hub.connectors.odm.rows import FORMATS, items
from hub.domain.errors import RejectedError, RetryableError

PAGE_BYTES = 16 * 1024 * 1024
"""A page is full with so many bytes of rows, however few they are."""
_CHUNK = 1024 * 1024


class Reading:
    """An open file: its hash, its rows, and whether it has stood still all the while.

    The file is kept open between pages, so that a long one is not searched from its start each time; one that is
    replaced meanwhile under the same name is read to its end as it was.
    """

    def __init__(self, found: Found, stream: BinaryIO, config: Files, records: Records) -> None:
        self.found = found
        self.row = 0
        self.size = os.fstat(stream.fileno()).st_size
        self._stream = stream
        self._state = _state(stream)
        self.sha256 = _hash(stream)
        self._failure: RejectedError | None = None
        self._rows = _rows(stream, found, config, records)

    def take(self, limit: int) -> tuple[list[Row], bool]:
        """Return up to *limit* further rows (fewer of long ones) and whether the file ends with them.

        RejectedError when it is unreadable; RetryableError when it was written to meanwhile: what was read is not to
        be trusted.
        """
        if self._failure:
            raise self._failure
        rows: list[Row] = []
        weight = 0
        try:
            for row in islice(self._rows, limit):
                rows.append(row)
                weight += len(row.raw)
                if weight >= PAGE_BYTES:
                    break
        except RejectedError as error:
            self._failure = error  # told once the rows before it are out
        except OSError as error:
            raise RetryableError(f"{shown(self.found.name)} could not be read ({error.strerror})") from error
        finally:
            self.check_still()
        if self._failure and not rows:
            raise self._failure
        self.row += len(rows)
        return rows, len(rows) < limit and weight < PAGE_BYTES and not self._failure

    def skip(self, count: int) -> None:
        """Pass over *count* rows that were given before."""
        while self.row < count:
            rows, ended = self.take(min(1000, count - self.row))
            if ended:
                self.row = count
            del rows

    def check_still(self) -> None:
        """RetryableError when the file is being written to."""
        if _state(self._stream) != self._state:
            raise RetryableError(f"{shown(self.found.name)} was written to while it was read")

    def close(self) -> None:
        """Let go of the file."""
        self._stream.close()


def shown(name: str) -> str:
    """Return a file name that can be stored and printed whatever its bytes."""
    return name.encode("utf-8", "backslashreplace").decode()


def _state(stream: BinaryIO) -> tuple[int, int]:
    state = os.fstat(stream.fileno())
    return state.st_size, state.st_mtime_ns


def _hash(stream: BinaryIO) -> str:
    digest = hashlib.sha256()
    stream.seek(0)
    while chunk := stream.read(_CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _rows(stream: BinaryIO, found: Found, config: Files, records: Records) -> Iterator[Row]:
    if not found.size:
        raise RejectedError("it is empty (0 bytes)")
    if found.size > config.max_mib * 1024**2:
        raise RejectedError(f"it is larger than {config.max_mib} MiB")
    if records.format == "csv":
        yield from csv_rows(stream, records)
    elif records.format == "jsonl":
        yield from json_rows(stream, records)
    elif records.format in FORMATS:
        yield from _standard_rows(stream, records)
    else:
        yield from workbook_rows(stream, records, unpacked_bytes=config.max_unpacked_mib * 1024**2)


def _standard_rows(stream: BinaryIO, records: Records) -> Iterator[Row]:
    stream.seek(0)
    for number, (raw, item) in enumerate(items(stream, records.format, records.kind), 1):
        place = f"{records.kind} {number}"
        yield Row(place, raw, {}, item) if isinstance(item, str) else row_of(item, place, raw, records)
