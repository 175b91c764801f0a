"""What is kept study by study is destroyed when its period has ended and two people agree; certified."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from hub.domain import wire
from hub.domain.cards import Card
from hub.domain.errors import MissingError, StandingError, UsageError
from hub.domain.people import Principal
from hub.domain.policy import Scope, Verdict, decide
from hub.domain.retention import (
    DestructionState,
    Hold,
    RecordClass,
    StudyDestruction,
    begun_before,
    ends_at,
)
from hub.ports.keeping import Stack
from hub.ports.review import ShelfUnit, Signer
from hub.services.review.retention import MANAGE, period
from hub.services.review.room import Room, allowed, entry

ENDED, ASKED, REFUSED = DestructionState.ENDED, DestructionState.ASKED, DestructionState.REFUSED
APPROVED, DONE = DestructionState.APPROVED, DestructionState.DONE


@dataclass(frozen=True, slots=True)
class Stacks:
    """What is kept by study, and what signs that it has gone."""

    classes: Mapping[RecordClass, Stack]
    signer: Signer


@dataclass(frozen=True, slots=True)
class StudyEnded:
    """A class of a study of which the first has been free to go since *since*, and what is of *before* is by now."""

    study: str
    record_class: RecordClass
    since: datetime
    before: datetime


def ended(room: Room, stacks: Stacks, principal: Principal) -> list[StudyEnded]:
    """Return what of studies may be destroyed by now; what is held, or asked for already, is left out."""
    return [
        one
        for one in _ended(room, stacks)
        if _may(room, principal, _scope(room, stacks, one.study, one.record_class))
        and _held(room, one.study) is None
        and not _several(room, one.study, one.record_class, (ASKED, APPROVED))
    ]


def tell_ended(room: Room, stacks: Stacks) -> int:
    """Note of each class of each study that its period has ended, once until it is decided; return how many."""
    count = 0
    for one in _ended(room, stacks):
        if _several(room, one.study, one.record_class, (ENDED, ASKED, REFUSED, APPROVED)):
            continue
        why = "the period of the oldest of it has ended"
        made = _made(room, stacks, one.study, one.record_class, one.before, why, "hub")
        _put(room, replace(made, state=ENDED), None, "hub", why)
        count += 1
    return count


def listed(room: Room, stacks: Stacks, principal: Principal) -> list[StudyDestruction]:
    """Return what of studies was destroyed or is asked to be, newest first."""
    with room.shelf.reading() as unit:
        found = [one for one in unit.several(StudyDestruction) if one.state is not ENDED]
    mine = [one for one in found if _may(room, principal, _scope_of(room, stacks, one))]
    return sorted(mine, key=lambda one: one.asked_at, reverse=True)


def ask(
    room: Room, stacks: Stacks, principal: Principal, study: str, record_class: RecordClass, *, reason: str
) -> StudyDestruction:
    """Ask for the destruction of what of a class of a study is past its period; somebody else has to approve it.

    StandingError while nothing is, while the study is held, or where it is asked for already.
    """
    _allowed(room, stacks, principal, study, record_class, reason)
    months = period(room, record_class, study).months
    before = begun_before(room.clock(), months)
    _may_go(room, stacks, study, record_class, before)
    if _several(room, study, record_class, (ASKED, APPROVED)):
        raise StandingError("its destruction is asked for already")
    told = next(iter(_several(room, study, record_class, (ENDED,))), None)
    made = _made(room, stacks, study, record_class, before, reason.strip(), principal.user.email)
    made = replace(made, id=told.id) if told else made
    return _put(room, made, told.state if told else None, principal.actor, reason)


def refuse(room: Room, stacks: Stacks, principal: Principal, id: str, *, reason: str) -> StudyDestruction:
    """Refuse a destruction that was asked for."""
    before = _waiting(room, stacks, principal, id, (ASKED,), reason)
    return _decided(room, before, REFUSED, principal, reason)


def approve(room: Room, stacks: Stacks, principal: Principal, id: str, *, reason: str) -> StudyDestruction:
    """Approve a destruction that another person asked for, and do it; the certificate is signed and kept.

    StandingError as of `ask`, and for one's own request. Called again after a crash it finishes what was begun, unless
    what is left is held by now, or in use again.
    """
    found = _waiting(room, stacks, principal, id, (ASKED, APPROVED), reason)
    if found.asked_by == principal.user.email:
        raise StandingError("who asks for a destruction does not approve it: another person has to")
    stack = stacks.classes[found.record_class]
    # 1 decided, with what is there: so that what follows is known to be meant
    if found.state is ASKED:
        _may_go(room, stacks, found.study, found.record_class, found.before)
        told = _canonical(stack.told(found.study, found.before))
        found = _decided(room, replace(found, told=told), APPROVED, principal, reason)
    elif stack.oldest(found.study, found.before) is not None:
        _not_held(room, found.study)
    # 2 destroyed
    stack.remove(found.study, found.before)
    # 3 certified
    return _decided(room, _certified(found, stacks.signer, room.clock()), DONE, principal, reason)


def certificate(room: Room, stacks: Stacks, principal: Principal, id: str) -> StudyDestruction:
    """Return a destruction that is done. MissingError where there is none, or it is not the principal's to see."""
    found = next((one for one in listed(room, stacks, principal) if one.id == id and one.state is DONE), None)
    if found is None:
        raise MissingError("there is no such certificate")
    return found


def study_scope(room: Room, stacks: Stacks, study: str) -> Scope:
    """Return whose the kept of a study is, of whatever class, or was before it was destroyed."""
    parties = [_scope(room, stacks, study, one).organizations for one in stacks.classes]
    with room.shelf.reading() as unit:
        parties += [frozenset(one.organizations) for one in unit.several(StudyDestruction, study=study)]
    return Scope(frozenset[str]().union(*parties), study)


