"""The life of minutes in the hub's database, on SQLite or PostgreSQL."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, and_, bindparam, delete, func, insert, select

from hub.domain import wire
from hub.domain.audit import Entry
from hub.domain.board import BoardAction, BoardQuery
from hub.domain.cards import Card, CardPage, CardQuery
from hub.domain.shelf import KEYS, key_of
from hub.domain.waiting import Waiting, WaitingQuery
from hub.storage import audit, bulk, shelf_finding, shelf_search
from hub.storage.engine import reading, transaction
from hub.storage.shelf_rows import row_of, stored
from hub.storage.shelf_tables import TABLES, card_parties, cards, findable
from hub.storage.tables import metadata

T = TypeVar("T")


class SqlShelf:
    """`Shelf`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def writing(self) -> Iterator["SqlShelfUnit"]:
        """Hold one transaction; see `Shelf.writing`."""
        with transaction(self._engine) as connection:
            yield SqlShelfUnit(connection)

    @contextmanager
    def reading(self) -> Iterator["SqlShelfUnit"]:
        """Hold a view; see `Shelf.reading`."""
        with reading(self._engine) as connection:
            yield SqlShelfUnit(connection)

    def cards(self, query: CardQuery) -> CardPage:
        """Return a page of meetings; see `Shelf.cards`."""
        with reading(self._engine) as connection:
            if query.text.strip():
                return shelf_finding.found(connection, query)
            rows = connection.execute(shelf_search.cards_query(query)).all()
        page = [wire.loads(Card, row.body) for row in rows[: query.limit]]
        return CardPage(tuple(page), more=len(rows) > query.limit)

    def lists(self, queries: Sequence[CardQuery]) -> list[CardPage]:
        """Return several pages of meetings; see `Shelf.lists`."""
        asked = [place for place, query in enumerate(queries) if query.sight]
        found: dict[int, list[Card]] = {place: [] for place in range(len(queries))}
        if asked:
            with reading(self._engine) as connection:
                rows = connection.execute(shelf_search.lists_query(tuple(queries[place] for place in asked))).all()
            for row in rows:
                found[asked[row.place]].append(wire.loads(Card, row.body))
        return [
            CardPage(tuple(found[place][: query.limit]), more=len(found[place]) > query.limit)
            for place, query in enumerate(queries)
        ]

    def parties(self, study: str) -> frozenset[str]:
        """Return the organizations of a study; see `Shelf.parties`."""
        joined = card_parties.join(cards, card_parties.c.meeting_id == cards.c.meeting_id)
        query = select(card_parties.c.organization).select_from(joined).where(cards.c.study == study).distinct()
        with reading(self._engine) as connection:
            return frozenset(connection.execute(query).scalars())

    def actions(self, query: BoardQuery) -> list[BoardAction]:
        """Return actions; see `Shelf.actions`."""
        with reading(self._engine) as connection:
            rows = connection.execute(shelf_search.actions_query(query))
            return [wire.loads(BoardAction, row.body) for row in rows]

    def waiting(self, query: WaitingQuery[Waiting]) -> list[tuple[Card, Waiting]]:
        """Return things that wait; see `Shelf.waiting`."""
        with reading(self._engine) as connection:
            rows = connection.execute(shelf_search.waiting_query(query)).all()
            return [(wire.loads(Card, card), wire.loads(query.kind, body)) for card, body in rows]


