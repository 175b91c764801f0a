"""What is to be sent to one system for messages from the bus: the difference to what it was last known to hold.

So an event that comes twice, late or out of order sends nothing that is not needed.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hub.domain import wire
from hub.domain.agreements import Agreement, Deletes
from hub.domain.messages import Received
from hub.domain.swift import swift
from hub.domain.sync import REFERENCES, Base, Dispute, Effects, Letter, Record, Write, waiting_id
from hub.ports import Clock, Target, Unit

NewId = Callable[[], str]


class Outcome(StrEnum):
    """What came of a message for one system."""

    DELIVERED = "delivered"
    NOTHING = "nothing"
    """Nothing to send: the system holds it, or it is not meant for it."""
    DOUBLE = "double"
    SET_ASIDE = "set_aside"
    WAITING = "waiting"
    """It refers to a record that the system does not have yet, or may be there already."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who is to be told."""

    system: str
    target: Target
    agreements: tuple[Agreement, ...]
    """The active ones that this system receives under."""

    @property
    def group(self) -> str:
        """Name of its consumer group, and of its inbox."""
        return f"deliver.{self.system}"

    def agreed(self, kind: str) -> list[Agreement]:
        """Return those under which it is to be written records of *kind*."""
        return [one for one in self.agreements if one.receives(self.system, kind)]


