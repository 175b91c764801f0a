"""A changed record is brought to one system: prepared, sent, then stored with its audit and the offset.

What is sent is the difference between what the hub holds and what the system was last known to hold, so an event that
comes twice, late or out of order sends nothing that is not needed.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hub.domain import wire
from hub.domain.agreements import Agreement, Deletes
from hub.domain.audit import Entry
from hub.domain.changes import Push, Receipt
from hub.domain.errors import RejectedError
from hub.domain.messages import Received
from hub.domain.sync import REFERENCES, Base, Delivery, Effects, Letter, Position, Record, Write, waiting_id
from hub.ports import Clock, Ledger, Target, Unit

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


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A write with what it rests on."""

    write: Write
    base: Base | None
    agreement: str
    references: Mapping[str, str]
    """The hub's record id to the system's own id."""


def deliver(
    ledger: Ledger,
    received: Received,
    to: Recipient,
    *,
    clock: Clock,
    new_id: NewId,
    reread: bool = False,
    replay: bool = False,
) -> Outcome:
    """Bring the record of *received* to one system; with the offset moved when it ends without an error.

    *replay* works off a message again although the inbox has it; *reread* says that the system was read after a
    StaleError: a write that was under way is given up for what is now to be written.
    RetryableError and StaleError leave the offset where it is; RejectedError becomes a dead letter with the offset.
    """
    record_id = received.message.key
    sent = Outcome.NOTHING
    while True:
        with ledger.unit() as unit:
            if sent is Outcome.NOTHING and not replay and unit.seen(to.group, [received.message.id]):
                unit.save(Effects(position=_after(received, to)))
                return Outcome.DOUBLE
            prepared = _prepare(unit, record_id, received, to, clock=clock, new_id=new_id, reread=reread)
            if isinstance(prepared, Outcome):
                return sent if prepared is Outcome.NOTHING else prepared
        last = prepared.write.message_id == received.message.id
        outcome = _send(ledger, prepared, received, to, clock=clock, new_id=new_id, last=last)
        if last or outcome is Outcome.SET_ASIDE:
            return outcome
        sent, reread = outcome, False


def _prepare(
    unit: Unit, record_id: str, received: Received, to: Recipient, *, clock: Clock, new_id: NewId, reread: bool
) -> _Prepared | Outcome:
    done = Effects(inbox=((to.group, received.message.id),), position=_after(received, to))
    record = unit.records([record_id]).get(record_id)
    agreement = _agreement(unit, record, to) if record else None
    if record is None or agreement is None:
        unit.save(done)
        return Outcome.NOTHING
    base = unit.bases_of(to.system, [record_id]).get(record_id)
    write = unit.writes(to.system, [record_id]).get(record_id)
    if write and reread:
        unit.save(Effects(finished=(write,)))
        write = None
    fresh = write is None
    if write is None:
        wanted = _wanted(unit, record, base, agreement, to)
        if wanted is None:
            unit.save(done)
            return Outcome.NOTHING
        write = Write(
            system=to.system,
            record_id=record.id,
            kind=record.kind,
            key=new_id(),
            external_id=base.external_id if base else None,
            fields=wanted,
            deleted=record.deleted and base is not None,
            record_version=record.version,
            message_id=received.message.id,
        )
    references, missing = _known_there(unit, write.fields, to.system)
    why = f"{to.system} has no {', '.join(missing)} yet" if missing else ""
    if base is None and not why:
        why = _perhaps_there(unit, record, agreement, to, references)
    if why:
        letter = _letter(received, to, record.kind, why, clock=clock)
        unit.save(Effects(letters=(letter,), inbox=done.inbox, position=done.position))
        return Outcome.WAITING
    if fresh:
        unit.save(Effects(writes=(write,)))
    return _Prepared(write, base, agreement.label, references)


def _wanted(
    unit: Unit, record: Record, base: Base | None, agreement: Agreement, to: Recipient
) -> dict[str, Any] | None:
    """Return the fields to be set, None where the system is to be left as it is."""
    rule = agreement.rule(record.kind)
    if rule is None or (base is None and (record.deleted or not record.fields)):
        return None
    disputed = {d.field for d in unit.disputes([record.id]) if d.system == to.system}
    takes = to.target.capabilities.takes.get(record.kind)
    if base is not None and record.deleted != base.deleted:
        return None if "deleted" in disputed or rule.deletes is not Deletes.SOFT or base.deleted else {}
    held = base.fields if base and not base.deleted else {}
    if base is not None and base.deleted:
        return None
    wanted = {
        name: value
        for name, value in record.fields.items()
        if rule.covers(name)
        and (takes is None or name in takes)
        and name not in disputed
        and not (name in held and held[name] == value)
    }
    return wanted or None


