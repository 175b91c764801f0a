"""How often an organization reviews its trail and its access, and when the next review is due."""

from dataclasses import dataclass
from datetime import datetime

from hub.domain import wire
from hub.domain.errors import UsageError
from hub.domain.people import Principal
from hub.domain.policy import Right, Scope, Verdict, decide
from hub.domain.reminders import DEFAULT_BASIS, DEFAULT_DAYS, ReviewKind, ReviewPlan
from hub.ports.browsing import Browser, Wanted
from hub.services.review.room import Room, allowed, entry, fresh

RIGHTS = {ReviewKind.TRAIL: Right.AUDIT_REVIEW, ReviewKind.ACCESS: Right.USERS_MANAGE}
"""Who makes a review, plans it and is reminded of it."""
_LONGEST = 2000
_MOST_DAYS = 1100


@dataclass(frozen=True, slots=True)
class Standing:
    """A plan with when its review was last made and is due; *due_at* is None where neither a plan nor a review is."""

    plan: ReviewPlan
    last: datetime | None

    @property
    def due_at(self) -> datetime | None:
        """Return when the next review is due."""
        return self.plan.due_at(self.last)

    def overdue(self, at: datetime) -> bool:
        """Tell whether it is due by now."""
        return self.due_at is not None and self.due_at <= at


def standing(room: Room, browser: Browser, organization: str, kind: ReviewKind) -> Standing:
    """Return how the reviews of an organization stand; revision 0 where nobody has planned them."""
    with room.shelf.reading() as unit:
        plan = unit.get(ReviewPlan, organization, str(kind))
    plan = plan or ReviewPlan(organization, kind, DEFAULT_DAYS[kind], DEFAULT_BASIS, revision=0)
    found = browser.trail(Wanted(kind=str(kind), record=organization[:100], field="held"), before=None, limit=1)
    return Standing(plan, found[0][1].at if found else None)


def own(room: Room, browser: Browser, principal: Principal) -> list[Standing]:
    """Return how the reviews that *principal* makes for their organization stand."""
    organization = principal.user.organization
    scope = Scope(frozenset({organization}))
    mine = (
        kind for kind, right in RIGHTS.items() if decide(principal, right, scope, at=room.clock()) is Verdict.ALLOWED
    )
    return [standing(room, browser, organization, kind) for kind in mine]


def plan(
    room: Room, principal: Principal, kind: ReviewKind, *, days: int, basis: str, revision: int, reason: str
) -> ReviewPlan:
    """Plan the reviews of the principal's organization. UsageError without the assessment that the period rests on."""
    organization = principal.user.organization
    allowed(room, principal, RIGHTS[kind], Scope(frozenset({organization})), what=organization)
    if not 1 <= days <= _MOST_DAYS or not basis.strip() or len(basis) > _LONGEST or not reason.strip():
        raise UsageError("say in days how often, on which assessment of the risk that rests, and why it changes")
    with room.shelf.writing() as unit:
        before = unit.get(ReviewPlan, organization, str(kind), hold=True)
        fresh(revision, before.revision if before else 0, "the plan")
        after = ReviewPlan(organization, kind, days, basis.strip(), room.clock(), revision + 1)
        unit.put(after)
        old = wire.plain(before) if before else None
        line = entry(principal.actor, room.clock(), str(kind), organization, "plan", old, wire.plain(after), reason)
        unit.audit([line])
    return after
