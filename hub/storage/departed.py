"""Whose what was destroyed had been: its lines in the audit trail stay, and are shown to those who saw them before."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Column, Connection, String, Table, Text, select

from hub.domain.places import Placed
from hub.domain.sync import Record
from hub.storage import bulk
from hub.storage.tables import metadata

departed = Table(
    "departed",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("study", String(200), nullable=False),
    Column("body", Text, nullable=False),
)


def note(connection: Connection, study: str, gone: Iterable[tuple[str, dict[str, Any]]]) -> None:
    """Keep of each id what says whose it had been: of a record *kind* and *systems*, of a message its *scope*."""
    rows = [{"id": one, "study": study, "body": json.dumps(body, ensure_ascii=False)} for one, body in gone]
    if rows:
        bulk.put(connection, departed, rows)


def placed(connection: Connection, ids: Sequence[str]) -> dict[str, Placed]:
    """Return records that were destroyed, without their fields."""
    found = {}
    for row in connection.execute(select(departed).where(bulk.among(connection, departed.c.id, ids))) if ids else ():
        body = json.loads(row.body)
        if "kind" in body:
            record = Record(row.id, body["kind"], {}, deleted=True)
            found[row.id] = Placed(record, frozenset(body["systems"]), row.study)
    return found


def scope(connection: Connection, message: str) -> str | None:
    """Return the scope of a message that was destroyed, as the log kept it."""
    body = connection.execute(select(departed.c.body).where(departed.c.id == message)).scalar()
    return json.loads(body).get("scope") if body is not None else None
