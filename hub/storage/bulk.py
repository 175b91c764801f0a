"""Many rows in one statement, which PostgreSQL takes ten times as fast as one INSERT after the other."""

import string
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Connection,
    String,
    Table,
    any_,
    bindparam,
    column,
    delete,
    insert,
    select,
)
from sqlalchemy import table as named
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError
from sqlalchemy.types import UserDefinedType

from hub.storage.copying import copy
from hub.storage.upsert import upsert

STAGED = "staged"
_LETTERS = (string.ascii_letters + string.digits).encode()
_COPIED = 20
"""From so many rows on a COPY is worth its round trips."""

_TWICE = "23505"
"""PostgreSQL's state for a key that is there already."""

Row = Mapping[str, Any]
Conflict = Callable[[Any], Any]
"""Adds ON CONFLICT to an insert."""


class _Listed(UserDefinedType[str]):
    """An array as the text that PostgreSQL writes it in."""

    cache_ok = True


def add(connection: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Insert *rows*, which all have the same columns; one that is there already is an IntegrityError."""
    if not rows:
        return
    if connection.dialect.name == "postgresql" and len(rows) >= _COPIED:
        copy(connection, table.name, rows)
    else:
        connection.execute(insert(table), rows)


def put(
    connection: Connection,
    table: Table,
    rows: Sequence[Row],
    conflict: Conflict | None = None,
    *,
    fresh: bool = False,
) -> None:
    """Insert *rows*; what becomes of those that are there says *conflict*, by default they are replaced.

    *fresh* says that most likely none is there: that saves the way through a table beside it.
    """
    if not rows:
        return
    settled = conflict or replaced(table)
    if connection.dialect.name != "postgresql" or len(rows) < _COPIED:
        connection.execute(settled(upsert(connection, table)), rows)
        return
    if fresh and _added(connection, table, rows):
        return
    staging = _staging(connection, table.name)
    copy(connection, staging, rows)
    names = list(rows[0])
    found: Any = select(*(column(name) for name in names)).select_from(named(staging))
    connection.execute(settled(upsert(connection, table).from_select(names, found)))
    connection.execute(delete(named(staging)))


def _added(connection: Connection, table: Table, rows: Sequence[Row]) -> bool:
    """Add *rows*; False, and nothing is added, where one of them is there already."""
    try:
        with connection.begin_nested():
            copy(connection, table.name, rows)
    except IntegrityError as error:
        if getattr(error.orig, "sqlstate", None) != _TWICE:
            raise
        return False
    return True


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
    return one == any_(listed(one, values))


def listed(one: Column[Any], values: Iterable[Any]) -> BindParameter[Any]:
    """Return *values*, of the type of *one*, as one parameter of PostgreSQL's: an array."""
    told = list(values)
    if told and isinstance(one.type, String) and (joined := "".join(told)).isascii() and _plain(joined):
        # ids as a rule: one text, which the driver passes on as it is, where it looks at each entry of a list
        # and PostgreSQL knows it for what it compares with; under a cast it would not know its length when it plans
        quoted = '","'.join(told)  # bare, NULL would be no text and an empty one no array
        return bindparam(None, f'{{"{quoted}"}}', type_=_Listed())
    return bindparam(None, told, type_=postgresql.ARRAY(one.type))


def _plain(joined: str) -> bool:
    """Tell whether an ASCII text is of letters and digits alone, at the speed of C."""
    return bool(joined) and not joined.encode().translate(None, _LETTERS)


def _staging(connection: Connection, table: str) -> str:
    """Return the name of this connection's own empty table with the columns of *table*."""
    name, known = f"come_{table}", connection.info.setdefault(STAGED, set())
    if name not in known:
        connection.exec_driver_sql(
            f'CREATE TEMPORARY TABLE IF NOT EXISTS "{name}" (LIKE "{table}") ON COMMIT DELETE ROWS'
        )
        known.add(name)
    return name


def forget_staging(connection: Connection) -> None:
    """Note that a transaction was given up, and with it perhaps the making of a staging table."""
    if not connection.invalidated:  # a connection that was lost takes what is known of it along
        connection.info.pop(STAGED, None)
