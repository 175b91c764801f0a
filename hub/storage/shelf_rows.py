"""How a thing of the shelf becomes a row."""

from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import Table

from hub.domain import wire
from hub.storage.rows import naive


def row_of(thing: Any, table: Table) -> dict[str, Any]:
    """Return the row of a thing: its fields by the names of the columns, and all of it as *body*."""
    columns = (column.name for column in table.columns if column.name != "body")
    return {name: stored(getattr(thing, name)) for name in columns} | {"body": wire.dumps(thing)}


def stored(value: Any) -> Any:
    """Return a value as a column holds it."""
    if isinstance(value, datetime):
        return naive(value)
    if isinstance(value, Enum):
        return str(value)
    if isinstance(value, str | int | bool | date) or value is None:
        return value
    raise TypeError(f"{type(value).__name__} is in no column")
