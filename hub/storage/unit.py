"""One transaction of the sync, on SQLite or PostgreSQL."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Table, and_, delete, or_, select, true, update

from hub.domain import wire
from hub.domain.beginnings import Beginnings
from hub.domain.records import kinds_with
from hub.domain.sync import REFERENCES, Base, Cursor, Dispute, Effects, Letter, Position, Record, Write
from hub.storage import audit, bulk, identities, lookups, packs, rows, sync_tables
from hub.storage.outbox import Handed
from hub.storage.upsert import upsert

T = TypeVar("T")
_REFERS = "refers:"
_BEGINNINGS = 50
_READ = 10_000
_MANY, _MANY_LITE = 5000, 500
"""Values in one statement: an array in PostgreSQL, a parameter each in SQLite."""


class SqlUnit:
    """`Unit` over an open connection."""

    def __init__(self, connection: Connection, *, now: datetime, handed: Handed) -> None:
        self._connection = connection
        self._now = now
        self._handed = handed

    def bases(self, system: str, kind: str, external_ids: Sequence[str]) -> dict[str, Base]:
        """Return bases by external id; see `Unit.bases`."""
        columns = sync_tables.bases.c
        beside = {columns.system: system, columns.kind: kind}
        return {
            row.external_id: rows.base(row) for row in self._in(sync_tables.bases, "external_id", external_ids, beside)
        }

    def bases_under(self, system: str, kind: str, beginnings: Sequence[str]) -> list[Base]:
        """Return live bases by how their ids begin; see `Unit.bases_under`."""
        if not beginnings:
            return []
        under = Beginnings(beginnings)
        few = list(beginnings) if len(beginnings) <= _BEGINNINGS else None
        its = [one for one in self._external_ids(system, kind, few) if next(under.of(one), None) is not None]
        return [base for base in self.bases(system, kind, its).values() if not base.deleted]

    def _external_ids(self, system: str, kind: str, beginnings: Sequence[str] | None) -> Iterator[str]:
        """Return the ids of a kind, of many *beginnings* (None) all of them: an index has them, and is read once.

        It may be more than what begins so: SQLite is blind to case.
        """
        its, last = sync_tables.bases.c, ""
        query = select(its.external_id).where(its.system == system, its.kind == kind).order_by(its.external_id)
        if beginnings is not None:
            query = query.where(or_(*(its.external_id.startswith(one, autoescape=True) for one in beginnings)))
        while come := self._connection.execute(query.where(its.external_id > last).limit(_READ)).scalars().all():
            yield from come
            last = come[-1]

    def bases_of(self, system: str, record_ids: Sequence[str]) -> dict[str, Base]:
        """Return bases by record id; see `Unit.bases_of`."""
        beside = {sync_tables.bases.c.system: system}
        return {row.record_id: rows.base(row) for row in self._in(sync_tables.bases, "record_id", record_ids, beside)}

    def records(self, record_ids: Iterable[str], *, hold: bool = True) -> dict[str, Record]:
        """Return records, locked in the order of their ids; see `Unit.records`."""
        found = self._in(sync_tables.records, "id", record_ids, lock=hold)
        return {row.id: rows.record(row) for row in found}

    def hold(self, record_ids: Iterable[str]) -> None:
        """Lock records; see `Unit.hold`."""
        table = sync_tables.records
        for some in self._batched(sorted(set(record_ids))):
            self._connection.execute(lookups.by_key(self._connection, [table.c.id], table.c.id, some, lock=True))

    def merged(self, record_ids: Iterable[str]) -> dict[str, str]:
        """Return what records went into; see `Unit.merged`."""
        table = sync_tables.records
        found = self._in(table, "id", record_ids, also=lambda of: of.merged_into.is_not(None))
        return {row.id: row.merged_into for row in found}

    def matches(self, kind: str, keys: Sequence[str]) -> dict[str, str]:
        """Return record ids by natural key; see `Unit.matches`."""
        beside = {sync_tables.natural_keys.c.kind: kind}
        return {row.key: row.record_id for row in self._in(sync_tables.natural_keys, "key", keys, beside)}

    def writes(self, system: str, record_ids: Sequence[str]) -> dict[str, Write]:
        """Return writes under way; see `Unit.writes`."""
        beside = {sync_tables.writes.c.system: system}
        found = self._in(sync_tables.writes, "record_id", record_ids, beside)
        return {row.record_id: wire.loads(Write, row.body) for row in found}

    def finish(self, system: str, writes: Sequence[Write]) -> set[str]:
        """End writes that are under way; see `Unit.finish`."""
        table, ended = sync_tables.writes, set[str]()
        for some in self._batched(writes):
            ids = sorted({write.record_id for write in some})
            keys = bulk.among(self._connection, table.c.key, [write.key for write in some])
            beside = {table.c.system: system}
            statement = lookups.removal(self._connection, table, table.c.record_id, ids, beside, rest=keys)
            ended.update(self._connection.execute(statement.returning(table.c.record_id)).scalars())
        return ended

    def creations(self, system: str, kind: str) -> list[Write]:
        """Return creating writes under way; see `Unit.creations`."""
        columns = sync_tables.writes.c
        where = and_(columns.system == system, columns.kind == kind, columns.creates.is_(True))
        return [
            wire.loads(Write, body) for body in self._connection.execute(select(columns.body).where(where)).scalars()
        ]

    def disputes(self, record_ids: Sequence[str]) -> list[Dispute]:
        """Return open disputes; see `Unit.disputes`."""
        found = self._in(sync_tables.disputes, "record_id", record_ids, also=lambda of: of.state == "open")
        return [wire.loads(Dispute, row.body) for row in found]

    def seen(self, consumer: str, message_ids: Sequence[str]) -> set[str]:
        """Return processed message ids; see `Unit.seen`."""
        beside = {sync_tables.inbox.c.consumer: consumer}
        return {row.message_id for row in self._in(sync_tables.inbox, "message_id", message_ids, beside)}

    def waiting(self, system: str, kind: str) -> set[str]:
        """Return ids of waiting letters; see `Unit.waiting`."""
        columns = sync_tables.letters.c
        where = and_(columns.state == "waiting", columns.system == system, columns.kind == kind)
        return set(self._connection.execute(select(columns.id).where(where, columns.stage == "merge")).scalars())

    def overtaken(self, system: str, kind: str, external_ids: Collection[str]) -> set[str]:
        """Return ids of dead letters of records; see `Unit.overtaken`."""
        table, found = sync_tables.letters.c, set[str]()
        dead = and_(table.state == "dead", table.system == system, table.kind == kind, table.stage != "deliver")
        for some in self._batched(external_ids):
            these = bulk.among(self._connection, table.about, some)
            found.update(self._connection.execute(select(table.id).where(dead, these)).scalars())
        return found

    def set_aside(self, system: str, kind: str, texts: Sequence[str], *, limit: int | None = None) -> list[Letter]:
        """Return letters; see `Unit.set_aside`."""
        table = sync_tables.letters
        where = and_(table.c.state.in_(("dead", "waiting")), table.c.system == system, table.c.kind == kind)
        holds = [table.c.parsed.contains(text, autoescape=True) for text in texts]
        whole = and_(table.c.stage.in_(("check", "merge")), *holds)
        in_part = and_(table.c.stage == "read", table.c.parsed != "", or_(*holds) if holds else true())
        query = select(table).where(where, or_(whole, in_part)).limit(limit)
        return [rows.letter(row) for row in self._connection.execute(query)]

    def number(self, name: str) -> int:
        """Return the next number; see `Unit.number`."""
        table = sync_tables.numbers
        statement = self._insert(table).values(name=name, value=1)
        statement = statement.on_conflict_do_update(index_elements=["name"], set_={"value": table.c.value + 1})
        return int(self._connection.execute(statement.returning(table.c.value)).scalar_one())

    def holders(self, record_ids: Sequence[str]) -> list[Base]:
        """Return all bases of records; see `Unit.holders`."""
        return [rows.base(row) for row in self._in(sync_tables.bases, "record_id", record_ids)]

    def referring(self, record_id: str) -> list[Record]:
        """Return what refers to a record; see `Unit.referring`. Only kinds that may refer to its kind are looked at."""
        records, bases = sync_tables.records, sync_tables.bases
        kind = self._connection.execute(select(records.c.kind).where(records.c.id == record_id)).scalar()
        kinds = sorted(self._referring_kinds(str(kind)))
        if not kinds:
            return []
        told = select(bases.c.record_id).where(
            bases.c.kind.in_(kinds), bases.c.fields.contains(record_id, autoescape=True)
        )
        named = or_(records.c.fields.contains(record_id, autoescape=True), records.c.id.in_(told))
        query = select(records).where(records.c.kind.in_(kinds), named, records.c.merged_into.is_(None))
        query = query.order_by(records.c.id)
        found = [rows.record(row) for row in self._connection.execute(query.with_for_update())]
        said = {base.record_id for base in self.holders([one.id for one in found]) if _refers(base.fields, record_id)}
        return [one for one in found if one.id in said or _refers(one.fields, record_id)]

    def refers(self, kind: str, name: str) -> None:
        """Note that a kind has a reference of its own making; see `Unit.refers`."""
        self.number(f"{_REFERS}{kind}:{name}")

    def _referring_kinds(self, kind: str) -> set[str]:
        names = {name for name, its in REFERENCES.items() if its == kind}
        columns = sync_tables.numbers.c
        query = select(columns.name).where(columns.name.startswith(_REFERS, autoescape=True))
        made = (row.name.removeprefix(_REFERS).split(":") for row in self._connection.execute(query))
        declared = {known for name in names for known in kinds_with(name)}
        return declared | {known for known, name in made if name in names}

    def under_way(self, record_ids: Sequence[str]) -> list[Write]:
        """Return writes to any system; see `Unit.under_way`."""
        return [wire.loads(Write, row.body) for row in self._in(sync_tables.writes, "record_id", record_ids)]

    def keys(self, record_ids: Sequence[str]) -> list[tuple[str, str, str]]:
        """Return natural keys by record; see `Unit.keys`."""
        return [
            (row.kind, row.key, row.record_id) for row in self._in(sync_tables.natural_keys, "record_id", record_ids)
        ]

    def save(self, effects: Effects) -> None:
        """Store effects; see `Unit.save`. The audit comes last: its head is what writers wait for.

        Rows that two transactions may both want come in one order, so that neither waits for the other in a ring.
        """
        connection = self._connection
        for fresh, some in ((True, effects.first_records), (False, effects.records)):
            bulk.put(connection, sync_tables.records, [rows.record_row(record) for record in some], fresh=fresh)
        for kind, key in sorted(effects.dropped_keys):
            table = sync_tables.natural_keys
            connection.execute(delete(table).where(table.c.kind == kind, table.c.key == key))
        keys = [{"kind": kind, "key": key, "record_id": record} for kind, key, record in sorted(effects.natural_keys)]
        bulk.add(connection, sync_tables.natural_keys, keys)
        for fresh, bases in ((True, effects.first_bases), (False, effects.bases)):
            bulk.put(connection, sync_tables.bases, [rows.base_row(base) for base in bases], fresh=fresh)
        disputes = [_dispute_row(dispute) for dispute in (*effects.disputes, *effects.settled)]
        bulk.put(connection, sync_tables.disputes, disputes)
        for known, pack in packs.store(connection, effects.messages):
            self._handed.put(known, pack)
        self._file([rows.letter_row(letter) for letter in sorted(effects.letters, key=lambda letter: letter.id)])
        self._give_up(effects.given_up)
        bulk.put(connection, sync_tables.writes, [rows.write_row(write) for write in effects.writes], fresh=True)
        made = [rows.delivery_row(delivery) for delivery in effects.deliveries]
        bulk.put(connection, sync_tables.deliveries, made, bulk.left_alone, fresh=True)
        seen = [{"consumer": consumer, "message_id": message, "at": self._now} for consumer, message in effects.inbox]
        bulk.put(connection, sync_tables.inbox, seen, bulk.left_alone, fresh=True)
        identities.save(connection, effects)
        for letter, state in sorted(effects.letter_states):
            table = sync_tables.letters
            self._connection.execute(update(table).where(table.c.id == letter).values(state=state))
        if effects.cursor is not None:
            self._read_to(effects.cursor)
        self._move(effects.positions)
        if effects.audit:
            audit.append(self._connection, effects.audit)

    def _read_to(self, cursor: Cursor) -> None:
        table = sync_tables.cursors
        row: dict[str, Any] = {"system": cursor.system, "kind": cursor.kind, "value": cursor.value}
        told: dict[str, Any] = {} if cursor.ended is None else {"ended": cursor.ended}
        if cursor.former is None:
            made = self._insert(table).values(**row, **told)
            told |= {"value": cursor.value}
            self._connection.execute(made.on_conflict_do_update(index_elements=["system", "kind"], set_=told))
            return
        [former] = cursor.former
        if former is None:
            self._connection.execute(self._insert(table).on_conflict_do_nothing(), [row | {"value": None}])
        stands = and_(table.c.system == cursor.system, table.c.kind == cursor.kind)
        stands = and_(stands, table.c.value.is_not_distinct_from(former))
        self._connection.execute(update(table).where(stands).values(value=cursor.value, **told))

    def _move(self, positions: Iterable[Position]) -> None:
        """Move positions forward; a worker that lost its partition meanwhile cannot move it back."""
        table = sync_tables.positions
        made = [{name: getattr(one, name) for name in Position.__dataclass_fields__} for one in positions]
        made.sort(key=lambda row: (row["group"], row["topic"], row["partition"]))

        def forward(statement: Any) -> Any:
            after = statement.excluded.offset
            keys = ["group", "topic", "partition"]
            return statement.on_conflict_do_update(
                index_elements=keys, set_={"offset": after}, where=table.c.offset < after
            )

        bulk.put(self._connection, table, made, forward)

    def _file(self, letters: Sequence[dict[str, Any]]) -> None:
        """Store letters; the same one met again changes nothing, unless it waited or was tried once more."""
        if not letters:
            return
        table = sync_tables.letters
        statement = self._insert(table)
        rest = {column.name: statement.excluded[column.name] for column in table.c if column.name != "id"}
        again = statement.excluded.attempts > table.c.attempts
        state = table.c.state  # no IN: many rows go in one statement
        open_again = or_(state == "waiting", state == "replayed", state == "superseded", again)
        self._connection.execute(
            statement.on_conflict_do_update(index_elements=["id"], set_=rest, where=open_again), letters
        )

    def _give_up(self, writes: Sequence[Write]) -> None:
        table = sync_tables.writes
        by_system: dict[str, list[str]] = {}
        for write in writes:
            by_system.setdefault(write.system, []).append(write.record_id)
        for system, ids in by_system.items():
            for some in self._batched(ids):
                these = bulk.among(self._connection, table.c.record_id, some)
                self._connection.execute(delete(table).where(table.c.system == system, these))

    def _in(
        self,
        table: Table,
        column: str,
        values: Iterable[str],
        beside: lookups.Beside = lookups.NOTHING,
        *,
        also: Callable[[Any], ColumnElement[bool]] | None = None,
        lock: bool = False,
    ) -> Iterator[Any]:
        for some in self._batched(sorted(set(values))):
            query = lookups.by_key(self._connection, table.c, table.c[column], some, beside, also=also, lock=lock)
            yield from self._connection.execute(query).all()

    def _insert(self, table: Table) -> Any:
        return upsert(self._connection, table)

    def _batched(self, values: Iterable[T]) -> Iterator[list[T]]:
        """Return *values* in lists that one statement takes."""
        rest, size = iter(values), _MANY if self._connection.dialect.name == "postgresql" else _MANY_LITE
        while some := list(islice(rest, size)):
            yield some


def _refers(fields: Mapping[str, Any], record_id: str) -> bool:
    return any(fields.get(name) == record_id for name in REFERENCES)


def _dispute_row(value: Dispute) -> dict[str, Any]:
    row = {"id": value.id, "record_id": value.record_id, "state": value.state, "at": rows.naive(value.at)}
    return row | {"body": wire.dumps(value)}
