"""One's own account: language and zone, password, second factor, sessions, tokens."""

from base64 import b64encode
from datetime import date
from typing import Annotated, Any
from zoneinfo import available_timezones

from fastapi import APIRouter, Form, Request, Response
from pydantic import SecretStr

from hub.api.asking import Asking, oneself
from hub.domain.accounts import Account
from hub.domain.errors import MissingError, RefusedError, UnknownError, UsageError
from hub.domain.locales import LOCALES
from hub.domain.policy import RIGHTS, Right, in_force
from hub.services.accounts import keeping, second_factor, token_keeping
from hub.services.accounts.signing_in import Asked, prove, sign_out
from hub.web import frame
from hub.web.failures import sign_in_again
from hub.web.reader import Reader, role_name
from hub.web.views.training import qualifications
from hub.web.zones import zones

router = APIRouter(prefix="/account", include_in_schema=False)
Own = Annotated[Asking, oneself()]
Text = Annotated[str, Form(max_length=300)]


@router.get("")
def show(request: Request, asking: Own) -> Response:
    """Show the account."""
    return _account(request, asking)


@router.post("")
def change(asking: Own, locale: Text, timezone: Text) -> Response:
    """Change language and zone."""
    if locale not in LOCALES or timezone not in available_timezones():
        raise UsageError("choose a language and a time zone of the list")
    account = _own(asking)
    keeping.edit(asking.hub.desk, account, by=asking.principal.actor, locale=locale, timezone=timezone)
    return frame.go("/account", done="saved")


@router.post("/password")
def change_password(
    request: Request,
    asking: Own,
    password: Annotated[SecretStr, Form()],
    new_password: Annotated[SecretStr, Form()],
    code: Text = "",
) -> Response:
    """Choose a new password; every other session ends."""
    try:
        account = _proved(asking, password, code)
        keeping.choose_password(asking.hub.desk, account, new_password.get_secret_value())
    except UnknownError:
        return _account(request, asking, told=[("bad", sign_in_again(frame.reader_of(asking)))], status=401)
    except UsageError as error:
        return _account(request, asking, told=[("bad", str(error))], status=422)
    _end_others(asking, reason="password changed")
    return frame.go("/account", done="saved")


@router.post("/sessions")
def end_sessions(asking: Own, session: Text) -> Response:
    """End one of one's sessions, or all others."""
    desk = asking.hub.desk
    if session == "others":
        _end_others(asking, reason="ended by its owner")
        return frame.go("/account", done="removed")
    found = next((one for one in desk.sessions.sessions(asking.principal.user.id) if one.shown == session), None)
    if found is None:
        raise MissingError("there is no such session")
    sign_out(desk, found, by=asking.principal.actor, reason="ended by its owner")
    return frame.go("/account", done="removed")


@router.post("/tokens")
def make_token(
    request: Request, asking: Own, name: Text, until: Text, scopes: Annotated[list[str], Form(max_length=40)]
) -> Response:
    """Make a token, whose secret the answer shows this once."""
    try:
        days = (date.fromisoformat(until) - asking.at.date()).days
        wanted = frozenset(Right(one) for one in scopes)
    except ValueError as error:
        raise UsageError("give the token a last day, and rights of the list") from error
    made = token_keeping.make(asking.hub.desk, asking.principal, name=name, scopes=wanted, days=days)
    return _account(request, asking, fresh_token=made.secret)


@router.post("/tokens/{id}")
def end_token(id: str, asking: Own) -> Response:
    """End a token."""
    token_keeping.revoke(asking.hub.desk, asking.principal.user.id, id, by=asking.principal.actor)
    return frame.go("/account", done="removed")


@router.get("/second-factor")
def factor(request: Request, asking: Own) -> Response:
    """Ask for the password before a second factor is set up."""
    return _factor(request, asking)


@router.post("/second-factor")
def set_factor(
    request: Request, asking: Own, do: Text, password: Annotated[SecretStr | None, Form()] = None, code: Text = ""
) -> Response:
    """Begin with a new second factor, or show a code of it."""
    hub, said = asking.hub, sign_in_again(frame.reader_of(asking))
    if do == "confirm":
        account = _own(asking)
        try:
            codes = second_factor.confirm(hub.desk, hub.codes, account, code)
        except UnknownError:
            return _factor(
                request, asking, address=hub.codes.address(account.secret or "", account.user.email), said=said
            )
        return _factor(request, asking, recovery=codes)
    try:
        account = _proved(asking, password or SecretStr(""), code)
    except UnknownError:
        return _factor(request, asking, said=said)
    if account.confirmed:
        account = second_factor.remove(hub.desk, account, by=asking.principal.actor, reason="set up anew")
    return _factor(request, asking, address=second_factor.begin(hub.desk, hub.codes, account).address)


def _account(request: Request, asking: Asking, **view: Any) -> Response:
    desk, account, reader = asking.hub.desk, _own(asking), frame.reader_of(asking)
    user = account.user
    rights = {right for one in asking.principal.grants if in_force(one, asking.at) for right in RIGHTS[one.role]}
    return frame.show(
        request,
        asking,
        "account.html",
        trained=qualifications(asking, reader, asking.principal.user.id),
        **{
            "user": user,
            "zones": zones(user.timezone),
            "second_factor": account.confirmed,
            "recovery_left": len(account.recovery),
            "grants": [_grant(reader, one) for one in asking.principal.grants],
            "sessions": [one for one in desk.sessions.sessions(user.id) if one.ends_at > asking.at],
            "this_session": asking.session.shown if asking.session else "",
            "tokens": desk.tokens.tokens(user.id),
            "scopes": sorted(str(one) for one in rights),
            "fresh_token": "",
            **view,
        },
    )


def _grant(reader: Reader, grant: Any) -> str:
    words = reader.words
    study = grant.study or words.text("every study")
    organization = words.text("every organization") if grant.organization == "*" else grant.organization
    until = f", {words.text('until {day}', day=words.date(grant.until.date(), style='short'))}" if grant.until else ""
    return f"{role_name(words, str(grant.role))} – {organization} – {study}{until}"


def _factor(
    request: Request, asking: Asking, *, address: str = "", said: str = "", recovery: tuple[str, ...] = ()
) -> Response:
    return frame.show(
        request,
        asking,
        "second_factor.html",
        address=address,
        qr=_picture(address) if address else "",
        said=said,
        recovery=recovery,
        asks_code=_own(asking).confirmed,
        status=401 if said else 200,
    )


def _picture(address: str) -> str:
    import io

    import segno

    made = io.BytesIO()
    segno.make(address, error="m").save(made, kind="svg", scale=4, border=1)
    return f"data:image/svg+xml;base64,{b64encode(made.getvalue()).decode()}"


def _own(asking: Asking) -> Account:
    if asking.session is None:
        raise RefusedError("a token cannot do this: sign in")
    return asking.hub.desk.accounts.account(asking.principal.user.id)


def _proved(asking: Asking, password: SecretStr, code: str) -> Account:
    session = asking.session
    if session is None:
        raise RefusedError("a token cannot do this: sign in")
    email, secret = asking.principal.user.email, password.get_secret_value()[:256]
    asked = Asked(email=email, password=secret, code=code, agent=session.agent, address=session.address)
    return prove(asking.hub.desk, asking.hub.codes, asked)


def _end_others(asking: Asking, *, reason: str) -> None:
    desk = asking.hub.desk
    for one in desk.sessions.sessions(asking.principal.user.id):
        if asking.session is None or one.id != asking.session.id:
            sign_out(desk, one, by=asking.principal.actor, reason=reason)
