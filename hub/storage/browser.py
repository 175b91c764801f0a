"""Records and the audit trail, read page by page."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, and_, func, or_, select

from hub.domain import wire
from hub.domain.audit import SEVERAL, Entry, stamp
from hub.domain.places import Placed
from hub.domain.sync import Record
from hub.ports.browsing import Changed, NoticesWanted, Wanted
from hub.storage import bulk, changed, departed, notices, rows
from hub.storage.audit_tables import audit, audit_head
from hub.storage.engine import reading
from hub.storage.sync_tables import bases, records


class SqlBrowser:
    """`Browser` on SQLite or PostgreSQL; *span* is how many entries a page of `changed` looks at."""

    def __init__(self, engine: Engine, *, span: int = changed.SPAN) -> None:
        self._engine = engine
        self._span = span

    def records(self, kind: str, *, after: str, limit: int, study: str | None = None) -> list[Placed]:
        """Return records of a kind; see `Browser.records`."""
        query = select(records).where(records.c.kind == kind, records.c.id > after).order_by(records.c.id).limit(limit)
        with reading(self._engine) as connection:
            if study is not None:
                query = query.where(records.c.study_id.in_(_studies(connection, study)))
            return _placed(connection, [rows.record(row) for row in connection.execute(query)])

    def changed(
        self, kind: str, *, since: datetime | None, until: datetime | None, after: int, limit: int
    ) -> tuple[list[Changed], int | None]:
        """Return records by their last change; see `Browser.changed`."""
        with reading(self._engine) as connection:
            found, onward = changed.page(
                connection, kind, since=since, until=until, after=after, limit=limit, span=self._span
            )
            placed = _placed(connection, [rows.record(told) for _, _, *told in found])
        read = zip(found, placed, strict=True)
        return [Changed(one, datetime.fromisoformat(at), seq) for (seq, at, *_), one in read], onward

    def changes(self, ids: Sequence[str]) -> Mapping[str, datetime]:
        """Return when records were last changed; see `Browser.changes`."""
        if not ids:
            return {}
        with reading(self._engine) as connection:
            newest = select(func.max(audit.c.seq)).where(bulk.among(connection, audit.c.record_id, ids))
            query = select(audit.c.record_id, audit.c.at).where(audit.c.seq.in_(newest.group_by(audit.c.record_id)))
            return {row.record_id: datetime.fromisoformat(row.at) for row in connection.execute(query)}

    def placed(self, ids: Sequence[str]) -> Mapping[str, Placed]:
        """Return records by id; see `Browser.placed`."""
        if not ids:
            return {}
        with reading(self._engine) as connection:
            query = select(records).where(bulk.among(connection, records.c.id, ids))
            found = _placed(connection, [rows.record(row) for row in connection.execute(query)])
        return {one.record.id: one for one in found}

    def protocols(self, ids: Sequence[str]) -> Mapping[str, str | None]:
        """Return of what study records are; see `Browser.protocols`."""
        if not ids:
            return {}
        with reading(self._engine) as connection:
            query = select(records.c.id, records.c.kind, records.c.fields)
            told = connection.execute(query.where(bulk.among(connection, records.c.id, ids))).all()
            found = [Record(row.id, row.kind, json.loads(row.fields)) for row in told]
            numbers = _numbers(connection, found)
        return {one.id: _protocol(one, numbers) for one in found}

    def departed(self, ids: Sequence[str]) -> Mapping[str, Placed]:
        """Return destroyed records; see `Browser.departed`."""
        with reading(self._engine) as connection:
            return departed.placed(connection, ids)

    def notices(self, wanted: NoticesWanted) -> list[Placed]:
        """Return notices of regulators; see `Browser.notices`."""
        with reading(self._engine) as connection:
            found = connection.execute(notices.query_of(connection, wanted))
            return _placed(connection, [rows.record(row) for row in found])

    def notice_values(self, name: str) -> list[str]:
        """Return what a field of notices holds; see `Browser.notice_values`."""
        with reading(self._engine) as connection:
            return sorted(str(one) for one in connection.execute(notices.values_of(connection, name)).scalars() if one)

    def newest(self) -> int:
        """Return the newest number; see `Browser.newest`."""
        with reading(self._engine) as connection:
            return int(connection.execute(select(audit_head.c.seq)).scalar() or 0)

    def trail(
        self, wanted: Wanted, *, before: int | None, limit: int, floor: int | None = None
    ) -> list[tuple[int, Entry, str]]:
        """Return entries of the trail; see `Browser.trail`."""
        query = select(audit).order_by(audit.c.seq.desc()).limit(limit)
        if before is not None:
            query = query.where(audit.c.seq < before)
        if floor is not None:
            query = query.where(audit.c.seq >= floor)
        for condition in _conditions(wanted):
            query = query.where(condition)
        with reading(self._engine) as connection:
            return [
                (seq, Entry(datetime.fromisoformat(at), *told), digest)
                for seq, at, *told, digest in connection.execute(query)
            ]


def _conditions(wanted: Wanted) -> Iterable[Any]:
    columns = {"record": audit.c.record_id, "kind": audit.c.kind, "actor": audit.c.actor}
    for name, column in columns.items():
        if (value := getattr(wanted, name)) is not None:
            yield column == value
    if wanted.field is not None:
        # within a text of JSON the marks would stand behind a backslash: it is the name of a member, here or deeper
        among = audit.c.new.contains(f"{wire.dumps(wanted.field)}:", autoescape=True)
        yield or_(audit.c.field == wanted.field, and_(audit.c.field == SEVERAL, among))
    if wanted.since is not None:
        yield audit.c.at >= stamp(wanted.since)
    if wanted.until is not None:
        yield audit.c.at < stamp(wanted.until)
    if wanted.text is not None:
        held = [column.contains(wanted.text, autoescape=True) for column in (audit.c.reason, audit.c.old, audit.c.new)]
        yield or_(*held)


def _placed(connection: Connection, found: Sequence[Record]) -> list[Placed]:
    ids = [record.id for record in found]
    holders: dict[str, set[str]] = {one: set() for one in ids}
    held = select(bases.c.record_id, bases.c.system).where(bulk.among(connection, bases.c.record_id, ids))
    for row in connection.execute(held) if ids else ():
        holders[row.record_id].add(row.system)
    numbers = _numbers(connection, found)
    return [Placed(one, frozenset(holders[one.id]), _protocol(one, numbers)) for one in found]


def _numbers(connection: Connection, found: Sequence[Record]) -> dict[str, str | None]:
    """Return the protocol numbers of the studies that records name, by the study's id."""
    studies = sorted({str(record.fields["study_id"]) for record in found if record.fields.get("study_id")})
    if not studies:
        return {}
    query = select(records.c.id, records.c.fields).where(bulk.among(connection, records.c.id, studies))
    return {row.id: json.loads(row.fields).get("protocol_number") for row in connection.execute(query)}


def _studies(connection: Connection, number: str) -> list[str]:
    """Return the records of the study with a protocol number; there is more than one until they are merged."""
    query = select(records.c.id, records.c.fields).where(records.c.kind == "study")
    told = ((row.id, json.loads(row.fields).get("protocol_number")) for row in connection.execute(query))
    return [one for one, its in told if its == number]


def _protocol(record: Record, numbers: Mapping[str, str | None]) -> str | None:
    if record.kind == "study":
        told = record.fields.get("protocol_number")
        return str(told) if told else None
    return numbers.get(str(record.fields.get("study_id")))
