"""What people are trained in is noted by others, and what a study asks for bars whoever lacks it from their duty."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from hub.domain import wire
from hub.domain.errors import MissingError, RefusedError, StandingError, UsageError
from hub.domain.people import Principal, Role, User
from hub.domain.policy import Right
from hub.domain.training import IDENTITY, LETTER, Curriculum, Demand, Qualification, QualificationKind, lacking
from hub.services.review.room import Room, allowed, entry, fresh
from hub.services.review.routes import study_scope

_LONGEST = 400
_MOST = 100
_NAMES = {QualificationKind.IDENTITY: IDENTITY, QualificationKind.LETTER: LETTER}
FREE = frozenset({Role.ADMINISTRATOR, Role.INSPECTOR})
"""Who keeps the records of training could lock themselves out; an authority's inspector takes no course of ours."""


def note(
    room: Room,
    principal: Principal,
    user: User,
    *,
    kind: QualificationKind,
    name: str = "",
    on: date,
    until: date | None = None,
    evidence: str,
) -> Qualification:
    """Note what *user* is trained in, or that their identity was seen. RefusedError for oneself."""
    if principal.user.id == user.id:
        raise RefusedError("nobody notes their own training: ask another administrator")
    name = _NAMES.get(kind) or name.strip()
    if not name or not evidence.strip() or len(name) > _LONGEST or len(evidence) > _LONGEST:
        raise UsageError("say what the training was, and where its proof lies")
    if on > room.clock().date() or (until is not None and until < on):
        field = "on" if on > room.clock().date() else "until"
        raise UsageError("training is noted once it has been, and ends after it began", field=field)
    made = Qualification(room.new_id(), user.id, kind, name, on, until, evidence.strip(), principal.actor, room.clock())
    with room.shelf.writing() as unit:
        unit.add(made)
        told = wire.plain(made)
        unit.audit([entry(principal.actor, room.clock(), "user", user.id, "qualification", None, told, "")])
    return made


def withdraw(room: Room, principal: Principal, user: User, id: str, *, reason: str) -> Qualification:
    """Have a qualification count no more. MissingError where *user* has none of that id."""
    with room.shelf.writing() as unit:
        before = unit.get(Qualification, id, hold=True)
        if before is None or before.user_id != user.id:
            raise MissingError(f"{id}: {user.email} has no such qualification")
        if before.withdrawn_at is not None or not reason.strip():
            raise StandingError("it is withdrawn already, or no reason was given")
        after = replace(before, withdrawn_by=principal.actor, withdrawn_at=room.clock(), why_withdrawn=reason.strip())
        unit.put(after)
        line = entry(principal.actor, room.clock(), "user", user.id, "qualification", before.name, None, reason)
        unit.audit([line])
    return after


def qualifications(room: Room, user_id: str) -> list[Qualification]:
    """Return all that was noted of a user, the newest first."""
    with room.shelf.reading() as unit:
        found = unit.several(Qualification, user_id=user_id)
    return sorted(found, key=lambda one: (one.on, one.noted_at), reverse=True)


def curriculum(room: Room, study: str) -> Curriculum:
    """Return what a study itself asks for ("": all of them); revision 0 where nobody has said."""
    with room.shelf.reading() as unit:
        return unit.get(Curriculum, study) or Curriculum(study, (), revision=0)


def set_curriculum(
    room: Room, principal: Principal, study: str, demands: Sequence[Demand], *, revision: int, reason: str
) -> Curriculum:
    """Set what *study* asks of whom. It holds from the next request on. StaleError where *revision* is outdated."""
    allowed(room, principal, Right.USERS_MANAGE, study_scope(room, principal, study), what="this study")
    kept = tuple(dict.fromkeys(Demand(one.role, one.name.strip()) for one in demands))
    if len(kept) > _MOST or not all(0 < len(one.name) <= _LONGEST for one in kept) or not reason.strip():
        raise UsageError(f"a curriculum asks for up to {_MOST} things by name, and for a reason")
    if free := sorted({str(one.role) for one in kept if one.role in FREE}):
        raise UsageError(f"no training is asked of: {', '.join(free)}")
    with room.shelf.writing() as unit:
        before = unit.get(Curriculum, study, hold=True)
        fresh(revision, before.revision if before else 0, "the curriculum")
        after = Curriculum(study, kept, revision + 1)
        unit.put(after)
        old = wire.plain(before) if before else None
        what, at = study or "all studies", room.clock()
        unit.audit([entry(principal.actor, at, "rule", what, "curriculum", old, wire.plain(after), reason)])
    return after


def lacking_of(room: Room, user_id: str) -> Mapping[Role, frozenset[str]]:
    """Return for each role the studies in which it gives a user nothing, for want of training."""
    with room.shelf.reading() as unit:
        curricula = [one for one in unit.several(Curriculum) if one.demands]
        if not curricula:
            return {}
        return lacking(curricula, unit.several(Qualification, user_id=user_id), room.clock())