@swift
@dataclass(frozen=True, slots=True)
class Prepared:
    """A write with what it rests on."""

    received: Received
    write: Write
    base: Base | None
    agreement: str
    references: Mapping[str, str]
    """The hub's record id to the system's own id."""

    @property
    def last(self) -> bool:
        """Tell whether nothing but this write is to be done for the message: it is not an earlier one's."""
        return self.write.message_id == self.received.message.id


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done for some messages."""

    to_send: tuple[Prepared, ...]
    settled: tuple[tuple[Received, Outcome], ...]
    later: tuple[Received, ...]
    """Those that refer to what is about to be created: to be prepared anew after that."""
    effects: Effects
    """To be stored before anything is sent."""


@dataclass(frozen=True, slots=True)
class _Held:
    """All that is known of the records of some messages."""

    records: Mapping[str, Record]
    studies: Mapping[str, Record]
    bases: Mapping[str, Base]
    writes: Mapping[str, Write]
    disputes: Mapping[str, Collection[Dispute]]
    agreed: Mapping[str, Sequence[Agreement]]
    """The agreements that a kind is written under."""


def prepare(
    unit: Unit,
    batch: Sequence[Received],
    to: Recipient,
    *,
    clock: Clock,
    new_id: NewId,
    reread: bool = False,
    replay: bool = False,
) -> Plan:
    """Decide what is to be sent for *batch*, which holds no record twice; its records are held by *unit*."""
    seen = set() if replay else unit.seen(to.group, [one.message.id for one in batch])
    settled = [(one, Outcome.DOUBLE) for one in batch if one.message.id in seen]
    fresh = [one for one in batch if one.message.id not in seen]
    held = _hold(unit, [one.message.key for one in fresh], to)
    writes, given_up, letters = list[Write](), list[Write](), list[Letter]()
    begun = list[tuple[Received, Agreement, Write, bool]]()
    for one in fresh:
        record = held.records.get(one.message.key)
        record = record if record and record.merged_into is None else None  # the one it went into goes out for it
        agreement = _agreement(record, held) if record else None
        write = held.writes.get(one.message.key) if agreement else None
        known = write is not None and not reread
        if write is not None and reread:
            given_up.append(write)
        if record and agreement and not known:
            write = _write(record, held, agreement, to, message_id=one.message.id, new_id=new_id)
        if agreement is None or write is None:
            settled.append((one, Outcome.NOTHING))
        else:
            begun.append((one, agreement, write, known))
    named = {value for _, _, write, _ in begun for value in _references(write.fields).values()}
    there = {record: base.external_id for record, base in unit.bases_of(to.system, sorted(named)).items()}
    doubtful = _doubtful(unit, {write.kind for _, _, write, _ in begun}, to)
    missing = {one.message.key: _missing(write, there) if named else {} for one, _, write, _ in begun}
    coming = _coming(missing) if named else set[str]()
    to_send, later = list[Prepared](), list[Received]()
    for one, agreement, write, known in begun:
        base, lacks = held.bases.get(one.message.key), missing[one.message.key]
        if lacks and lacks.keys() <= coming:
            later.append(one)
            continue
        why = f"{to.system} has no {', '.join(f'{kind} {one}' for one, kind in lacks.items())} yet" if lacks else ""
        if base is None and not why and write.kind in doubtful:
            why = _perhaps_there(unit, held.records[one.message.key], agreement, to, there)
        if base is not None and reread and not why:
            why = _unreadable(unit, base)
        if why:
            settled.append((one, Outcome.WAITING))
            letters.append(letter(one, to, write.kind, why, clock=clock))
            continue
        to_send.append(Prepared(one, write, base, agreement.label, there))
        if not known:
            writes.append(write)
    inbox = tuple((to.group, one.message.id) for one, outcome in settled if outcome is not Outcome.DOUBLE)
    effects = Effects(writes=tuple(writes), given_up=tuple(given_up), letters=tuple(letters), inbox=inbox)
    return Plan(tuple(to_send), tuple(settled), tuple(later), effects)


def letter(
    received: Received, to: Recipient, kind: str, reason: str, *, clock: Clock, id: str = "", state: str = "waiting"
) -> Letter:
    """Return the letter of a message that could not be delivered."""
    message = received.message
    return Letter(
        id=id or waiting_id(to.system, kind, message.key),
        stage="deliver",
        system=to.system,
        kind=kind,
        reason=reason,
        raw=message.body,
        headers={**message.headers, "hub-key": message.key, "hub-id": message.id},
        attempts=1,
        at=clock(),
        where=f"{message.topic}/{received.partition}/{received.offset}",
        state=state,
    )


def _hold(unit: Unit, keys: Sequence[str], to: Recipient) -> _Held:
    records = unit.records(keys)
    studies = {str(record.fields["study_id"]) for record in records.values() if record.fields.get("study_id")}
    ids = sorted(records)
    disputes: dict[str, list[Dispute]] = {}
    for dispute in unit.disputes(ids):
        if dispute.system == to.system:
            disputes.setdefault(dispute.record_id, []).append(dispute)
    limited = any(agreement.studies for agreement in to.agreements)
    return _Held(
        records,
        unit.records(studies, hold=False) if limited else {},
        unit.bases_of(to.system, ids),
        unit.writes(to.system, ids),
        disputes,
        {kind: to.agreed(kind) for kind in {record.kind for record in records.values()}},
    )


def _agreement(record: Record, held: _Held) -> Agreement | None:
    open_to_all = held.agreed[record.kind]
    if not any(a.studies for a in open_to_all):
        return open_to_all[0] if open_to_all else None
    study = record if record.kind == "study" else held.studies.get(str(record.fields.get("study_id")))
    protocol = study.fields.get("protocol_number") if study else None
    return next((a for a in open_to_all if not a.studies or protocol in a.studies), None)


def _write(
    record: Record, held: _Held, agreement: Agreement, to: Recipient, *, message_id: str, new_id: NewId
) -> Write | None:
    base = held.bases.get(record.id)
    disputed = {dispute.field for dispute in held.disputes.get(record.id, ())}
    wanted = _wanted(record, base, disputed, agreement, to)
    if wanted is None:
        return None
    return Write(
        system=to.system,
        record_id=record.id,
        kind=record.kind,
        key=new_id(),
        external_id=base.external_id if base else None,
        fields=wanted,
        deleted=record.deleted and base is not None,
        record_version=record.version,
        message_id=message_id,
    )


def _wanted(
    record: Record, base: Base | None, disputed: Collection[str], agreement: Agreement, to: Recipient
) -> Mapping[str, Any] | None:
    """Return the fields to be set, None where the system is to be left as it is."""
    rule = agreement.rule(record.kind)
    if rule is None or (base is None and (record.deleted or not record.fields)):
        return None
    takes = to.target.capabilities.takes.get(record.kind)
    if base is not None and (base.deleted or record.deleted):
        if base.deleted == record.deleted or "deleted" in disputed or rule.deletes is Deletes.IGNORE:
            return None
        if record.deleted:
            return {}
    held = base.fields if base and not base.deleted else {}  # one that is restored is told everything
    if not held and not disputed and takes is None and not rule.only:
        return record.fields or None
    wanted = {
        name: value
        for name, value in record.fields.items()
        if rule.covers(name)
        and (takes is None or name in takes)
        and name not in disputed
        and not (name in held and held[name] == value)
    }
    return wanted or None


def _references(fields: Mapping[str, Any]) -> dict[str, str]:
    if REFERENCES.keys().isdisjoint(fields):
        return {}
    return {name: str(value) for name, value in fields.items() if name in REFERENCES and value is not None}


def _missing(write: Write, there: Mapping[str, str]) -> dict[str, str]:
    """Return the records that the system lacks of those that *write* refers to, with their kinds in words."""
    named = _references(write.fields)
    return {one: REFERENCES[name].replace("_", " ") for name, one in named.items() if one not in there}


def _coming(missing: Mapping[str, Mapping[str, str]]) -> set[str]:
    """Return the records that the system will have once those are sent that lack nothing, and then those after them."""
    coming = {record for record, lacks in missing.items() if not lacks}
    while more := {record for record, lacks in missing.items() if lacks.keys() <= coming} - coming:
        coming |= more
    return coming


def _doubtful(unit: Unit, kinds: Collection[str], to: Recipient) -> set[str]:
    """Return the kinds of which the system reported something that was set aside."""
    return {kind for kind in sorted(kinds) if unit.set_aside(to.system, kind, [], limit=1)}


def _unreadable(unit: Unit, base: Base) -> str:
    """Return why a system that was just read may hold another state of a record than is known; empty where not."""
    letters = sorted(unit.overtaken(base.system, base.kind, [base.external_id]))
    return f"{base.system} has changed {base.external_id}, which was set aside ({letters[0]})" if letters else ""


def _perhaps_there(
    unit: Unit, record: Record, agreement: Agreement, to: Recipient, references: Mapping[str, str]
) -> str:
    """Return why it may be that the system has the record already: one with its key was set aside unread."""
    rule = agreement.rule(record.kind)
    key = {name: record.fields.get(name) for name in rule.match} if rule else {}
    if not key or None in key.values():
        return ""
    there = {name: references.get(str(value), value) if name in REFERENCES else value for name, value in key.items()}
    for one in unit.set_aside(to.system, record.kind, [wire.dumps(value) for value in there.values()]):
        told = json.loads(one.parsed or "{}")
        known = {name: told["fields"][name] for name in there if name in told.get("fields", {})}
        if not known or any(there[name] != value for name, value in known.items()):
            continue
        if (
            one.stage == "read"
            and told["external_id"]
            and told["external_id"] in unit.bases(to.system, record.kind, [told["external_id"]])
        ):
            continue  # an edit of a record that is another one for sure
        return (
            f"{to.system} has {one.where} with the same {', '.join(known)}, which was set aside ({one.id}): "
            "correct it there, or discard the letter where it is another record"
        )
    return ""
