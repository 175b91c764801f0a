"""Records of the sync as what is kept and destroyed study by study."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Container, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Engine, delete, or_, select

from hub.domain.agreements import Agreement, Status
from hub.domain.errors import StandingError
from hub.storage import bulk, departed, packs
from hub.storage.bus_tables import bus_messages
from hub.storage.engine import reading, transaction
from hub.storage.identity_tables import candidates, turns
from hub.storage.sync_tables import (
    bases,
    deliveries,
    disputes,
    letters,
    natural_keys,
    outbox,
    records,
    writes,
)

_STEP = 500
_OF_RECORD: tuple[Column[Any], ...] = (
    natural_keys.c.record_id,
    bases.c.record_id,
    writes.c.record_id,
    disputes.c.record_id,
    deliveries.c.record_id,
    turns.c.kept,
    turns.c.other,
    outbox.c.key,
    bus_messages.c.key,
    records.c.id,
)
"""Where a record is named, itself last: a step that was cut off is found again by it."""


class RecordStack:
    """`Stack` of all that the hub holds of a study's records; *agreements* returns the newest version of each.

    Nothing may go while an agreement that covers the study has not ended, or where none ever did: it is in use then.
    """

    def __init__(self, engine: Engine, agreements: Callable[[], Sequence[Agreement]]) -> None:
        self._engine = engine
        self._agreements = agreements

    def studies(self) -> list[str]:
        """Return the protocol numbers; see `Stack.studies`."""
        with reading(self._engine) as connection:
            return sorted({number for _, number in _studies(connection) if number})

    def parties(self, study: str) -> frozenset[str]:
        """Return who agreed; see `Stack.parties`."""
        return frozenset(party for one in self._covering(study) for party in one.parties)

    def oldest(self, study: str, before: datetime) -> datetime | None:
        """Return when the last agreement has ended; see `Stack.oldest`."""
        ended = [one.changed_at if one.status is Status.ENDED else None for one in self._covering(study)]
        known = [at for at in ended if at is not None]
        if not known or len(known) < len(ended) or max(known) >= before or study not in self.studies():
            return None
        return max(known)

    def told(self, study: str, before: datetime) -> dict[str, Any]:
        """Return how many of each kind, and one hash over their ids and fields; see `Stack.told`."""
        del before
        count, whole = Counter[str](), hashlib.sha256()
        with reading(self._engine) as connection:
            for row in _of(connection, study):
                count[row.kind] += 1
                whole.update(f"{row.id} {row.version} {row.fields}\n".encode())
        return {"records": dict(sorted(count.items())), "sha256": whole.hexdigest()}

    def remove(self, study: str, before: datetime) -> None:
        """Remove records and what is known of them; see `Stack.remove`. StandingError where they are in use again."""
        with reading(self._engine) as connection:
            kinds = {row.id: row.kind for row in _of(connection, study)}
        if kinds and self.oldest(study, before) is None:
            raise StandingError(f"{study}: an agreement covers its records again; nothing of them goes")
        with transaction(self._engine) as connection:  # first: which systems they are is known by the records
            connection.execute(delete(letters).where(letters.c.system.in_(sorted(self._unused(study, kinds)))))
        ids = list(kinds)
        for start in range(0, len(ids), _STEP):
            step = ids[start : start + _STEP]
            with transaction(self._engine) as connection:
                held = _holders(connection, step)
                bodies = ((one, {"kind": kinds[one], "systems": sorted(held[one])}) for one in step)
                departed.note(connection, study, bodies)
                _remove(connection, step)

    def _covering(self, study: str) -> list[Agreement]:
        """Return the agreements of the study: those that name it or all studies, and whose systems hold it."""
        with reading(self._engine) as connection:
            own = [one for one, number in _studies(connection) if number == study]
            holders = {name for names in _holders(connection, own).values() for name in names}
        named = (one for one in self._agreements() if not one.studies or study in one.studies)
        return [one for one in named if one.systems & holders]

    def _unused(self, study: str, ids: Container[str]) -> set[str]:
        """Return the systems of the study's agreements that take part in no other, and hold nothing but *ids*."""
        covering = self._covering(study)
        used = {name for one in self._agreements() if one not in covering for name in one.systems}
        found = {name for one in covering for name in one.systems} - used
        return {name for name in found if not self._holds_others(name, ids)}

    def _holds_others(self, system: str, ids: Container[str]) -> bool:
        with reading(self._engine) as connection:
            held = connection.execute(select(bases.c.record_id).where(bases.c.system == system)).scalars()
            return any(one not in ids for one in held)


def _studies(connection: Connection) -> Iterator[tuple[str, str]]:
    for row in connection.execute(select(records.c.id, records.c.fields).where(records.c.kind == "study")):
        yield row.id, str(json.loads(row.fields).get("protocol_number") or "")


def _of(connection: Connection, study: str) -> Iterator[Any]:
    """Yield the records of a study in the order of their ids, the study's own last: they are known by that one."""
    own = {one for one, number in _studies(connection) if number == study}
    if not own:
        return
    named = [records.c.fields.contains(one, autoescape=True) for one in sorted(own)]
    found = select(records).where(or_(*named)).order_by(records.c.id)
    of = [row for row in connection.execute(found) if json.loads(row.fields).get("study_id") in own]
    ids = [row.id for row in of] + sorted(own)
    merged = select(records).where(records.c.merged_into.is_not(None)).order_by(records.c.id)
    known = set(ids)
    yield from (row for row in connection.execute(merged) if row.merged_into in known and row.id not in known)
    yield from of
    yield from connection.execute(select(records).where(records.c.id.in_(sorted(own))).order_by(records.c.id))


def _holders(connection: Connection, ids: Sequence[str]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {one: set() for one in ids}
    held = select(bases.c.record_id, bases.c.system).where(bulk.among(connection, bases.c.record_id, ids))
    for row in connection.execute(held) if ids else ():
        found[row.record_id].add(row.system)
    return found


def _remove(connection: Connection, ids: Sequence[str]) -> None:
    pairs = select(candidates.c.id, candidates.c.body)
    these = set(ids)
    for row in connection.execute(pairs).all():
        pair = json.loads(row.body)
        if {pair["one"], pair["other"]} & these:
            connection.execute(delete(candidates).where(candidates.c.id == row.id))
    packs.forget(connection, these)
    for column in _OF_RECORD:
        connection.execute(delete(column.table).where(bulk.among(connection, column, ids)))