def _perhaps_there(
    unit: Unit, record: Record, agreement: Agreement, to: Recipient, references: Mapping[str, str]
) -> str:
    """Return why it may be that the system has the record already: one with its key was set aside unread."""
    rule = agreement.rule(record.kind)
    key = {name: record.fields.get(name) for name in rule.match} if rule else {}
    if not key or None in key.values():
        return ""
    there = {name: references.get(str(value), value) if name in REFERENCES else value for name, value in key.items()}
    for letter in unit.set_aside(to.system, record.kind, [wire.dumps(value) for value in there.values()]):
        told = json.loads(letter.parsed or "{}").get("fields", {})
        if all(told.get(name) == value for name, value in there.items()):
            return (
                f"{to.system} has {letter.where} with the same {', '.join(key)}, which was set aside ({letter.id}): "
                "correct it there, or discard the letter where it is another record"
            )
    return ""


def _known_there(unit: Unit, fields: Mapping[str, Any], system: str) -> tuple[dict[str, str], list[str]]:
    named = {name: str(value) for name, value in fields.items() if name in REFERENCES and value is not None}
    bases = unit.bases_of(system, sorted(set(named.values())))
    missing = [f"{REFERENCES[name].replace('_', ' ')} {there}" for name, there in named.items() if there not in bases]
    return {there: base.external_id for there, base in bases.items()}, missing


def _send(
    ledger: Ledger, prepared: _Prepared, received: Received, to: Recipient, *, clock: Clock, new_id: NewId, last: bool
) -> Outcome:
    write, base = prepared.write, prepared.base
    fields = {
        name: prepared.references[str(value)] if name in REFERENCES and value is not None else value
        for name, value in write.fields.items()
    }
    push = Push(write.kind, write.external_id, fields, write.deleted)
    try:
        receipt = to.target.push(push, idempotency_key=write.key, precondition=base.version if base else None)
    except RejectedError as error:
        letter = _letter(received, to, write.kind, str(error), clock=clock, id=new_id(), state="dead")
        inbox = ((to.group, received.message.id),)
        effects = Effects(letters=(letter,), finished=(write,), inbox=inbox, position=_after(received, to))
        with ledger.unit() as unit:
            unit.save(effects)
        return Outcome.SET_ASIDE
    with ledger.unit() as unit:
        unit.records([write.record_id])  # in turn with any other worker that has the same write in hand
        held = unit.writes(to.system, [write.record_id]).get(write.record_id)
        if held is None or held.key != write.key:  # another worker has stored it already
            seen = ((to.group, received.message.id),) if last else ()
            unit.save(Effects(inbox=seen, position=_after(received, to) if last else None))
            return Outcome.DELIVERED
        number = unit.number(f"writes:{to.system}")
        current = unit.bases_of(to.system, [write.record_id]).get(write.record_id)
        unit.save(_effects(prepared, receipt, received, to, current=current, number=number, clock=clock, last=last))
    return Outcome.DELIVERED


def _effects(
    prepared: _Prepared,
    receipt: Receipt,
    received: Received,
    to: Recipient,
    *,
    current: Base | None,
    number: int,
    clock: Clock,
    last: bool,
) -> Effects:
    write, now = prepared.write, clock()
    before = current.fields if current else {}
    told = {name: value for name, value in receipt.fields.items() if name not in REFERENCES}
    held = {**before, **write.fields, **{name: told[name] for name in write.fields if name in told}}
    base = Base(
        system=to.system,
        record_id=write.record_id,
        kind=write.kind,
        external_id=receipt.external_id,
        fields=held,
        version=receipt.version,
        deleted=write.deleted,
        written=number,
        listing=current.listing if current else None,
    )
    values: Sequence[tuple[str, Any, Any]] = [(name, before.get(name), value) for name, value in write.fields.items()]
    if write.deleted:
        values = [("deleted", False, True)]
    entries = tuple(
        Entry(
            at=now,
            actor="hub",
            kind=write.kind,
            record_id=write.record_id,
            field=name,
            old=None if old is None else wire.dumps(old),
            new=None if new is None else wire.dumps(new),
            reason=f"written to {to.system} as {receipt.external_id}",
            agreement=prepared.agreement,
            message_id=write.message_id,
        )
        for name, old, new in values
    )
    delivery = Delivery(
        write.key, to.system, write.record_id, receipt.external_id, write.message_id, write.record_version, now
    )
    return Effects(
        bases=(base,),
        audit=entries,
        finished=(write,),
        deliveries=(delivery,),
        inbox=((to.group, received.message.id),) if last else (),
        position=_after(received, to) if last else None,
    )


def _agreement(unit: Unit, record: Record, to: Recipient) -> Agreement | None:
    open_to_all = [a for a in to.agreements if a.receives(to.system, record.kind)]
    if not any(a.studies for a in open_to_all):
        return open_to_all[0] if open_to_all else None
    study = record if record.kind == "study" else None
    if study is None and (named := record.fields.get("study_id")):
        study = unit.records([str(named)]).get(str(named))
    protocol = study.fields.get("protocol_number") if study else None
    return next((a for a in open_to_all if not a.studies or protocol in a.studies), None)


def _letter(
    received: Received, to: Recipient, kind: str, reason: str, *, clock: Clock, id: str = "", state: str = "waiting"
) -> Letter:
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


def _after(received: Received, to: Recipient) -> Position:
    return Position(to.group, received.message.topic, received.partition, received.offset + 1)
