"""Who a request acts for: the person of a session, or the one whose token it carries."""

from dataclasses import replace
from datetime import datetime, timedelta

from hub.domain.accounts import ApiToken, Session
from hub.domain.errors import UnknownError
from hub.domain.people import Grant, Principal
from hub.services.accounts.desk import GATE, Desk, hashed

_NOTED_EVERY = timedelta(minutes=1)
TOKEN = "hub_"  # noqa: S105 - how a token begins, so that scanners for leaked secrets know it


def by_session(desk: Desk, secret: str) -> tuple[Principal, Session]:
    """Return who is signed in by a cookie. UnknownError where nobody is any more; an idle session ends here."""
    session = desk.sessions.session(hashed(secret))
    if session is None:
        raise UnknownError("sign in")
    now = desk.clock()
    if _over(desk, session, now):
        entry = desk.entry("sign-out", session.user_id, by=GATE, old=[session.shown], reason="not used any more")
        desk.sessions.end([session.id], now, audit=[entry])
        raise UnknownError("the session has ended; sign in again")
    account = desk.accounts.account(session.user_id)
    if account.user.state != "active":
        raise UnknownError("sign in")
    if now - session.seen_at >= _NOTED_EVERY:
        desk.sessions.seen(session.id, now)
    return Principal(account.user, granted(desk, session), session.shown), session


def stands(desk: Desk, secret: str) -> bool:
    """Tell whether a cookie or bearer token still counts. Asking is no use of it: an idle session ends all the same."""
    now, one = desk.clock(), hashed(secret)
    if secret.startswith(TOKEN):
        token = desk.tokens.token(one)
        user_id = token.user_id if token and not _gone(token, now) else None
    else:
        session = desk.sessions.session(one)
        user_id = session.user_id if session and not _over(desk, session, now) else None
    return user_id is not None and desk.accounts.account(user_id).user.state == "active"


def _over(desk: Desk, session: Session, now: datetime) -> bool:
    return now >= session.ends_at or now - session.seen_at >= desk.rules.idle


def _gone(token: ApiToken, now: datetime) -> bool:
    return token.revoked_at is not None or now >= token.ends_at


def granted(desk: Desk, session: Session) -> tuple[Grant, ...]:
    """Return the grants that count in *session*: a password alone opens none of a role that a second factor guards."""
    alone = session.method == "password"
    return tuple(one for one in held(desk, session.user_id) if not (alone and one.role in desk.rules.guarded))


def held(desk: Desk, user_id: str) -> tuple[Grant, ...]:
    """Return the grants of a user, barred where they lack a training that is asked for."""
    grants = tuple(one.grant for one in desk.accounts.held(user_id))
    lacking = desk.lacking(user_id)
    return tuple(
        replace(one, barred=tuple(sorted(lacking[one.role]))) if one.role in lacking else one for one in grants
    )


def by_token(desk: Desk, secret: str) -> Principal:
    """Return whom a bearer token acts for. UnknownError where it is not in force."""
    token = desk.tokens.token(hashed(secret)) if secret.startswith(TOKEN) else None
    now = desk.clock()
    if token is None or _gone(token, now):
        raise UnknownError("the token is not in force")
    account = desk.accounts.account(token.user_id)
    if account.user.state != "active":
        raise UnknownError("the token is not in force")
    if token.used_at is None or now - token.used_at >= _NOTED_EVERY:
        desk.tokens.used(token.id, now)
    return Principal(account.user, held(desk, account.user.id), token.name, token.scopes)