def _ended(room: Room, stacks: Stacks) -> Iterator[StudyEnded]:
    now = room.clock()
    for record_class, stack in stacks.classes.items():
        for study in stack.studies():
            months = period(room, record_class, study).months
            before = begun_before(now, months)
            oldest = stack.oldest(study, before)
            if oldest is not None:
                yield StudyEnded(study, record_class, ends_at(oldest, months), before)


def _scope(room: Room, stacks: Stacks, study: str, record_class: RecordClass) -> Scope:
    return Scope(room.shelf.parties(study) | stacks.classes[record_class].parties(study), study)


def _scope_of(room: Room, stacks: Stacks, one: StudyDestruction) -> Scope:
    stands = _scope(room, stacks, one.study, one.record_class)
    return replace(stands, organizations=stands.organizations | frozenset(one.organizations))


def _may(room: Room, principal: Principal, scope: Scope) -> bool:
    return decide(principal, MANAGE, scope, at=room.clock()) is Verdict.ALLOWED


def _allowed(
    room: Room, stacks: Stacks, principal: Principal, study: str, record_class: RecordClass, reason: str
) -> None:
    if record_class not in stacks.classes or not study:
        raise UsageError(f"{record_class}: is not destroyed study by study; name a study, and communication or records")
    allowed(room, principal, MANAGE, _scope(room, stacks, study, record_class), what=f"study {study}")
    if not reason.strip():
        raise UsageError("say why")


def _may_go(room: Room, stacks: Stacks, study: str, record_class: RecordClass, before: datetime) -> None:
    if stacks.classes[record_class].oldest(study, before) is None:
        raise StandingError(f"{study}: nothing of its {record_class} is past its period, or it is in use")
    _not_held(room, study)


def _not_held(room: Room, study: str) -> None:
    held = _held(room, study)
    if held is not None:
        raise StandingError(f"{study}: is held since {held.placed_at:%d-%b-%Y}: {held.reason}")


def _held(room: Room, study: str) -> Hold | None:
    """Return the hold on a study, else one on a meeting of it: who holds a meeting may need what was said around it."""
    with room.shelf.reading() as unit:
        standing = [one for one in unit.several(Hold) if one.released_at is None]
        return next((one for one in standing if study in (one.study, _study_of(unit, one))), None)


def _study_of(unit: ShelfUnit, held: Hold) -> str | None:
    card = unit.get(Card, held.meeting_id) if held.meeting_id else None
    return card.study if card else None


def _several(
    room: Room, study: str, record_class: RecordClass, states: tuple[DestructionState, ...]
) -> list[StudyDestruction]:
    with room.shelf.reading() as unit:
        return unit.several(StudyDestruction, study=study, record_class=record_class, state=states)


def _waiting(
    room: Room, stacks: Stacks, principal: Principal, id: str, states: tuple[DestructionState, ...], reason: str
) -> StudyDestruction:
    with room.shelf.reading() as unit:
        found = unit.get(StudyDestruction, id)
    scope = _scope_of(room, stacks, found) if found else Scope(frozenset())
    if found is None or decide(principal, MANAGE, scope, at=room.clock()) is Verdict.HIDDEN:
        raise MissingError(f"{id}: there is no such destruction")
    allowed(room, principal, MANAGE, scope, what=f"study {found.study}")
    if not reason.strip():
        raise UsageError("say why")
    if found.state not in states:
        raise StandingError(f"it is {found.state}: nothing waits to be decided")
    return found


def _made(
    room: Room, stacks: Stacks, study: str, record_class: RecordClass, before: datetime, reason: str, by: str
) -> StudyDestruction:
    """Return a new one, named by how many there were: of two who begin at the same time one does."""
    number = len(_several(room, study, record_class, tuple(DestructionState)))
    name = hashlib.sha256(f"{study}\x00{record_class}\x00{number}".encode()).hexdigest()
    parties = tuple(sorted(_scope(room, stacks, study, record_class).organizations))
    return StudyDestruction(name, study, record_class, before, reason, by, room.clock(), organizations=parties)


def _decided(
    room: Room, before: StudyDestruction, state: DestructionState, principal: Principal, reason: str
) -> StudyDestruction:
    after = replace(before, state=state, decided_by=principal.user.email, decided_at=room.clock())
    return _put(room, after, before.state, principal.actor, reason)


def _put(room: Room, one: StudyDestruction, old: DestructionState | None, actor: str, reason: str) -> StudyDestruction:
    with room.shelf.writing() as unit:
        stands = unit.get(StudyDestruction, one.id, hold=True)
        if (stands.state if stands else None) != old:
            raise StandingError("somebody else has decided it meanwhile; look at it again")
        (unit.put if stands else unit.add)(one)
        record = f"{one.study}/{one.record_class}"
        unit.audit([entry(actor, room.clock(), "destruction", record, "state", old, one.state, reason)])
    return one


def _certified(one: StudyDestruction, signer: Signer, at: datetime) -> StudyDestruction:
    said = {
        "what": one.record_class,
        "study": one.study,
        "of_before": wire.plain(one.before),
        **json.loads(one.told),
        "reason": one.reason,
        "asked_by": one.asked_by,
        "asked_at": wire.plain(one.asked_at),
        "approved_by": one.decided_by,
        "destroyed_at": wire.plain(at),
    }
    text = _canonical(said)
    signature, key = signer.sign(text.encode())
    return replace(one, certificate=text, signature=signature, key=key)


def _canonical(said: Mapping[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
