"""Records are kept for their period, held where somebody says so, and destroyed when two people agree; certified."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from hub.domain import wire
from hub.domain.audit import Entry
from hub.domain.cards import Card
from hub.domain.errors import MissingError, StandingError, UsageError
from hub.domain.people import Principal
from hub.domain.platforms import Withdrawal
from hub.domain.policy import Right
from hub.domain.retention import (
    DEFAULT_MONTHS,
    KEPT_ALWAYS,
    OF_RECORDINGS,
    Destruction,
    DestructionState,
    Hold,
    Period,
    RecordClass,
    ends_at,
)
from hub.ports.review import ShelfUnit, Signer
from hub.services.review import contents
from hub.services.review.room import Room, Work, allowed, entry, fresh, seen, working
from hub.services.review.routes import study_scope

MANAGE = Right.RETENTION_MANAGE
_MOST_MONTHS = 100 * 12
_LONGEST_KEY = 64
_MAY_GO_EARLY = (Withdrawal.TOLD, Withdrawal.DESTROYED)
Shred = Callable[[str, RecordClass], None]
"""Removes the file with a SHA-256 (of a transcript only what stages made of its recording), for good; done twice it
comes to the same."""


@dataclass(frozen=True, slots=True)
class Shredder:
    """What destroys, and what signs the certificate."""

    shred: Shred
    signer: Signer


def period(room: Room, record_class: RecordClass, study: str) -> Period:
    """Return how long a class is kept in a study; revision 0 where nobody has set it."""
    with room.shelf.reading() as unit:
        return _period(unit, record_class, study)


def set_period(
    room: Room, principal: Principal, record_class: RecordClass, study: str, months: int, *, revision: int, reason: str
) -> Period:
    """Set how long a class is kept. StaleError where *revision* is outdated."""
    allowed(room, principal, MANAGE, study_scope(room, principal, study), what="this study")
    if record_class in KEPT_ALWAYS:
        raise UsageError(f"{record_class}: has no period: {KEPT_ALWAYS[record_class]}")
    if not 1 <= months <= _MOST_MONTHS or not reason.strip():
        raise UsageError(f"a period has 1 to {_MOST_MONTHS} months, and a reason", field="months")
    with room.shelf.writing() as unit:
        before = unit.get(Period, record_class, study, hold=True)
        fresh(revision, before.revision if before else 0, "the period")
        after = Period(record_class, study, months, revision + 1)
        unit.put(after)
        old = before.months if before else None
        line = entry(
            principal.actor, room.clock(), "retention", study or "all studies", record_class, old, months, reason
        )
        unit.audit([line])
        return after


def place_hold(room: Room, principal: Principal, *, study: str = "", meeting_id: str = "", reason: str) -> Hold:
    """Hold a meeting, or all of a study, until the hold is released."""
    if bool(study) == bool(meeting_id) or not reason.strip():
        raise UsageError("hold a meeting or a study, and say why")
    if meeting_id:
        seen(room, principal, meeting_id, MANAGE)
    else:
        allowed(room, principal, MANAGE, study_scope(room, principal, study), what="this study")
    held = Hold(room.new_id(), study, meeting_id, reason.strip(), principal.user.email, room.clock())
    with room.shelf.writing() as unit:
        unit.add(held)
        unit.audit([_line(room, principal, held, None, "placed", reason)])
    return held


def hold_of(room: Room, principal: Principal, hold_id: str) -> Hold:
    """Return a hold. MissingError where there is none that *principal* manages, RefusedError where they may not."""
    with room.shelf.reading() as unit:
        found = unit.get(Hold, hold_id)
    if found is None:
        raise MissingError(f"{hold_id}: there is no such hold")
    if found.meeting_id:
        seen(room, principal, found.meeting_id, MANAGE)
    else:
        allowed(room, principal, MANAGE, study_scope(room, principal, found.study), what="this study")
    return found


def release_hold(room: Room, principal: Principal, hold_id: str, *, reason: str) -> Hold:
    """End a hold. StandingError where it has ended; else as `hold_of`."""
    hold_of(room, principal, hold_id)
    with room.shelf.writing() as unit:
        before = unit.get(Hold, hold_id, hold=True)
        if before is None or before.released_at is not None or not reason.strip():
            raise StandingError("the hold has ended already, or no reason was given to end it")
        after = replace(before, released_by=principal.user.email, released_at=room.clock(), why_released=reason.strip())
        unit.put(after)
        unit.audit([_line(room, principal, after, "placed", "released", reason)])
    return after


def ask(room: Room, principal: Principal, meeting_id: str, record_class: RecordClass, *, reason: str) -> Destruction:
    """Ask for the destruction of a class of a meeting; somebody else has to approve it.

    StandingError while its period has not ended, while it is held, or where nothing of it is there. A recording that
    the platform it came from has deleted, and its words, may be asked for before, unless somebody has said that the
    copy is kept.
    """
    if not reason.strip():
        raise UsageError("say why it is to be destroyed", field="reason")
    with working(room, principal, meeting_id, MANAGE) as work:
        _may_go(work, record_class)
        key = key_of(meeting_id, record_class)
        known = work.unit.get(Destruction, key)
        if known is not None and known.state not in (DestructionState.REFUSED, DestructionState.ENDED):
            raise StandingError(f"its destruction is {known.state} already")
        asked = Destruction(key, meeting_id, record_class, reason.strip(), principal.user.email, work.at)
        work.unit.put(asked)
        work.note("destruction", "state", known and known.state, asked.state, of=record_class, reason=reason)
        return asked


def refuse(room: Room, principal: Principal, meeting_id: str, record_class: RecordClass, *, reason: str) -> Destruction:
    """Refuse a destruction that was asked for."""
    with working(room, principal, meeting_id, MANAGE) as work:
        before = _asked(work, record_class, (DestructionState.ASKED,))
        return _moved(work, before, DestructionState.REFUSED, principal, reason=reason)


def approve(
    room: Room, shredder: Shredder, principal: Principal, meeting_id: str, record_class: RecordClass, *, reason: str
) -> Destruction:
    """Approve a destruction that another person asked for, and do it; the certificate is signed and kept.

    StandingError as `ask`, and for one's own request. Called again after a crash it finishes what was begun.
    """
    # 1 decided, so that what follows is known to be meant
    with working(room, principal, meeting_id, MANAGE) as work:
        before = _asked(work, record_class, (DestructionState.ASKED, DestructionState.APPROVED))
        if before.asked_by == principal.user.email:
            raise StandingError("who asks for a destruction does not approve it: another person has to")
        _may_go(work, record_class)
        files = contents.files_of(work, record_class)
        decided = _moved(work, before, DestructionState.APPROVED, principal, reason=reason)
    # 2 destroyed
    for sha256 in contents.unshared(room, work.card, record_class, files):
        shredder.shred(sha256, record_class)
    # 3 certified
    with working(room, principal, meeting_id, MANAGE) as work:
        gone = contents.told(work, record_class, files)
        contents.empty(work, record_class)
        certified = _certified(decided, work, shredder.signer, gone)
        return _moved(work, certified, DestructionState.DONE, principal, reason=reason)


def destructions(room: Room, principal: Principal, meeting_id: str) -> list[Destruction]:
    """Return what of a meeting was destroyed or is asked to be."""
    seen(room, principal, meeting_id, MANAGE)
    with room.shelf.reading() as unit:
        return unit.several(Destruction, meeting_id=meeting_id)


def _may_go(work: Work, record_class: RecordClass) -> None:
    card, unit = work.card, work.unit
    if not contents.is_there(unit, card, record_class):
        raise StandingError(f"{card.title}: there is no {record_class} of it")
    until = ends_at(card.at, _period(unit, record_class, card.study or "").months)
    early = card.withdrawn in _MAY_GO_EARLY and record_class in OF_RECORDINGS
    if work.at < until and not early:
        raise StandingError(f"{card.title}: its {record_class} is kept until {until:%d-%b-%Y}")
    held = held_by(unit, card)
    if held is not None:
        raise StandingError(f"{card.title}: is held since {held.placed_at:%d-%b-%Y}: {held.reason}")


def held_by(unit: ShelfUnit, card: Card) -> Hold | None:
    """Return what holds the records of a meeting, None where nothing does."""
    holds = [*unit.several(Hold, meeting_id=card.meeting_id), *unit.several(Hold, study=card.study or "-")]
    return next((one for one in holds if one.released_at is None), None)


def key_of(meeting_id: str, record_class: RecordClass) -> str:
    """Return the name of the destruction of one class of a meeting, of 64 characters at most."""
    whole = f"{meeting_id}/{record_class}"
    return whole if len(whole) <= _LONGEST_KEY else hashlib.sha256(whole.encode()).hexdigest()


def _period(unit: ShelfUnit, record_class: RecordClass, study: str) -> Period:
    own = unit.get(Period, record_class, study)
    shared = own or unit.get(Period, record_class, "")
    return own or Period(record_class, study, shared.months if shared else DEFAULT_MONTHS, revision=0)


def _asked(work: Work, record_class: RecordClass, states: tuple[DestructionState, ...]) -> Destruction:
    found = work.unit.get(Destruction, key_of(work.card.meeting_id, record_class))
    if found is None or found.state not in states:
        raise StandingError(f"no destruction of its {record_class} waits to be decided")
    return found


def _moved(
    work: Work, before: Destruction, state: DestructionState, principal: Principal, *, reason: str
) -> Destruction:
    if not reason.strip():
        raise UsageError("say why")
    after = replace(before, state=state, decided_by=principal.user.email, decided_at=work.at)
    work.unit.put(after)
    work.note("destruction", "state", before.state, state, of=before.record_class, reason=reason)
    return after


def _certified(decided: Destruction, work: Work, signer: Signer, gone: Mapping[str, Any]) -> Destruction:
    said = {
        "what": decided.record_class,
        "meeting": decided.meeting_id,
        "title": work.card.title,
        "study": work.card.study,
        "held_at": wire.plain(work.card.at),
        **gone,
        **({"deleted_at_its_platform": wire.plain(work.card.withdrawn_at)} if work.card.withdrawn else {}),
        "reason": decided.reason,
        "asked_by": decided.asked_by,
        "asked_at": wire.plain(decided.asked_at),
        "approved_by": decided.decided_by,
        "destroyed_at": wire.plain(work.at),
    }
    certificate = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    signature, key = signer.sign(certificate.encode())
    return replace(decided, certificate=certificate, signature=signature, key=key)


def _line(room: Room, principal: Principal, held: Hold, old: str | None, new: str, reason: str) -> Entry:
    what = held.meeting_id or held.study
    return entry(principal.actor, room.clock(), "hold", what, "state", old, new, reason)
