"""The files of a place by the meeting that they are of, kept in a temporary file: 100,000 of them take no memory."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath

from hub.connectors.files.places import Found

_MADE = """
CREATE TABLE file (name BLOB PRIMARY KEY, stem BLOB, size INTEGER, mtime REAL, stamp TEXT, still INTEGER) WITHOUT ROWID;
CREATE INDEX file_stem ON file (stem);
"""
_PUT = "INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?, ?)"
_STEMS = """
SELECT stem FROM file WHERE stem IS NOT NULL GROUP BY stem HAVING max(mtime) >= ? ORDER BY min(mtime), stem
"""
_OF_STEM = "SELECT name, size, mtime, stamp, still FROM file WHERE stem = ? ORDER BY name"
_MARKED = "SELECT 1 FROM file WHERE name = ? AND mtime >= ?"


class Laid:
    """Files with what is known of each: whether it stands still. Names are kept byte by byte, whatever they hold."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def take(self, files: Iterable[tuple[Found, bool, bool]]) -> None:
        """Keep files: each with whether it is one of a meeting, and whether it stands still."""
        self._connection.executemany(_PUT, map(_row, files))

    def meetings(self, since: float) -> Iterator[tuple[str, list[tuple[Found, bool]]]]:
        """Yield the files that differ in their ending only, with their common name: those with one of *since* or later.

        What was laid there first comes first.
        """
        for (stem,) in self._connection.execute(_STEMS, (since,)):
            rows = self._connection.execute(_OF_STEM, (stem,)).fetchall()
            yield _text(stem), [(Found(_text(row[0]), *row[1:4]), bool(row[4])) for row in rows]

    def marked(self, found: Found, marker: str) -> bool:
        """Tell whether a file of the same name with *marker* at its end lies beside it, and is no older."""
        return self._connection.execute(_MARKED, (_bytes(found.name + marker), found.mtime)).fetchone() is not None


@contextmanager
def laid() -> Iterator[Laid]:
    """Give an empty `Laid`, which is gone when the block ends."""
    connection = sqlite3.connect("")  # on the disk, by a name that nobody knows
    try:
        connection.executescript(_MADE)
        yield Laid(connection)
    finally:
        connection.close()


def _row(one: tuple[Found, bool, bool]) -> tuple[bytes, bytes | None, int, float, str, bool]:
    found, of_meeting, still = one
    stem = _bytes(PurePosixPath(found.name).stem) if of_meeting else None
    return _bytes(found.name), stem, found.size, found.mtime, found.stamp, still


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogatepass")


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogatepass")
