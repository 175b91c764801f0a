"""Accounts are made, granted roles, reset and deactivated; each step by somebody, with its line in the audit trail."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from hub.domain.accounts import FORMER_KEPT, Account, Held, check_password
from hub.domain.errors import MissingError, StandingError, UsageError
from hub.domain.people import EVERY, Grant, Role, User
from hub.services.accounts.desk import Desk

_PAGE = 500
_ADDRESS = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f]{1,189}")


def create(desk: Desk, user: User, *, by: str, password: str | None = None, own: bool = False) -> Account:
    """Make an account. A *password* that is not the person's *own* choice is to be changed at the first sign-in.

    UsageError where the address or the password will not do, StandingError where the address has an account.
    """
    user = replace(user, email=user.email.strip().lower())
    if not _ADDRESS.fullmatch(user.email):
        raise UsageError(f"{user.email}: is no e-mail address", field="email")
    if not user.name.strip() or not user.organization.strip():
        raise UsageError(f"{user.email}: give the person's name and organization")
    if password is not None:
        check_password(password, user)
    hashed = desk.passwords.hash(password) if password is not None else None
    account = Account(user, password=hashed, changed_at=desk.clock() if own else None)
    desk.accounts.add(account, audit=[desk.entry("account", user.id, by=by, new=told(user))])
    return account


def edit(desk: Desk, account: Account, *, by: str, reason: str = "", **changed: str) -> Account:
    """Change name, organization, locale or zone of an account."""
    after = replace(account.user, **changed)  # type: ignore[arg-type]  # all four are texts
    entry = desk.entry("account", after.id, by=by, old=told(account.user), new=told(after), reason=reason)
    return desk.accounts.change(replace(account, user=after), audit=[entry])


def give(desk: Desk, account: Account, grant: Grant, *, by: str, reason: str = "") -> Held:
    """Grant a role. StandingError where the user has just this one."""
    if any(one.grant == grant for one in desk.accounts.held(account.user.id)):
        raise StandingError(f"{account.user.email}: has this role already")
    held = Held(desk.new_id(), account.user.id, grant, by, desk.clock())
    entry = desk.entry("grant", account.user.id, by=by, new=plain_grant(grant), reason=reason)
    desk.accounts.give(held, audit=[entry])
    return held


def revoke(desk: Desk, account: Account, id: str, *, by: str, reason: str = "", even_last: bool = False) -> None:
    """End a grant. MissingError where it is not in force.

    StandingError where nobody else administers the same, unless *even_last*: for who can make another at the machine.
    """
    with desk.accounts.alone():
        held = next((one for one in desk.accounts.held(account.user.id) if one.id == id), None)
        if held is None:
            raise MissingError(f"grant {id}: {account.user.email} has none of that name")
        if not even_last:
            _administered_without(desk, [held])
        entry = desk.entry("grant", account.user.id, by=by, old=plain_grant(held.grant), reason=reason)
        desk.accounts.revoke(id, desk.clock(), audit=[entry])


def deactivate(desk: Desk, account: Account, *, by: str, reason: str, even_last: bool = False) -> Account:
    """Let nobody sign in to an account any more, end its sessions and tokens; what the person did stays theirs.

    StandingError where nobody else administers what this person does, unless *even_last*.
    """
    with desk.accounts.alone():
        if not even_last:
            _administered_without(desk, desk.accounts.held(account.user.id))
        after = _state(desk, account, "deactivated", by=by, reason=reason)
        end_all(desk, account.user.id, by=by, reason="account deactivated")
        for token in desk.tokens.tokens(account.user.id):
            if token.revoked_at is None:
                gone = desk.entry("token", account.user.id, by=by, old=token.name, reason="account deactivated")
                desk.tokens.revoke(token.id, desk.clock(), audit=[gone])
        return after


def activate(desk: Desk, account: Account, *, by: str, reason: str) -> Account:
    """Open a deactivated or locked account again."""
    return _state(desk, replace(account, failed=0), "active", by=by, reason=reason)


def reset_password(desk: Desk, account: Account, password: str, *, by: str, reason: str = "") -> Account:
    """Give a password that its owner has to change at the next sign-in; sessions end, a lock is lifted."""
    check_password(password, account.user)
    user = replace(account.user, locked_until=None)
    after = replace(account, user=user, password=desk.passwords.hash(password), changed_at=None, failed=0)
    entry = desk.entry("password", user.id, by=by, new="reset", reason=reason)
    after = desk.accounts.change(after, audit=[entry])
    end_all(desk, user.id, by=by, reason="password reset")
    return after


def choose_password(desk: Desk, account: Account, password: str) -> Account:
    """Take the password its owner chose. UsageError for one that will not do or was used before."""
    check_password(password, account.user)
    used = (*([account.password] if account.password else []), *account.former)
    if any(desk.passwords.verify(password, one) for one in used):
        raise UsageError(f"this password, or one of the last {FORMER_KEPT}, was used before; choose another")
    after = replace(
        account, password=desk.passwords.hash(password), changed_at=desk.clock(), former=used[:FORMER_KEPT], failed=0
    )
    return desk.accounts.change(
        after, audit=[desk.entry("password", account.user.id, by=account.user.email, new="changed")]
    )


def end_all(desk: Desk, user_id: str, *, by: str, reason: str) -> None:
    """End every session of a user."""
    open_ones = desk.sessions.sessions(user_id)
    if open_ones:
        entry = desk.entry("sign-out", user_id, by=by, old=[one.shown for one in open_ones], reason=reason)
        desk.sessions.end([one.id for one in open_ones], desk.clock(), audit=[entry])


def told(user: User) -> dict[str, Any]:
    """Return what the audit trail says of a user."""
    return {
        "email": user.email,
        "name": user.name,
        "organization": user.organization,
        "locale": user.locale,
        "timezone": user.timezone,
        "state": user.state,
    }


def plain_grant(grant: Grant) -> dict[str, Any]:
    """Return what the audit trail says of a grant."""
    return {
        "role": str(grant.role),
        "organization": grant.organization,
        "study": grant.study,
        "unblinded": grant.unblinded,
        "until": grant.until.isoformat() if grant.until else None,
    }


def _administered_without(desk: Desk, going: Sequence[Held]) -> None:
    """Raise StandingError where somebody else would no longer administer what the grants *going* are for.

    Otherwise nobody could give a role, open a locked account or take one away but at the machine itself.
    """
    asked = {one.grant.organization for one in going if _administers(one, desk)}
    left, gone = set[str](), {one.id for one in going}
    for account in _all(desk) if asked else ():
        if account.user.state == "active":
            mine = desk.accounts.held(account.user.id)
            left |= {one.grant.organization for one in mine if one.id not in gone and _administers(one, desk)}
    alone = sorted(one for one in asked if one not in left and EVERY not in left)
    if alone:
        what = "every organization" if alone[0] == EVERY else alone[0]
        raise StandingError(f"nobody else administers {what}: give another person the role first")


def _administers(held: Held, desk: Desk) -> bool:
    grant = held.grant
    return grant.role is Role.ADMINISTRATOR and not grant.study and (grant.until is None or grant.until > desk.clock())


def _all(desk: Desk) -> Iterator[Account]:
    page = desk.accounts.accounts(limit=_PAGE)
    while page:
        yield from page
        page = desk.accounts.accounts(after=page[-1].user.email, limit=_PAGE)


def _state(desk: Desk, account: Account, state: str, *, by: str, reason: str) -> Account:
    if not reason.strip():
        raise UsageError("say why")
    after = replace(account.user, state=state, locked_until=None)
    entry = desk.entry("state", after.id, by=by, old=account.user.state, new=state, reason=reason)
    return desk.accounts.change(replace(account, user=after), audit=[entry])
