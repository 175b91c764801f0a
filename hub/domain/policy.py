"""Who may do what: the one place that decides (21 CFR 11.10(d) and (g), ICH E6(R3) 4.3.8).

A role gives rights; a grant limits them to an organization's data and to a study; a token to its scopes. What belongs
to no organization of the reader is hidden, as if it did not exist; what may be seen but not done is refused.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from hub.domain.people import EVERY, Grant, Principal, Role


class Right(StrEnum):
    """What can be done, and the scope of a token by the same name."""

    MEETINGS_READ = "meetings:read"
    MEETINGS_WRITE = "meetings:write"
    MINUTES_EDIT = "minutes:edit"
    MINUTES_APPROVE = "minutes:approve"
    MINUTES_SIGN = "minutes:sign"
    MINUTES_DISTRIBUTE = "minutes:distribute"
    TRANSLATIONS_EDIT = "translations:edit"
    TRANSLATIONS_APPROVE = "translations:approve"
    ACTIONS_EDIT = "actions:edit"
    RECORDS_READ = "records:read"
    SYNC_READ = "sync:read"
    SYNC_OPERATE = "sync:operate"
    AGREEMENTS_PROPOSE = "agreements:propose"
    AGREEMENTS_ACCEPT = "agreements:accept"
    CONFLICTS_RESOLVE = "conflicts:resolve"
    AUDIT_READ = "audit:read"
    AUDIT_REVIEW = "audit:review"
    USERS_MANAGE = "users:manage"
    RETENTION_MANAGE = "retention:manage"
    SYSTEM_OPERATE = "system:operate"
    OVERSIGHT_READ = "oversight:read"
    OVERSIGHT_MANAGE = "oversight:manage"
    INCIDENTS_REPORT = "incidents:report"
    RELEASES_APPROVE = "releases:approve"


_SEE = {Right.MEETINGS_READ, Right.RECORDS_READ, Right.OVERSIGHT_READ}
_READ = _SEE | {Right.INCIDENTS_REPORT}
RIGHTS: dict[Role, frozenset[Right]] = {
    Role.PROJECT_MANAGER: frozenset(
        _READ
        | {
            Right.MEETINGS_WRITE,
            Right.MINUTES_EDIT,
            Right.MINUTES_APPROVE,
            Right.MINUTES_SIGN,
            Right.MINUTES_DISTRIBUTE,
            Right.ACTIONS_EDIT,
            Right.SYNC_READ,
            Right.AGREEMENTS_PROPOSE,
            Right.AGREEMENTS_ACCEPT,
            Right.CONFLICTS_RESOLVE,
            Right.OVERSIGHT_MANAGE,
        }
    ),
    Role.CONTRIBUTOR: frozenset(_READ | {Right.MEETINGS_WRITE, Right.MINUTES_EDIT, Right.ACTIONS_EDIT}),
    Role.REVIEWER: frozenset(_READ | {Right.MINUTES_APPROVE, Right.MINUTES_SIGN, Right.ACTIONS_EDIT}),
    Role.LIAISON: frozenset(_READ | {Right.TRANSLATIONS_EDIT, Right.TRANSLATIONS_APPROVE}),
    Role.INTEGRATION_ENGINEER: frozenset(
        (_READ - {Right.MEETINGS_READ}) | {Right.SYNC_READ, Right.SYNC_OPERATE, Right.AGREEMENTS_PROPOSE}
    ),
    Role.AUDITOR: frozenset(_READ | {Right.SYNC_READ, Right.AUDIT_READ, Right.AUDIT_REVIEW, Right.RELEASES_APPROVE}),
    Role.INSPECTOR: frozenset(_SEE | {Right.SYNC_READ, Right.AUDIT_READ}),
    # Keeps accounts, not content: duties are kept apart
    Role.ADMINISTRATOR: frozenset(
        {Right.USERS_MANAGE, Right.RETENTION_MANAGE, Right.SYSTEM_OPERATE, Right.AUDIT_READ}
        | {Right.OVERSIGHT_READ, Right.INCIDENTS_REPORT}
    ),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose data something is: the *organizations* that may see it, its *study*, and whether it would unblind.

    A meeting of sponsor and CRO belongs to both. Without a study it belongs to all of the organizations' work. What
    belongs to no organization is of the hub as a whole, for those whose grant is for every organization.
    """

    organizations: frozenset[str]
    study: str | None = None
    unblinding: bool = False


class Verdict(StrEnum):
    """What the policy says: allowed, refused (answer 403), or hidden (answer 404, as if it did not exist)."""

    ALLOWED = "allowed"
    REFUSED = "refused"
    HIDDEN = "hidden"


def decide(principal: Principal, right: Right, scope: Scope, *, at: datetime) -> Verdict:
    """Return whether *principal* may use *right* on what has *scope*, at the time *at*.

    Hidden where no grant that reaches the scope gives any right to see it.
    """
    reaching = [grant for grant in principal.grants if _reaches(grant, scope, at)]
    if not reaching or principal.user.state != "active":
        return Verdict.HIDDEN
    has = any(right in RIGHTS[grant.role] for grant in reaching if not barred(grant, scope.study))
    if has and (principal.scopes is None or right in principal.scopes):
        return Verdict.ALLOWED
    return Verdict.REFUSED


def holds(principal: Principal, right: Right, *, at: datetime) -> bool:
    """Tell whether *principal* has *right* anywhere: what may be listed still has to be chosen by `decide`."""
    if principal.user.state != "active" or (principal.scopes is not None and right not in principal.scopes):
        return False
    usable = (grant for grant in principal.grants if in_force(grant, at) and EVERY not in grant.barred)
    return any(right in RIGHTS[grant.role] for grant in usable)


def barred(grant: Grant, study: str | None) -> bool:
    """Tell whether *grant* gives nothing in *study*, because its holder is not trained for it."""
    return EVERY in grant.barred or (study is not None and study in grant.barred)


def untrained(principal: Principal, right: Right, scope: Scope, *, at: datetime) -> bool:
    """Tell whether *principal* would have *right* on what has *scope*, were they trained."""
    trained = replace(principal, grants=tuple(replace(grant, barred=()) for grant in principal.grants))
    return decide(trained, right, scope, at=at) is Verdict.ALLOWED


def in_force(grant: Grant, at: datetime) -> bool:
    """Tell whether *grant* has not ended."""
    return grant.until is None or grant.until > at


def _reaches(grant: Grant, scope: Scope, at: datetime) -> bool:
    if not in_force(grant, at) or grant.organization not in (scope.organizations | {EVERY}):
        return False
    if scope.unblinding and not grant.unblinded:
        return False
    return grant.study is None or grant.study == scope.study