class SqlShelfUnit:
    """`ShelfUnit` over an open connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def hold(self, meeting_id: str) -> None:
        """Have others wait for the meeting; see `ShelfUnit.hold`."""
        query = select(cards.c.meeting_id).where(cards.c.meeting_id == meeting_id).with_for_update()
        self._connection.execute(query).first()

    def get(self, kind: type[T], *key: str | int, hold: bool = False) -> T | None:
        """Return one thing; see `ShelfUnit.get`."""
        these = dict(zip(KEYS[kind], key, strict=True))
        if hold:
            query = _one(TABLES[kind].name, tuple(these)).params(these).with_for_update()
            return self._held(kind, query, f"{TABLES[kind].name} {key}")
        row = self._connection.execute(_one(TABLES[kind].name, tuple(these)), these).first()
        return wire.loads(kind, row.body) if row is not None else None

    def _held(self, kind: type[T], query: Any, name: str) -> T | None:
        row = self._connection.execute(query).first()
        if row is None and self._connection.dialect.name == "postgresql":
            # no row holds what is not there: the first two to set it would both find nothing, and one be lost
            self._connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))
            row = self._connection.execute(query).first()
        return wire.loads(kind, row.body) if row is not None else None

    def several(self, kind: type[T], **where: Any) -> list[T]:
        """Return things by indexed fields; see `ShelfUnit.several`."""
        if () in where.values():
            return []
        empty = tuple(name for name, value in where.items() if value is None)
        asked = tuple((name, isinstance(value, tuple)) for name, value in where.items() if value is not None)
        query = _several(TABLES[kind].name, tuple(KEYS[kind]), asked, empty)
        given = {name: _stored(value) for name, value in where.items() if value is not None}
        rows: Sequence[Row[Any]] = self._connection.execute(query, given).all()
        return [wire.loads(kind, row.body) for row in rows]

    def listed(self, kind: type[T], *, after: tuple[Any, ...] | None, limit: int, **where: Any) -> list[T]:
        """Return a page of things, the newest first; see `ShelfUnit.listed`."""
        rows = self._connection.execute(shelf_search.listed_query(kind, after=after, limit=limit, **where))
        return [wire.loads(kind, row.body) for row in rows]

    def put(self, thing: Any) -> None:
        """Store a thing; see `ShelfUnit.put`."""
        table = TABLES[type(thing)]
        bulk.put(self._connection, table, [row_of(thing, table)])
        if isinstance(thing, Card):
            self._belong(thing)

    def add(self, thing: Any) -> None:
        """Store a thing that is never changed; see `ShelfUnit.add`."""
        table = TABLES[type(thing)]
        self._connection.execute(insert(table).values(row_of(thing, table)))
        if isinstance(thing, Card):
            self._belong(thing)

    def remove(self, thing: Any) -> None:
        """Take a thing away; see `ShelfUnit.remove`."""
        table = TABLES[type(thing)]
        these = [table.c[name] == value for name, value in zip(KEYS[type(thing)], key_of(thing), strict=True)]
        self._connection.execute(delete(table).where(*these))

    def findable(self, meeting_id: str, part: str, texts: Sequence[tuple[str, str]]) -> None:
        """Let texts be found; see `ShelfUnit.findable`."""
        gone = and_(findable.c.meeting_id == meeting_id, findable.c.part == part)
        self._connection.execute(delete(findable).where(gone))
        rows = [{"meeting_id": meeting_id, "part": part, "ref": ref, "text": text} for ref, text in texts if text]
        bulk.add(self._connection, findable, rows)

    def audit(self, entries: Sequence[Entry]) -> None:
        """Append to the trail; see `ShelfUnit.audit`."""
        if entries:
            audit.append(self._connection, entries)

    def _belong(self, card: Card) -> None:
        self._connection.execute(delete(card_parties).where(card_parties.c.meeting_id == card.meeting_id))
        rows = [{"organization": one, "meeting_id": card.meeting_id} for one in sorted(set(card.organizations))]
        bulk.add(self._connection, card_parties, rows)


@cache  # a statement takes longer to be put together than to be asked
def _one(table: str, names: tuple[str, ...]) -> Select[Any]:
    its = metadata.tables[table].c
    return select(its.body).where(*(its[name] == bindparam(name) for name in names))


@cache
def _several(
    table: str, keys: tuple[str, ...], asked: tuple[tuple[str, bool], ...], empty: tuple[str, ...]
) -> Select[Any]:
    """Return the statement for things by fields, each told with whether it may have any of several values.

    Of the fields *empty* nothing is said in a thing: no value is equal to none in SQL.
    """
    its = metadata.tables[table].c
    these: list[ColumnElement[bool]] = [
        its[name].in_(bindparam(name, expanding=True)) if many else its[name] == bindparam(name) for name, many in asked
    ]
    these += [its[name].is_(None) for name in empty]
    return select(its.body).where(*these).order_by(*(its[name] for name in keys))


def _stored(value: Any) -> Any:
    return [stored(one) for one in value] if isinstance(value, tuple) else stored(value)
