"""Many rows at once: by COPY on PostgreSQL, which takes them ten times as fast as one INSERT after the other."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Table, any_, insert, select
from sqlalchemy import table as named
from sqlalchemy.dialects import postgresql
from sqlalchemy.sql.expression import bindparam, column

from hub.storage.upsert import upsert

_COPIED = 20
"""From so many rows on a COPY is worth its round trips."""

Row = Mapping[str, Any]
Conflict = Callable[[Any], Any]
"""Adds ON CONFLICT to an insert."""


def add(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert *rows*, which all have the same columns; one that is there already is an IntegrityError."""
    if not rows:
        return
    if _copies(connection, rows):
        _copy(connection, table.name, rows)
    else:
        connection.execute(insert(table), rows)


def put(connection: Connection, table: Table, rows: Sequence[Row], conflict: Conflict | None = None) -> None:
    """Insert *rows*; what becomes of those that are there says *conflict*, by default they are replaced."""
    if not rows:
        return
    settled = conflict or replaced(table)
    if not _copies(connection, rows):
        connection.execute(settled(upsert(connection, table)), rows)
        return
    names = list(rows[0])
    staging = f"come_{table.name}"
    connection.exec_driver_sql(
        f'CREATE TEMPORARY TABLE IF NOT EXISTS "{staging}" (LIKE "{table.name}") ON COMMIT DELETE ROWS'
    )
    _copy(connection, staging, rows)
    found: Any = select(*(column(name) for name in names)).select_from(named(staging))
    connection.execute(settled(upsert(connection, table).from_select(names, found)))
    connection.exec_driver_sql(f'TRUNCATE "{staging}"')


def replaced(table: Table) -> Conflict:
    """Return the conflict rule by which a row takes the place of the one with its primary key."""
    keys = [one.name for one in table.primary_key]

    def settle(statement: Any) -> Any:
        rest = {one.name: statement.excluded[one.name] for one in table.c if one.name not in keys}
        return statement.on_conflict_do_update(index_elements=keys, set_=rest)

    return settle


def left_alone(statement: Any) -> Any:
    """Return *statement* so that rows which are there stay as they are."""
    return statement.on_conflict_do_nothing()


def among(connection: Connection, one: Column[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """Return the condition that *one* is any of *values*, as one parameter where the database can."""
    if connection.dialect.name != "postgresql":
        return one.in_(list(values))
    return one == any_(bindparam(None, list(values), type_=postgresql.ARRAY(one.type)))


def _copies(connection: Connection, rows: Sequence[Row]) -> bool:
    return connection.dialect.name == "postgresql" and len(rows) >= _COPIED


def _copy(connection: Connection, table: str, rows: Sequence[Row]) -> None:
    names = list(rows[0])
    columns = ", ".join(f'"{name}"' for name in names)
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row([row[name] for name in names])
