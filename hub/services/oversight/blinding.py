"""What each study declares to unblind."""

from collections.abc import Sequence
from dataclasses import replace

from hub.domain.blinding import DECLARED, Blinding, BlindingRule
from hub.domain.errors import RefusedError, UsageError
from hub.domain.people import Principal
from hub.domain.policy import Right, Verdict, decide
from hub.services.review.room import Room, allowed, entry, fresh
from hub.services.review.routes import study_scope

_MOST = 200


def blinding(room: Room) -> Blinding:
    """Return what would unblind, in every study."""
    with room.shelf.reading() as unit:
        return Blinding(unit.several(BlindingRule))


def rule(room: Room, study: str) -> BlindingRule:
    """Return what a study itself declares; revision 0 where nobody has said."""
    with room.shelf.reading() as unit:
        return unit.get(BlindingRule, study) or BlindingRule(study, (), revision=0)


def set_rule(
    room: Room, principal: Principal, study: str, fields: Sequence[str], *, revision: int, reason: str
) -> BlindingRule:
    """Declare what would unblind in *study*. RefusedError where somebody blinded takes back what was declared."""
    scope = study_scope(room, principal, study)
    allowed(room, principal, Right.OVERSIGHT_MANAGE, scope, what="this study")
    kept = tuple(sorted({one.strip().lower() for one in fields if one.strip()}))
    if len(kept) > _MOST or not all(DECLARED.fullmatch(one) for one in kept) or not reason.strip():
        raise UsageError(f"name up to {_MOST} fields as field, kind.field or kind.*, and say why")
    with room.shelf.writing() as unit:
        before = unit.get(BlindingRule, study, hold=True)
        fresh(revision, before.revision if before else 0, "what unblinds")
        gone = set(before.fields if before else ()) - set(kept)
        if gone and decide(principal, Right.OVERSIGHT_MANAGE, replace(scope, unblinding=True), at=room.clock()) is not (
            Verdict.ALLOWED
        ):
            raise RefusedError("what was declared to unblind is taken back by somebody unblinded only")
        after = BlindingRule(study, kept, revision + 1)
        unit.put(after)
        old = list(before.fields) if before else None
        line = entry(principal.actor, room.clock(), "rule", study or "all studies", "blinding", old, list(kept), reason)
        unit.audit([line])
    return after
