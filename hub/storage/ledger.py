"""The sync's memory in the hub's database: one transaction holds a step's cause and all its effects."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Connection, Engine, Table, and_, func, insert, or_, select, tuple_, update

from hub.domain import wire
from hub.domain.agreements import Agreement, Status
from hub.domain.audit import Entry
from hub.domain.errors import UsageError
from hub.domain.sync import Base, Dispute, Lag, Letter, Record
from hub.ports import Clock
from hub.storage import audit, rows, sync_tables
from hub.storage.engine import reading, transaction
from hub.storage.outbox import Handed
from hub.storage.unit import SqlUnit
from hub.storage.upsert import upsert

_UNITS = 4_715_301
"""PostgreSQL's advisory lock that every unit shares, and one that is to be alone has for itself."""


class SqlLedger:
    """`Ledger` on SQLite or PostgreSQL; *handed* gets the packs of messages that are stored."""

    def __init__(self, engine: Engine, *, clock: Clock, handed: Handed | None = None) -> None:
        self._engine = engine
        self._clock = clock
        self._handed = handed or Handed(0)

    @contextmanager
    def unit(self, *, alone: bool = False) -> Iterator[SqlUnit]:
        """Begin a transaction; see `Ledger.unit`."""
        with transaction(self._engine) as connection:
            if connection.dialect.name == "postgresql":  # on SQLite every unit is alone
                lock = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
                connection.exec_driver_sql(f"SELECT {lock}({_UNITS})")
            now = self._clock().astimezone(UTC).replace(tzinfo=None)
            yield SqlUnit(connection, now=now, handed=self._handed)

    def reached(self, name: str) -> int:
        """Return the last number of a series; see `Ledger.reached`."""
        columns = sync_tables.numbers.c
        return int(self._one(select(columns.value).where(columns.name == name)) or 0)

    def cursor(self, system: str, kind: str) -> str | None:
        """Return how far a source has been read; see `Ledger.cursor`."""
        columns = sync_tables.cursors.c
        return cast(
            "str | None", self._one(select(columns.value).where(columns.system == system, columns.kind == kind))
        )

    def ended(self, system: str) -> set[str]:
        """Return kinds read to their end; see `Ledger.ended`."""
        columns = sync_tables.cursors.c
        query = select(columns.kind).where(columns.system == system, columns.ended.is_(True))
        return {row.kind for row in self._all(query)}

    def position(self, group: str, topic: str, partition: int) -> int | None:
        """Return the next offset; see `Ledger.position`."""
        columns = sync_tables.positions.c
        where = and_(columns.group == group, columns.topic == topic, columns.partition == partition)
        return cast("int | None", self._one(select(columns.offset).where(where)))

    def agreements(self, *, started: bool = False) -> list[Agreement]:
        """Return the newest versions; see `Ledger.agreements`."""
        columns = sync_tables.agreements.c
        newest: dict[str, Agreement] = {}
        with reading(self._engine) as connection:
            for body in connection.execute(select(columns.body).order_by(columns.id, columns.version)).scalars():
                found = wire.loads(Agreement, body)
                if started and found.status in (Status.PROPOSED, Status.TRIAL):
                    continue
                newest[found.id] = found
        return list(newest.values())

    def agree(self, agreement: Agreement, *, before: Agreement | None = None, audit: Sequence[Entry]) -> None:
        """Store a version of an agreement; see `Ledger.agree`."""
        table = sync_tables.agreements
        where = and_(table.c.id == agreement.id, table.c.version == agreement.version)
        known = before if before is not None and before.version == agreement.version else None
        with transaction(self._engine) as connection:
            body = connection.execute(select(table.c.body).where(where).with_for_update()).scalar()
            if (wire.loads(Agreement, body) if body is not None else None) != known:
                raise UsageError(f"agreement {agreement.label}: somebody else has just changed it; look at it again")
            row = {"id": agreement.id, "version": agreement.version, "body": wire.dumps(agreement)}
            connection.execute(insert(table).values(row) if known is None else update(table).where(where).values(row))
            _append(connection, audit)

    def unlisted(self, system: str, kind: str, listing: str, *, written: int, after: str, limit: int) -> list[Base]:
        """Return what a listing did not show; see `Ledger.unlisted`."""
        columns = sync_tables.bases.c
        where = and_(columns.system == system, columns.kind == kind, columns.deleted.is_(False))
        absent = and_(columns.listing.is_distinct_from(listing), columns.written <= written)
        query = (
            select(sync_tables.bases)
            .where(where, absent, columns.external_id > after)
            .order_by(columns.external_id)
            .limit(limit)
        )
        return [rows.base(row) for row in self._all(query)]

    def letters(
        self,
        *,
        state: str = "dead",
        system: str | None = None,
        since: datetime | None = None,
        reason: str | None = None,
        after: tuple[datetime, str] | None = None,
        limit: int | None = 1000,
    ) -> list[Letter]:
        """Return letters; see `Ledger.letters`."""
        columns = sync_tables.letters.c
        query = select(sync_tables.letters).where(columns.state == state).order_by(columns.at, columns.id).limit(limit)
        if system is not None:
            query = query.where(columns.system == system)
        if since is not None:
            query = query.where(columns.at >= rows.naive(since))
        if reason is not None:
            query = query.where(columns.reason.icontains(reason, autoescape=True))
        if after is not None:
            at = rows.naive(after[0])
            query = query.where(or_(columns.at > at, and_(columns.at == at, columns.id > after[1])))
        return [rows.letter(row) for row in self._all(query)]

    def letter(self, id: str) -> Letter:
        """Return one letter; see `Ledger.letter`."""
        found = self._all(select(sync_tables.letters).where(sync_tables.letters.c.id == id))
        if not found:
            raise UsageError(f"{id}: no such dead letter; hub deadletters list names them")
        return rows.letter(found[0])

    def disputes(
        self,
        *,
        state: str = "open",
        limit: int = 1000,
        newest: bool = False,
        after: tuple[datetime, str] | None = None,
    ) -> list[Dispute]:
        """Return disputes; see `Ledger.disputes`."""
        columns = sync_tables.disputes.c
        order = (columns.at.desc(), columns.id.desc()) if newest else (columns.at, columns.id)
        query = select(columns.body).where(columns.state == state).order_by(*order).limit(limit)
        if after is not None:
            place, its = tuple_(columns.at, columns.id), tuple_(rows.naive(after[0]), after[1])
            query = query.where(place < its if newest else place > its)
        return [wire.loads(Dispute, row.body) for row in self._all(query)]

    def dispute(self, id: str) -> Dispute:
        """Return one dispute; see `Ledger.dispute`."""
        body = self._one(select(sync_tables.disputes.c.body).where(sync_tables.disputes.c.id == id))
        if body is None:
            raise UsageError(f"{id}: no such dispute; hub sync disputes names them")
        return wire.loads(Dispute, body)

    def everything(self, kind: str) -> Iterator[tuple[Record, dict[str, Base]]]:
        """Return every record with its bases; see `Ledger.everything`."""
        last = ""
        table = sync_tables.records
        while True:
            live = and_(table.c.kind == kind, table.c.id > last, table.c.merged_into.is_(None))
            query = select(table).where(live).order_by(table.c.id).limit(500)
            found = [rows.record(row) for row in self._all(query)]
            if not found:
                return
            last = found[-1].id
            ids = [record.id for record in found]
            held: dict[str, dict[str, Base]] = {one: {} for one in ids}
            for row in self._all(select(sync_tables.bases).where(sync_tables.bases.c.record_id.in_(ids))):
                held[row.record_id][row.system] = rows.base(row)
            yield from ((record, held[record.id]) for record in found)

    def lagging(self, system: str, behind: Mapping[int, int]) -> None:
        """Note what is still to be delivered; see `Ledger.lagging`."""
        table, at = sync_tables.lags, rows.naive(self._clock())
        made = [{"system": system, "partition": number, "behind": count, "at": at} for number, count in behind.items()]
        with transaction(self._engine) as connection:
            statement = upsert(connection, table)
            told = {name: statement.excluded[name] for name in ("behind", "at")}
            keys = ["system", "partition"]
            connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=told), made)

    def lags(self) -> dict[str, Lag]:
        """Return what is still to be delivered; see `Ledger.lags`."""
        columns = sync_tables.lags.c
        query = select(columns.system, func.sum(columns.behind).label("behind"), func.min(columns.at).label("at"))
        found = self._all(query.group_by(columns.system))
        return {row.system: Lag(int(row.behind), row.at.replace(tzinfo=UTC)) for row in found}

    def counts(self) -> dict[str, int]:
        """Return how much waits; see `Ledger.counts`."""

        def count(table: Table, **where: Any) -> int:
            conditions = [table.c[name] == value for name, value in where.items()]
            return int(self._one(select(func.count()).select_from(table).where(*conditions)) or 0)

        return {
            "records": count(sync_tables.records, merged_into=None),
            "outbox": int(self._one(select(func.sum(sync_tables.outbox.c.messages))) or 0),
            "writes": count(sync_tables.writes),
            "disputes": count(sync_tables.disputes, state="open"),
            "dead_letters": count(sync_tables.letters, state="dead"),
            "waiting_letters": count(sync_tables.letters, state="waiting"),
        }

    def _all(self, query: Any) -> Sequence[Any]:
        with reading(self._engine) as connection:
            return connection.execute(query).all()

    def _one(self, query: Any) -> Any:
        with reading(self._engine) as connection:
            return connection.execute(query).scalar_one_or_none()


def _append(connection: Connection, entries: Sequence[Entry]) -> None:
    if entries:
        audit.append(connection, entries)
