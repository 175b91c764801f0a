"""Signing in with a password, a lock after too many wrong ones, and signing out (21 CFR 11.300)."""

from collections.abc import Hashable
from dataclasses import dataclass, replace
from functools import cache
from typing import cast

import structlog

from hub.domain.accounts import Account, Session
from hub.domain.audit import Entry
from hub.domain.errors import StaleError, StandingError, UnknownError
from hub.ports import Passwords
from hub.services.accounts.desk import GATE, Desk, hashed
from hub.services.accounts.keeping import choose_password
from hub.services.accounts.second_factor import Codes, proves

log = structlog.get_logger()
_WRONG = "address, password or code is wrong; too many wrong ones lock an account for a while"


class LockedError(StandingError):
    """Too many wrong passwords came: even the right one is refused for a while."""


class PasswordDueError(StandingError):
    """The password was right, but is to be changed: give a new one with it."""


class CodeDueError(UnknownError):
    """The password was right; a one-time code or a recovery code is asked for as well."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody gives to be let in. *agent* and *address* say from where."""

    email: str
    password: str
    code: str = ""
    new_password: str | None = None
    agent: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session and the *secret* of its cookie, which is kept nowhere."""

    secret: str
    session: Session
    account: Account


def sign_in(desk: Desk, codes: Codes, asked: Asked) -> SignedIn:
    """Open a session. UnknownError where the proof is wrong or the account locked, the same words whatever it was."""
    try:
        account = prove(desk, codes, asked)
    except LockedError as error:  # told here, it would tell whoever asks which addresses have an account
        raise UnknownError(_WRONG) from error
    due = account.changed_at is None or desk.clock() - account.changed_at >= desk.rules.password
    if due and asked.new_password is None:
        raise PasswordDueError("the password is to be changed: sign in with it and with a new one")
    if asked.new_password is not None:
        account = choose_password(desk, account, asked.new_password)
    return open_session(desk, account, method="password+code" if account.confirmed else "password", asked=asked)


def prove(desk: Desk, codes: Codes, asked: Asked) -> Account:
    """Return the account whose password and code *asked* gives; a wrong one counts towards the lock (LockedError)."""
    account = desk.accounts.named(email=asked.email)
    kept = account.password if account is not None and account.password else _nobodys(cast("Hashable", desk.passwords))
    right = desk.passwords.verify(asked.password, kept)  # as slow for an address that nobody has
    if account is None or account.user.state != "active":
        _refused(desk, account.user.id if account else "unknown", asked, "no open account")
        raise UnknownError(_WRONG)
    until = account.user.locked_until
    if until is not None and until > desk.clock():
        _refused(desk, account.user.id, asked, "locked")
        raise LockedError(f"the account is locked until {until:%H:%M} UTC after too many wrong passwords")
    if not right or account.password is None:
        _count(desk, account, asked, "wrong password")
        raise UnknownError(_WRONG)
    if account.confirmed:
        if not asked.code:
            raise CodeDueError("give a one-time code as well")
        checked = proves(desk, codes, account, asked.code)
        if checked is None:
            _count(desk, account, asked, "wrong code")
            raise UnknownError(_WRONG)
        account = checked
    if account.failed or until is not None:
        account = desk.accounts.change(
            replace(account, failed=0, user=replace(account.user, locked_until=None)), audit=[]
        )
    return account


def open_session(desk: Desk, account: Account, *, method: str, asked: Asked) -> SignedIn:
    """Open a session for somebody who has proved who they are."""
    now, secret = desk.clock(), desk.new_secret()
    session = Session(
        id=hashed(secret),
        shown=desk.new_id(),
        user_id=account.user.id,
        method=method,
        agent=asked.agent[:300],
        address=asked.address[:60],
        began_at=now,
        seen_at=now,
        ends_at=now + desk.rules.session,
        proved_at=now,
    )
    came = {"session": session.shown, "method": method, "address": session.address}
    entry = desk.entry("sign-in", account.user.id, by=account.user.email, new=came)
    desk.sessions.open(session, audit=[entry])
    return SignedIn(secret, session, account)


def sign_out(desk: Desk, session: Session, *, by: str, reason: str = "signed out") -> None:
    """End a session."""
    entry = desk.entry("sign-out", session.user_id, by=by, old=[session.shown], reason=reason)
    desk.sessions.end([session.id], desk.clock(), audit=[entry])


@cache
def _nobodys(passwords: Hashable) -> str:
    return cast("Passwords", passwords).hash("nobody has this password")


def _count(desk: Desk, account: Account, asked: Asked, reason: str) -> None:
    failed = account.failed + 1
    locks = failed >= desk.rules.failures
    until = desk.clock() + desk.rules.locked if locks else account.user.locked_until
    after = replace(account, failed=0 if locks else failed, user=replace(account.user, locked_until=until))
    entries = [_entry(desk, account.user.id, asked, reason)]
    if locks:
        entries.append(desk.entry("lock", account.user.id, by=GATE, new=str(until), reason=f"{failed} wrong in a row"))
        log.warning("account_locked", user=account.user.id, until=str(until), address=asked.address)
    try:
        desk.accounts.change(after, audit=entries)
    except StaleError:  # another attempt was counted at the same moment
        _count(desk, desk.accounts.account(account.user.id), asked, reason)


def _refused(desk: Desk, user_id: str, asked: Asked, reason: str) -> None:
    desk.accounts.note([_entry(desk, user_id, asked, reason)])


def _entry(desk: Desk, user_id: str, asked: Asked, reason: str) -> Entry:
    return desk.entry("sign-in refused", user_id, by=GATE, new={"address": asked.address}, reason=reason)
