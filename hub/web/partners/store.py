"""A partner's records in a SQLite file of its own: written once for each idempotency key, every write on a log."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS rows (
  number INTEGER PRIMARY KEY, collection TEXT, body TEXT, version INTEGER, mark INTEGER, changed TEXT, deleted INTEGER);
CREATE INDEX IF NOT EXISTS rows_mark ON rows (collection, mark);
CREATE TABLE IF NOT EXISTS answers (key TEXT PRIMARY KEY, number INTEGER);
CREATE TABLE IF NOT EXISTS log (mark INTEGER PRIMARY KEY, number INTEGER, key TEXT, body TEXT);
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One record as it is now."""

    number: int
    body: dict[str, Any]
    version: int
    mark: int
    """Grows with every change of any record."""
    changed: str
    deleted: bool


class Conflict(Exception):  # noqa: N818  # an answer, not a fault
    """The record has another version by now."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A write; see `Store.write`."""

    collection: str
    number: int | None
    fields: dict[str, Any]
    key: str | None = None
    version: int | None = None
    deleted: bool = False


class Store:
    """The records of one partner; each call is one transaction."""

    def __init__(self, path: Path, *, clock: Callable[[], datetime]) -> None:
        self._path = path
        self._clock = clock
        with closing(self._open()) as connection:
            connection.executescript(_SCHEMA)

    def page(self, collection: str, *, since: str, mark: int, offset: int, limit: int) -> list[Row]:
        """Return records changed at *since* or later and after *mark*, oldest change first."""
        query = (
            "SELECT number, body, version, mark, changed, deleted FROM rows WHERE collection = ? AND changed >= ?"
            " AND mark > ? ORDER BY mark LIMIT ? OFFSET ?"
        )
        with closing(self._open()) as connection:
            return [_row(row) for row in connection.execute(query, (collection, since, mark, limit, offset))]

    def count(self, collection: str) -> int:
        """Return how many records there are, deleted ones as well."""
        with closing(self._open()) as connection:
            return int(
                connection.execute("SELECT count(*) FROM rows WHERE collection = ?", (collection,)).fetchone()[0]
            )

    def find(self, collection: str, number: int) -> Row | None:
        """Return one record, None where there is none."""
        with closing(self._open()) as connection:
            return _found(connection, collection, number)

    def write(
        self,
        collection: str,
        number: int | None,
        fields: dict[str, Any],
        *,
        key: str | None,
        version: int | None = None,
        deleted: bool = False,
    ) -> Row | None:
        """Create (*number* None), change or softly delete a record; once for each *key*. None where there is none.

        Conflict when it has another *version* than the one given.
        """
        wanted = Wanted(collection, number, fields, key, version, deleted)
        [outcome] = self.write_all([wanted])
        if isinstance(outcome, Conflict):
            raise outcome
        return outcome

    def write_all(self, several: Sequence[Wanted]) -> list[Row | Conflict | None]:
        """Do several writes in one transaction and return what became of each."""
        with closing(self._open()) as connection, connection:
            connection.execute("BEGIN IMMEDIATE")
            mark = connection.execute("SELECT COALESCE(MAX(mark), 0) FROM log").fetchone()[0]
            outcomes: list[Row | Conflict | None] = []
            for number, wanted in enumerate(several, mark + 1):
                try:
                    outcomes.append(_written(connection, wanted, mark=number, now=self._now()))
                except Conflict as conflict:
                    outcomes.append(conflict)
            return outcomes

    def log(self) -> Iterator[dict[str, Any]]:
        """Yield every write in order: record, key (None for people), fields."""
        with closing(self._open()) as connection:
            for row in connection.execute("SELECT mark, number, key, body FROM log ORDER BY mark"):
                yield {"mark": row[0], "number": row[1], "key": row[2], "fields": json.loads(row[3])}

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None, timeout=15)
        connection.execute("PRAGMA journal_mode=WAL")
        return connection

    def _now(self) -> str:
        return self._clock().isoformat(timespec="milliseconds")


def _written(connection: sqlite3.Connection, wanted: Wanted, *, mark: int, now: str) -> Row | None:
    key, number, collection = wanted.key, wanted.number, wanted.collection
    if key and (known := connection.execute("SELECT number FROM answers WHERE key = ?", (key,)).fetchone()):
        return _found(connection, collection, known[0])
    before = _found(connection, collection, number) if number is not None else None
    if number is not None and before is None:
        return None
    if before is not None and wanted.version is not None and wanted.version != before.version:
        raise Conflict
    body = {**(before.body if before else {}), **wanted.fields}
    values = (json.dumps(body), (before.version if before else 0) + 1, mark, now, wanted.deleted)
    if before is None:
        statement = "INSERT INTO rows (body, version, mark, changed, deleted, collection) VALUES (?,?,?,?,?,?)"
        number = connection.execute(statement, (*values, collection)).lastrowid
    else:
        statement = "UPDATE rows SET body = ?, version = ?, mark = ?, changed = ?, deleted = ? WHERE number = ?"
        connection.execute(statement, (*values, number))
    if key:
        connection.execute("INSERT INTO answers VALUES (?, ?)", (key, number))
    connection.execute("INSERT INTO log VALUES (?,?,?,?)", (mark, number, key, json.dumps(wanted.fields)))
    return _found(connection, collection, int(number or 0))


def _found(connection: sqlite3.Connection, collection: str, number: int) -> Row | None:
    query = "SELECT number, body, version, mark, changed, deleted FROM rows WHERE collection = ? AND number = ?"
    row = connection.execute(query, (collection, number)).fetchone()
    return _row(row) if row else None


def _row(row: Any) -> Row:
    return Row(row[0], json.loads(row[1]), row[2], row[3], row[4], bool(row[5]))
