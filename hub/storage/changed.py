"""Records by their last entries in the trail, a page at a time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, exists, func, select

from hub.domain.audit import stamp
from hub.storage.audit_tables import audit, audit_head
from hub.storage.sync_tables import records

SPAN = 50_000
"""Entries that one page looks at: about a tenth of a second of processor time where each is of another kind."""


def page(
    connection: Connection,
    kind: str,
    *,
    since: datetime | None,
    until: datetime | None,
    after: int,
    limit: int,
    span: int,
) -> tuple[Sequence[Any], int | None]:
    """Return rows (number, time, columns of the record), and the number to go on after; see `Browser.changed`."""
    head = connection.execute(select(audit_head.c.seq)).scalar() or 0
    if since is not None and not after:  # who walks on is past it
        after = _floor(connection, since, head)
    later = audit.alias()
    newer = exists().where(later.c.record_id == audit.c.record_id, later.c.seq > audit.c.seq)
    query = select(audit.c.seq, audit.c.at, records).join(records, records.c.id == audit.c.record_id)
    # on SQLite no index on the kind: led by it, every record of the kind would be read and sorted for each page
    own = records.c.kind.concat("") if connection.dialect.name == "sqlite" else records.c.kind
    query = query.where(own == kind, ~newer)
    query = query.where(audit.c.seq > after, audit.c.seq <= after + span).order_by(audit.c.seq).limit(limit)
    if until is not None:
        query = query.where(audit.c.at < stamp(until))
    found = connection.execute(query).all()
    if len(found) == limit:
        return found, found[-1].seq
    return found, after + span if after + span < head else None


def _floor(connection: Connection, since: datetime, head: int) -> int:
    """Return the number before the first entry that is not before *since*; *head* where there is none.

    A time is when the work began, a number when it was done: later numbers may have earlier times.
    """
    lowest = func.min(audit.c.seq + 0)  # a sum, so that the index on the time leads and not the number's
    first = connection.execute(select(lowest).where(audit.c.at >= stamp(since))).scalar()
    return head if first is None else int(first) - 1
