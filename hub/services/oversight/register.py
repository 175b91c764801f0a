"""The register of a study: agreements, duties delegated and retained, sub-contractors, processings of personal data."""

from dataclasses import dataclass, replace
from datetime import date

from hub.domain import wire
from hub.domain.errors import MissingError, RefusedError, StandingError, UsageError
from hub.domain.oversight import RegisterEntry, RegisterKind
from hub.domain.people import Principal
from hub.domain.policy import Right
from hub.ports.review import ShelfUnit
from hub.services.oversight.places import organizations_of
from hub.services.review.room import Room, allowed, entry, reached

REGISTER = "register"
"""The kind of its lines in the trail."""
_OF_DUTIES = (RegisterKind.RETAINED, RegisterKind.DELEGATED)
_MISSING = "there is no such line of the register"
_LONGEST = 400
_MOST_DETAILS = 4000


@dataclass(frozen=True, slots=True)
class Noting:
    """What is to be noted; fields as of `RegisterEntry`. *organizations* count only where the study has no parties."""

    study: str
    kind: RegisterKind
    name: str
    holder: str
    by: str
    reference: str
    since: date
    until: date | None = None
    details: str = ""
    organizations: tuple[str, ...] = ()


def note(room: Room, principal: Principal, told: Noting) -> RegisterEntry:
    """Note a line; it stands once another party has confirmed it. Errors as of `allowed`; UsageError for a half one."""
    texts = [one.strip() for one in (told.study, told.name, told.holder, told.by, told.reference)]
    if not all(0 < len(one) <= _LONGEST for one in texts) or len(told.details) > _MOST_DETAILS:
        raise UsageError("say of which study, what it is, who answers for it, who does it, and where the paper lies")
    if told.until is not None and told.until < told.since:
        raise UsageError("it ends after it began", field="until")
    study, name, holder, by, reference = texts
    if (told.kind is RegisterKind.RETAINED) != (holder == by) and told.kind in _OF_DUTIES:
        raise UsageError("a retained duty is done by who answers for it, a delegated one by another", field="by")
    seen_by = organizations_of(room, principal, study, (*told.organizations, holder))
    made = RegisterEntry(
        room.new_id(), study, seen_by, told.kind, name, holder, by, reference, told.since,
        principal.actor, principal.user.organization, room.clock(), told.until, told.details.strip(),
    )  # fmt: skip
    allowed(room, principal, Right.OVERSIGHT_MANAGE, made.scope, what=study)
    with room.shelf.writing() as unit:
        unit.add(made)
        unit.audit([entry(principal.actor, room.clock(), REGISTER, made.id, made.kind, None, wire.plain(made), "")])
    return made


def confirm(room: Room, principal: Principal, id: str) -> RegisterEntry:
    """Confirm a line for another party than the one that noted it: from then on it stands."""
    _reached(room, principal, id)
    with room.shelf.writing() as unit:
        before = _held(unit, id)
        if before.confirmed_at is not None or before.ended_at is not None:
            raise StandingError("it is confirmed or ended already")
        alone = set(before.organizations) == {before.noted_for}
        if principal.user.organization == before.noted_for and not alone:
            raise RefusedError("the party that noted it does not confirm it: another one has to")
        if principal.actor == before.noted_by:
            raise RefusedError("who noted it does not confirm it: another person has to")
        after = replace(before, confirmed_by=principal.actor, confirmed_at=room.clock())
        unit.put(after)
        unit.audit([entry(principal.actor, room.clock(), REGISTER, id, "confirmed", None, before.name, "")])
    return after


def end(room: Room, principal: Principal, id: str, *, reason: str) -> RegisterEntry:
    """End a line, or take back one that is not confirmed; it stays to be read."""
    if not reason.strip():
        raise UsageError("say why it ends", field="reason")
    _reached(room, principal, id)
    with room.shelf.writing() as unit:
        before = _held(unit, id)
        if before.ended_at is not None:
            raise StandingError("it has ended already")
        after = replace(before, ended_by=principal.actor, ended_at=room.clock(), why_ended=reason.strip())
        unit.put(after)
        unit.audit([entry(principal.actor, room.clock(), REGISTER, id, "ended", before.name, None, reason)])
    return after


def _reached(room: Room, principal: Principal, id: str) -> RegisterEntry:
    return reached(room, principal, Right.OVERSIGHT_MANAGE, RegisterEntry, id, missing=_MISSING, kind=REGISTER)


def _held(unit: ShelfUnit, id: str) -> RegisterEntry:
    found = unit.get(RegisterEntry, id, hold=True)
    if found is None:
        raise MissingError(_MISSING)
    return found
