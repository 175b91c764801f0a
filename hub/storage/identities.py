"""Merges, splits and candidates in the hub's database."""

from typing import Any

from sqlalchemy import Connection, Engine, insert, or_, select

from hub.domain import wire
from hub.domain.errors import UsageError
from hub.domain.identity import Candidate, Turn
from hub.domain.sync import Effects
from hub.storage import bulk, rows, sync_tables
from hub.storage.engine import reading
from hub.storage.identity_tables import candidates, turns


class SqlIdentities:
    """`Identities` on SQLite or PostgreSQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def turns(self, *, record: str | None = None, limit: int = 1000) -> list[Turn]:
        """Return merges and splits; see `Identities.turns`."""
        query = select(turns.c.body).order_by(turns.c.number.desc()).limit(limit)
        if record is not None:
            query = query.where(or_(turns.c.kept == record, turns.c.other == record))
        return [wire.loads(Turn, body) for body in self._values(query)]

    def candidates(self, *, state: str = "proposed", limit: int = 1000) -> list[Candidate]:
        """Return candidates; see `Identities.candidates`."""
        columns = candidates.c
        query = select(columns.body).where(columns.state == state).order_by(columns.at, columns.id).limit(limit)
        return [wire.loads(Candidate, body) for body in self._values(query)]

    def candidate(self, id: str) -> Candidate:
        """Return one candidate; see `Identities.candidate`."""
        found = self._values(select(candidates.c.body).where(candidates.c.id == id))
        if not found:
            raise UsageError(f"{id}: no such candidate; hub sync identities candidates names them")
        return wire.loads(Candidate, found[0])

    def pairs(self) -> set[str]:
        """Return the ids of all candidates; see `Identities.pairs`."""
        return set(self._values(select(candidates.c.id)))

    def doubles(self, system: str, kind: str) -> dict[str, str]:
        """Return what a system holds twice; see `Identities.doubles`."""
        bases, records = sync_tables.bases, sync_tables.records
        query = select(bases.c.external_id, records.c.merged_into).join(records, records.c.id == bases.c.record_id)
        held = (bases.c.system == system, bases.c.kind == kind, bases.c.deleted.is_(False))
        with reading(self._engine) as connection:
            found = connection.execute(query.where(*held, records.c.merged_into.is_not(None)))
            return {row.external_id: row.merged_into for row in found}

    def _values(self, query: Any) -> list[Any]:
        with reading(self._engine) as connection:
            return list(connection.execute(query).scalars())


def save(connection: Connection, effects: Effects) -> None:
    """Store merges, splits and candidates within the caller's transaction."""
    if effects.turns:
        connection.execute(insert(turns), [_turn_row(one) for one in effects.turns])
    bulk.put(connection, candidates, [_candidate_row(one) for one in effects.candidates])


def _turn_row(one: Turn) -> dict[str, Any]:
    named = {"id": one.id, "kept": one.kept, "other": one.other}
    return named | {"at": rows.naive(one.at), "body": wire.dumps(one)}


def _candidate_row(one: Candidate) -> dict[str, Any]:
    return {"id": one.id, "state": one.state, "at": rows.naive(one.at), "body": wire.dumps(one)}
