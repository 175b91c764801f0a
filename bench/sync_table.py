"""A system that is a table in PostgreSQL: what `bench/sync.py` has the hub write to, in bulk."""

import time
from collections.abc import Sequence
from pathlib import Path

import psycopg
from psycopg import sql
from sync_records import FIELDS

from hub.domain.changes import Asked, Capabilities, Push, Receipt
from hub.domain.errors import RejectedError, RetryableError, StaleError
from hub.storage.copying import written

_COLUMNS = sql.SQL(", ").join(map(sql.Identifier, FIELDS))
_MAKE = sql.SQL("CREATE TABLE sites (external_id bigserial PRIMARY KEY, key text UNIQUE, {})").format(
    sql.SQL(", ").join(sql.SQL("{} text").format(sql.Identifier(name)) for name in FIELDS)
)
_NUMBERS = "SELECT nextval('sites_external_id_seq') FROM generate_series(1, %s)"
_NAMES = ("external_id", "key", *FIELDS)
_NONE = dict.fromkeys(FIELDS)
_STRAIGHT = sql.SQL("COPY sites (external_id, key, {}) FROM STDIN").format(_COLUMNS)
_STAGE = "CREATE TEMPORARY TABLE IF NOT EXISTS come AS SELECT * FROM sites WITH NO DATA"
_COPY = sql.SQL("COPY come (key, {}) FROM STDIN").format(_COLUMNS)
_TAKE = sql.SQL("INSERT INTO sites (key, {0}) SELECT key, {0} FROM come ON CONFLICT (key) DO NOTHING").format(_COLUMNS)


class Table:
    """`BulkTarget`: the writes of one request are one transaction of the table's own database.

    *ages* is a file that is told, for every write with a field `updated` that is a number, how many seconds ago that
    was (of `time.time`).
    """

    capabilities = Capabilities(batch=1000, writable=frozenset({"site"}))

    def __init__(self, address: str, ages: Path | None = None) -> None:
        self._connection = psycopg.connect(address)
        self._ages = ages

    @staticmethod
    def create(address: str) -> None:
        """Make the empty table."""
        with psycopg.connect(address) as connection:
            connection.execute(_MAKE)

    def push(self, change: Push, *, idempotency_key: str, precondition: str | None) -> Receipt:
        """Write one; see `Target.push`."""
        [answer] = self.push_all([Asked(change, idempotency_key, precondition)])
        return answer

    def push_all(self, writes: Sequence[Asked]) -> Sequence[Receipt | RejectedError | StaleError]:
        """Write several; see `BulkTarget.push_all`. A second write of the same values changes nothing."""
        made = [one for one in writes if one.push.external_id is None]
        try:
            with self._connection.transaction(), self._connection.cursor() as cursor:
                ids = _create(cursor, made) if made else {}
                _change(cursor, [one.push for one in writes if one.push.external_id is not None])
        except psycopg.OperationalError as error:
            raise RetryableError(str(error)) from error
        self._note(writes)
        return [Receipt(one.push.external_id or ids[one.idempotency_key]) for one in writes]

    def _note(self, writes: Sequence[Asked]) -> None:
        if self._ages is None:
            return
        now = time.time()
        with self._ages.open("a", encoding="utf-8") as stream:
            for one in writes:
                if str(one.push.fields.get("updated", "")).replace(".", "").isdigit():
                    stream.write(f"{now - float(one.push.fields['updated'])}\n")


def _create(cursor: psycopg.Cursor[tuple[str, ...]], writes: Sequence[Asked]) -> dict[str, str]:
    """Make rows and return their ids by idempotency key; a key that is there already made its row before."""
    try:
        with cursor.connection.transaction():
            numbers = [number for (number,) in cursor.execute(_NUMBERS, (len(writes),))]
            rows = [
                {**_NONE, **one.push.fields, "external_id": number, "key": one.idempotency_key}
                for number, one in zip(numbers, writes, strict=True)
            ]
            with cursor.copy(_STRAIGHT) as copy:
                copy.write(written(rows, _NAMES))
    except psycopg.errors.UniqueViolation:
        return _create_missing(cursor, writes)
    return {one.idempotency_key: str(number) for number, one in zip(numbers, writes, strict=True)}


def _create_missing(cursor: psycopg.Cursor[tuple[str, ...]], writes: Sequence[Asked]) -> dict[str, str]:
    """Make those rows that are not there, and return the ids of all."""
    cursor.execute(_STAGE)
    with cursor.copy(_COPY) as copy:
        for one in writes:
            copy.write_row((one.idempotency_key, *map(one.push.fields.get, FIELDS)))
    cursor.execute(_TAKE)
    cursor.execute("SELECT come.key, sites.external_id::text FROM come JOIN sites ON sites.key = come.key")
    ids = dict(cursor.fetchall())
    cursor.execute("TRUNCATE come")
    return ids


def _change(cursor: psycopg.Cursor[tuple[str, ...]], pushes: Sequence[Push]) -> None:
    for fields in dict.fromkeys(tuple(push.fields) for push in pushes):
        names = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in fields)
        statement = sql.SQL("UPDATE sites SET {} WHERE external_id = %s").format(names)
        rows = [(*map(str, push.fields.values()), push.external_id) for push in pushes if tuple(push.fields) == fields]
        cursor.executemany(statement, rows)
