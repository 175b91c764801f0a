"""Rows by many keys, each found in its index.

PostgreSQL plans `= ANY` of a list by what it last counted of a table, and one that grows by thousands of rows a second
was last counted when it was small: it then reads all rows of a system for the few that are asked for. A lookup for each
key, which is what `LATERAL` over the list comes to, costs the same however much the table holds.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Delete,
    Select,
    Table,
    any_,
    cast,
    delete,
    func,
    literal,
    literal_column,
    select,
    true,
)
from sqlalchemy.dialects import postgresql

from hub.storage import bulk

Beside = Mapping[Column[Any], str]
NOTHING: Beside = {}
_MANY = 20
"""Up to so many keys any plan will do."""


def by_key(
    connection: Connection,
    columns: Iterable[ColumnElement[Any]],
    one: Column[Any],
    values: Sequence[str],
    beside: Beside = NOTHING,
    *,
    also: Callable[[Any], ColumnElement[bool]] | None = None,
    lock: bool = False,
) -> Select[Any]:
    """Return the query for *columns* of the rows that have *one* of *values*, and are as *beside* and *also* say.

    *values* are in the order of the text, each once; the rows come in it, and are locked in it where *lock*. *beside*
    are columns that stand beside *one* in its index with the value of each, and none else: the condition *also*, made
    of the columns found, is asked of what the index has given, so that no plan begins with it.
    """
    if _few(connection, values):
        query = select(*columns).where(*_plainly(connection, one, values, beside)).order_by(one)
        query = query if also is None else query.where(also(one.table.c))
        return query.with_for_update() if lock else query
    listed = cast(bulk.listed(one, values), postgresql.ARRAY(one.type))
    asked = func.unnest(listed).table_valued("value", name="asked").render_derived()
    # As a query of its own a value is none that PostgreSQL has counted: of a system that was not there when it did, it
    # believes that there is one row, and would look through all of them for each key.
    rest = [column == select(literal(value, column.type)).scalar_subquery() for column, value in beside.items()]
    found = select(*columns).where(one == asked.c.value, *rest)
    found = found.offset(literal_column("0"))  # so that it is planned by itself
    each = (found.with_for_update() if lock else found).lateral("found")
    query = select(each).select_from(asked.join(each, true()))
    return query if also is None else query.where(also(each.c))


def removal(
    connection: Connection,
    table: Table,
    one: Column[Any],
    values: Sequence[str],
    beside: Beside,
    *,
    rest: ColumnElement[bool],
) -> Delete:
    """Return the statement that removes the rows which `by_key` finds and which are as *rest* says."""
    if _few(connection, values):
        return delete(table).where(*_plainly(connection, one, values, beside), rest)
    place: ColumnElement[Any] = literal_column(f"{table.name}.ctid")
    found = by_key(connection, [place.label("place")], one, values, beside).scalar_subquery()
    return delete(table).where(place == any_(func.array(found)), rest)


def _plainly(
    connection: Connection, one: Column[Any], values: Sequence[str], beside: Beside
) -> Iterator[ColumnElement[bool]]:
    yield bulk.among(connection, one, values)
    yield from (column == value for column, value in beside.items())


def _few(connection: Connection, values: Sequence[str]) -> bool:
    return connection.dialect.name != "postgresql" or len(values) <= _MANY
