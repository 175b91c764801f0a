"""Signing in, and proving again who one is, at the organization's identity provider."""

from dataclasses import replace
from datetime import datetime, timedelta

from hub.domain.accounts import Account, Session
from hub.domain.errors import UnknownError
from hub.domain.people import Principal
from hub.domain.sign_on import Asked, Identity
from hub.services.accounts.desk import GATE, Desk

_SKEW_S = 30
_FRESH = timedelta(minutes=5)


def account_of(desk: Desk, identity: Identity, *, address: str) -> Account:
    """Return the account of somebody who came back, known by subject, at first by an address that was verified there.

    UnknownError where there is none: an administrator makes accounts, the provider only says who somebody is.
    """
    subject = f"{identity.issuer} {identity.subject}"
    account = desk.accounts.named(subject=subject)
    if account is None and identity.verified:
        account = _linked(desk, desk.accounts.named(email=identity.email), subject)
    if account is None or account.user.state != "active":
        told = {"address": address, "by": "single sign-on"}
        entry = desk.entry("sign-in refused", account.user.id if account else "unknown", by=GATE, new=told)
        desk.accounts.note([entry])
        raise UnknownError("there is no open account for this person; an administrator makes one")
    return account


def proved_again(desk: Desk, session: Session, identity: Identity, asked: Asked) -> None:
    """Note that the person of *session* has proved again who they are.

    UnknownError where somebody else came back, or the proof is older than the question: the provider asked nobody.
    """
    account = desk.accounts.account(session.user_id)
    if account.subject != f"{identity.issuer} {identity.subject}":
        raise UnknownError("another person came back from the identity provider")
    if not asked.anew or identity.proved_at is None or identity.proved_at < asked.asked_at - _SKEW_S:
        raise UnknownError("the identity provider did not ask for the password again")
    desk.sessions.seen(session.id, desk.clock(), proved=True)


def take_step_up(desk: Desk, principal: Principal, *, at: datetime) -> None:
    """Use up what `proved_again` noted for the session of *principal*: it serves once, and for five minutes.

    UnknownError where there is none.
    """
    sessions = desk.sessions.sessions(principal.user.id)
    session = next((one for one in sessions if principal.scopes is None and one.shown == principal.session), None)
    if session is None or not fresh(session, at) or not desk.sessions.spend(session.id, session.proved_at):
        raise UnknownError("sign in anew at your organization's identity provider to sign")


def fresh(session: Session, at: datetime) -> bool:
    """Tell whether the person of *session* has proved again, a moment ago, who they are."""
    return session.proved_at > session.began_at and at - session.proved_at < _FRESH


def _linked(desk: Desk, account: Account | None, subject: str) -> Account | None:
    if account is None or account.subject is not None:
        return None  # the account is another subject's
    entry = desk.entry("single sign-on", account.user.id, by=account.user.email, new=subject, reason="verified address")
    return desk.accounts.change(replace(account, subject=subject), audit=[entry])
