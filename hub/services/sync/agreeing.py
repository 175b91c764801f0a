"""Agreements: proposed by one party, accepted by each, moved on; every step in the audit trail."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from hub.domain import wire
from hub.domain.agreements import Agreement, Status, accepted, checked, moved
from hub.domain.audit import Entry
from hub.domain.errors import UsageError
from hub.domain.sync import Cursor, Effects
from hub.ports import Clock, Ledger
from hub.services.sync.backfilling import Interval, read_again
from hub.services.sync.events import changed
from hub.services.sync.ignoring import heed
from hub.services.sync.steps import Sync

NewId = Callable[[], str]
_MANY = 500


def propose(ledger: Ledger, agreement: Agreement, *, person: str, clock: Clock, new_id: NewId) -> Agreement:
    """Store *agreement* as a new version that nobody has accepted; the one in force stays until all have."""
    known = _found(ledger, agreement.id)
    version = known.version + 1 if known else 1
    offered = replace(
        checked(agreement),
        version=version,
        status=Status.PROPOSED,
        proposed_by=_named(person),
        accepted_by={},
        changed_at=clock(),
    )
    _store(ledger, offered, known, person, "proposed", clock=clock, new_id=new_id)
    return offered


def accept(
    ledger: Ledger, id: str, *, party: str, person: str, clock: Clock, new_id: NewId, why: str = ""
) -> Agreement:
    """Accept the newest version for *party*, for the reason *why* if one is given. UsageError when it is not open."""
    known = _known(ledger, id)
    after = accepted(known, party, _named(person), clock())
    _store(ledger, after, known, person, _because(f"accepted for {party}", why), clock=clock, new_id=new_id)
    return after


def move(sync: Sync, id: str, *, step: str, person: str, why: str = "") -> Agreement:
    """Start, pause, resume or end an agreement, for the reason *why* if one is given.

    What comes into force goes out for every record it covers. The version in force is what pauses and
    resumes, also while a newer one is still to be accepted or on trial.
    """
    known = _in_force(sync.ledger, id) if step in ("pause", "resume") else _known(sync.ledger, id)
    after, person = moved(known, step, sync.clock()), _named(person)
    if step == "start":  # before it is in force, when what was deleted and ignored would be restored
        heed(sync, _in_force(sync.ledger, id), after)
    _store(sync.ledger, after, known, person, _because(step, why), clock=sync.clock, new_id=sync.new_id)
    if after.status is Status.ACTIVE:
        _read_anew(sync, after, ended=False)
        send_again(sync, after)
    return after


def backfill(sync: Sync, id: str, *, since: datetime | None, until: datetime | None = None, person: str) -> int:
    """Let all that agreement *id* covers be read again, what changed from *since* on, and go out again.

    With *until*, only what changed before that, and it is read now and not by the workers (`backfilling.read_again`).
    Returns how many records go out; a system that cannot be asked for a time is read from its beginning.
    UsageError where the agreement is not in force.
    """
    interval = Interval(since, until) if until else None
    known = _in_force(sync.ledger, id)
    if known.status is not Status.ACTIVE:
        raise UsageError(f"agreement {known.label} is {known.status}; start or resume it, then backfill")
    begin = interval or (since.isoformat() if since else "the beginning")
    _store(sync.ledger, known, known, _named(person), f"backfill from {begin}", clock=sync.clock, new_id=sync.new_id)
    if interval:
        return read_again(sync, known, interval)
    _read_anew(sync, known, since)
    return send_again(sync, known)


def _read_anew(sync: Sync, agreement: Agreement, since: datetime | None = None, *, ended: bool | None = None) -> None:
    """Let every system be read again: what was out of scope until now has been passed over."""
    for name in sorted(agreement.systems):
        source = sync.systems[name].source if name in sync.systems else None
        for rule in agreement.kinds:
            begin = source.since(rule.kind, since) if source and since else None
            with sync.ledger.unit() as unit:
                unit.save(Effects(cursor=Cursor(name, rule.kind, begin, ended=ended)))


def send_again(sync: Sync, agreement: Agreement) -> int:
    """Put every record that *agreement* covers on its way again and return how many; what is known is not sent."""
    sent = 0
    for rule in agreement.kinds:
        ids = [record.id for record, _ in sync.ledger.everything(rule.kind)]
        for start in range(0, len(ids), _MANY):
            with sync.ledger.unit() as unit:
                found = unit.records(ids[start : start + _MANY]).values()
                messages = tuple(
                    changed(record, (), origin="hub", id=sync.new_id(), at=sync.clock()) for record in found
                )
                unit.save(Effects(messages=messages))
                sent += len(messages)
    return sent


def _store(
    ledger: Ledger, after: Agreement, before: Agreement | None, person: str, what: str, *, clock: Clock, new_id: NewId
) -> None:
    entry = Entry(
        at=clock(),
        actor=person,
        kind="agreement",
        record_id=after.id,
        field="agreement",
        old=wire.dumps(before) if before else None,
        new=wire.dumps(after),
        reason=what,
        agreement=after.label,
        message_id=new_id(),
    )
    ledger.agree(after, before=before, audit=(entry,))


def _known(ledger: Ledger, id: str) -> Agreement:
    found = _found(ledger, id)
    if found is None:
        raise UsageError(f"{id}: no such agreement; hub sync agreements list names them")
    return found


def _in_force(ledger: Ledger, id: str) -> Agreement:
    """Return the version that was started last; the newest where none was."""
    started = next((agreement for agreement in ledger.agreements(started=True) if agreement.id == id), None)
    return started or _known(ledger, id)


def _found(ledger: Ledger, id: str) -> Agreement | None:
    return next((agreement for agreement in ledger.agreements() if agreement.id == id), None)


def _because(step: str, why: str) -> str:
    return f"{step}: {why}" if why else step


def _named(person: str) -> str:
    if not person.strip():
        raise UsageError("say who does this: --by NAME")
    return person
