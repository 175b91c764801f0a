"""Notices of regulators, found by words, authority and language."""

from typing import Any

from sqlalchemy import JSON, ColumnElement, Connection, Select, and_, cast, func, or_, select, type_coerce

from hub.ports.browsing import NoticesWanted
from hub.storage.sync_tables import records

KIND = "regulatory_notice"
_SEARCHED = ("title", "summary", "category")


def query_of(connection: Connection, wanted: NoticesWanted) -> Select[Any]:
    """Return the query of *wanted*: rows of records, newest first."""
    published = func.coalesce(_told(connection, "published"), "")
    query = select(records).where(records.c.kind == KIND, records.c.deleted.is_(False), records.c.merged_into.is_(None))
    for name in ("authority", "language"):
        if value := getattr(wanted, name):
            query = query.where(_told(connection, name) == value)
    for word in wanted.text.split():
        query = query.where(or_(*(_told(connection, name).icontains(word, autoescape=True) for name in _SEARCHED)))
    if wanted.after is not None:
        day, last = wanted.after
        query = query.where(or_(published < day, and_(published == day, records.c.id > last)))
    return query.order_by(published.desc(), records.c.id).limit(wanted.limit)


def values_of(connection: Connection, name: str) -> Select[Any]:
    """Return the query of what a field of notices holds."""
    return select(_told(connection, name)).where(records.c.kind == KIND, records.c.deleted.is_(False)).distinct()


def _told(connection: Connection, name: str) -> ColumnElement[str]:
    fields = records.c.fields
    is_typed = (
        connection.dialect.name == "postgresql"
    )  # there text is no JSON until it is cast; SQLite knows no such type
    told: Any = cast(fields, JSON) if is_typed else type_coerce(fields, JSON)
    text: ColumnElement[str] = told[name].as_string()
    return text
