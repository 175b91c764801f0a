"""API tokens: made by a person for a program, with fewer rights than the person has, and an end."""

from dataclasses import dataclass
from datetime import timedelta

from hub.domain.accounts import ApiToken
from hub.domain.errors import MissingError, RefusedError, UsageError
from hub.domain.people import Principal
from hub.domain.policy import Right, holds
from hub.services.accounts.acting import TOKEN
from hub.services.accounts.desk import Desk, hashed


@dataclass(frozen=True, slots=True)
class Made:
    """A new token and its *secret*, which is shown this once and kept nowhere."""

    token: ApiToken
    secret: str


def make(desk: Desk, principal: Principal, *, name: str, scopes: frozenset[Right], days: int) -> Made:
    """Make a token for *principal*. RefusedError for a right the person has nowhere, UsageError for too long a life."""
    if principal.scopes is not None:
        raise RefusedError("a token cannot make tokens: sign in")
    if not scopes:
        raise UsageError("name at least one right")
    if not timedelta() < timedelta(days=days) <= desk.rules.token:
        raise UsageError(f"a token lasts 1 to {desk.rules.token.days} days")
    if lacking := sorted(one for one in scopes if not holds(principal, one, at=desk.clock())):
        raise RefusedError(f"you do not have {', '.join(lacking)} yourself")
    secret, now = f"{TOKEN}{desk.new_secret()}", desk.clock()
    names = frozenset(str(one) for one in scopes)
    token = ApiToken(desk.new_id(), principal.user.id, name, hashed(secret), names, now, now + timedelta(days=days))
    told = {"name": name, "scopes": sorted(names), "ends_at": token.ends_at.isoformat()}
    desk.tokens.add(token, audit=[desk.entry("token", principal.user.id, by=principal.actor, new=told)])
    return Made(token, secret)


def revoke(desk: Desk, user_id: str, id: str, *, by: str) -> None:
    """End a token of a user. MissingError where it has none of that name in force."""
    token = next((one for one in desk.tokens.tokens(user_id) if one.id == id and one.revoked_at is None), None)
    if token is None:
        raise MissingError("there is no such token in force")
    desk.tokens.revoke(id, desk.clock(), audit=[desk.entry("token", user_id, by=by, old=token.name, reason="revoked")])
