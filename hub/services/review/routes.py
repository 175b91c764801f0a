"""The rule of each study: who has to sign its minutes, and who gets them."""

from collections.abc import Sequence

from hub.domain import wire
from hub.domain.approvals import DEFAULT_ROUTE, Meaning, Route, Step
from hub.domain.audit import Entry
from hub.domain.distribution import DistributionRule, Recipient
from hub.domain.errors import UsageError
from hub.domain.people import Principal, Role
from hub.domain.policy import Right, Scope
from hub.ports.review import ShelfUnit
from hub.services.review.room import Room, allowed, entry, fresh

_MOST_STEPS = 10
_MOST_RECIPIENTS = 200


def route_of(unit: ShelfUnit, study: str | None) -> Route:
    """Return the route of a study: its own, the one for all, else review and then approval by one person each."""
    return (unit.get(Route, study) if study else None) or unit.get(Route, "") or DEFAULT_ROUTE


def route(room: Room, study: str | None) -> Route:
    """Return the route that minutes of *study* take; revision 0 where nobody has set one of its own."""
    with room.shelf.reading() as unit:
        found = unit.get(Route, study or "")
        return found or Route(study or "", route_of(unit, study).steps, route_of(unit, study).ordered, revision=0)


def set_route(
    room: Room,
    principal: Principal,
    study: str,
    steps: Sequence[Step],
    *,
    ordered: bool = True,
    revision: int,
    reason: str,
) -> Route:
    """Set who signs the minutes of *study* ("" for all without a rule); reviews under way keep the route they began
    with. StaleError where *revision* is outdated, UsageError for a route that nobody could finish.
    """
    allowed(room, principal, Right.MINUTES_APPROVE, study_scope(room, principal, study), what="this study")
    _check_steps(steps, reason)
    with room.shelf.writing() as unit:
        before = unit.get(Route, study, hold=True)
        fresh(revision, before.revision if before else 0, "the approval route")
        after = Route(study, tuple(steps), ordered, revision + 1)
        unit.put(after)
        unit.audit([_line(room, principal, "approval route", study, before, after, reason)])
        return after


def recipients(room: Room, study: str | None) -> DistributionRule:
    """Return who gets the minutes of *study*; revision 0 where nobody has set it."""
    with room.shelf.reading() as unit:
        return recipients_of(unit, study)


def recipients_of(unit: ShelfUnit, study: str | None) -> DistributionRule:
    """Return the rule of a study: its own, the one for all, else nobody."""
    own = unit.get(DistributionRule, study) if study else None
    shared = own or unit.get(DistributionRule, "")
    return own or DistributionRule(study or "", shared.recipients if shared else (), revision=0)


def set_recipients(
    room: Room, principal: Principal, study: str, people: Sequence[Recipient], *, revision: int, reason: str
) -> DistributionRule:
    """Set who gets the minutes of *study*, how and in which language. Errors as of `set_route`."""
    allowed(room, principal, Right.MINUTES_DISTRIBUTE, study_scope(room, principal, study), what="this study")
    keys = [(one.channel, one.address.lower(), one.locale) for one in people]
    if len(set(keys)) != len(keys) or len(keys) > _MOST_RECIPIENTS or not all(one.address.strip() for one in people):
        raise UsageError(f"each recipient stands there once, with an address; up to {_MOST_RECIPIENTS} of them")
    if not reason.strip():
        raise UsageError("say why the recipients change")
    with room.shelf.writing() as unit:
        before = unit.get(DistributionRule, study, hold=True)
        fresh(revision, before.revision if before else 0, "the distribution")
        after = DistributionRule(study, tuple(people), revision + 1)
        unit.put(after)
        unit.audit([_line(room, principal, "distribution rule", study, before, after, reason)])
        return after


def study_scope(room: Room, principal: Principal, study: str) -> Scope:
    """Return whose the rule of a study is: the parties of its meetings, else those of what else is kept of it, else
    whoever enters its first meeting.

    The rule for all studies ("") is of the hub as a whole.
    """
    if not study:
        return Scope(frozenset())
    parties = room.shelf.parties(study) or room.elsewhere(study)
    return Scope(parties or frozenset({principal.user.organization}), study)


def _check_steps(steps: Sequence[Step], reason: str) -> None:
    if not 0 < len(steps) <= _MOST_STEPS:
        raise UsageError(f"a route has 1 to {_MOST_STEPS} steps")
    for number, step in enumerate(steps, start=1):
        if step.quorum < 1 or (step.people and step.quorum > len(set(step.people))):
            raise UsageError(f"step {number}: its quorum is at least 1 and at most the people it names")
        unknown = sorted(set(step.roles) - {str(role) for role in Role})
        if unknown:
            raise UsageError(f"step {number}: {', '.join(unknown)} is no role")
    if not any(step.meaning in (Meaning.APPROVAL, Meaning.RESPONSIBILITY) for step in steps):
        raise UsageError("a route ends with somebody who approves or takes the responsibility")
    if not reason.strip():
        raise UsageError("say why the route changes")


def _line(
    room: Room,
    principal: Principal,
    field: str,
    study: str,
    before: Route | DistributionRule | None,
    after: Route | DistributionRule,
    reason: str,
) -> Entry:
    old = wire.plain(before) if before else None
    return entry(principal.actor, room.clock(), "rule", study or "all studies", field, old, wire.plain(after), reason)
