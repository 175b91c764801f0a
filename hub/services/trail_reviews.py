"""Reviews that people make of the trail and of who may do what: each is a record, in the trail itself.

ICH E6(R3) 4.2.3 and 4.3.8.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from hub.domain.errors import UsageError
from hub.domain.people import Principal
from hub.domain.policy import Scope
from hub.ports.browsing import Wanted
from hub.services.accounts.desk import Desk
from hub.services.trail_reading import TrailReader

TRAIL = "audit review"
ACCESS = "access review"
KINDS = (TRAIL, ACCESS)
_SHOWN = 100
_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A review: *by* whom and *at* what time, what was looked at, what was found."""

    by: str
    at: datetime
    scope: str
    findings: str
    needed: tuple[str, ...] = ()
    """Of a review of access: the roles that are still needed, each in words."""
    doubted: tuple[str, ...] = ()
    """The roles that were not ticked."""


def record(
    desk: Desk,
    principal: Principal,
    kind: str,
    *,
    scope: str,
    findings: str,
    since: date | None = None,
    until: date | None = None,
    needed: Sequence[str] = (),
    doubted: Sequence[str] = (),
) -> None:
    """Keep a review, for the organization of who made it. UsageError where nothing is said of it."""
    if not scope.strip() or not findings.strip() or len(scope) + len(findings) > _LONGEST:
        raise UsageError("say what was looked at and what was found")
    told: dict[str, object] = {
        "scope": scope.strip(),
        "findings": findings.strip(),
        "since": since.isoformat() if since else None,
        "until": until.isoformat() if until else None,
    }
    if needed or doubted:
        told |= {"needed": list(needed), "doubted": list(doubted)}
    organization = principal.user.organization
    desk.accounts.note([desk.entry("held", organization, by=principal.actor, new=told, kind=kind)])


def reviews(trail: TrailReader, kind: str, sees: Callable[[Scope], bool]) -> list[Reviewed]:
    """Return the reviews that the reader may see, newest first, up to a hundred."""
    lines, _ = trail.page(Wanted(kind=kind, field="held"), sees, before=None, limit=_SHOWN)
    found = []
    for line in lines:
        told = json.loads(line.entry.new or "{}")
        span = " – ".join(day for day in (told.get("since"), told.get("until")) if day)
        scope = f"{told.get('scope', '')} ({span})" if span else told.get("scope", "")
        roles = (tuple(told.get("needed", ())), tuple(told.get("doubted", ())))
        found.append(Reviewed(line.entry.actor, line.entry.at, scope, told.get("findings", ""), *roles))
    return found


def scope_of(organization: str) -> Scope:
    """Return whose a review is, by the id of its entry."""
    return Scope(frozenset({organization}))
