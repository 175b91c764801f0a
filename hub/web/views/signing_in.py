"""Signing in: password, then the second factor or a new password where one is due; signing out; the language before."""

import json
from typing import Annotated
from urllib.parse import urlencode

from cryptography.fernet import InvalidToken
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import SecretStr

from hub.api import cookies
from hub.api.asking import Asking, TheHub, oneself
from hub.api.session_routes import SignIn, let_in
from hub.api.sso_routes import SSO
from hub.bootstrap import Hub
from hub.domain.errors import UnknownError, UsageError
from hub.domain.locales import LOCALES
from hub.services.accounts.signing_in import CodeDueError, PasswordDueError, sign_out
from hub.web import frame
from hub.web.failures import sign_in_again

router = APIRouter(include_in_schema=False)
_GIVEN_FOR_S = 300
_MONTHS_S = 180 * 24 * 3600
Text = Annotated[str, Form(max_length=2000)]


@router.get("/sign-in")
def form(request: Request, hub: TheHub, next: str = "/", done: str = "") -> Response:
    """Show the form."""
    reader = frame.stranger(request, hub)
    told = [("ok", reader.words.text("You have signed out."))] if done == "out" else []
    return _form(request, hub, next=next, told=told)


@router.post("/sign-in")
def begin(
    request: Request, hub: TheHub, email: Text, password: Annotated[SecretStr, Form()], next: Text = "/"
) -> Response:
    """Sign in, or go on to the second step where one is due."""
    secret = SecretStr(password.get_secret_value()[:256])
    given = SignIn(email=email[:254], password=secret, code="", new_password=None)
    return _try(request, hub, given, next=next, first=True)


@router.post("/sign-in/more")
def more(
    request: Request,
    hub: TheHub,
    given: Text,
    code: Annotated[str, Form(max_length=40)] = "",
    new_password: Annotated[SecretStr | None, Form()] = None,
    next: Text = "/",
) -> Response:
    """Sign in with what was given before and a code or a new password."""
    try:
        opened = hub.cipher.decrypt(given.encode(), ttl=_GIVEN_FOR_S).decode()
    except InvalidToken:
        return RedirectResponse("/sign-in", 303)
    before = SignIn.model_validate_json(opened)
    asked = SignIn(
        email=before.email, password=before.password, code=code or before.code, new_password=new_password or None
    )
    return _try(request, hub, asked, next=next, first=False)


@router.post("/sign-out")
def end(asking: Annotated[Asking, oneself()]) -> Response:
    """Sign out."""
    if asking.session is not None:
        sign_out(asking.hub.desk, asking.session, by=asking.principal.actor)
    answer = frame.go("/sign-in", done="out")
    cookies.drop(answer, secure=asking.hub.settings.secure_cookies)
    return answer


@router.post("/locale")
def choose(locale: Text, next: Text = "/") -> Response:
    """Remember the language in which pages before sign-in are shown."""
    answer = RedirectResponse(frame.within(next), 303)
    if locale in LOCALES:
        answer.set_cookie(frame.LOCALE_COOKIE, locale, max_age=_MONTHS_S, httponly=True, samesite="lax")
    return answer


def _try(request: Request, hub: Hub, asked: SignIn, *, next: str, first: bool) -> Response:
    answer = RedirectResponse(frame.within(next), 303)
    reader = frame.stranger(request, hub)
    try:
        let_in(request, answer, hub, asked)
    except CodeDueError:
        return _more(request, hub, asked, asks="code", next=next)
    except PasswordDueError:
        return _more(request, hub, asked, asks="password", next=next)
    except UnknownError:
        said = sign_in_again(reader)
        if first:
            return _form(request, hub, next=next, email=asked.email, said=said, status=401)
        return _more(request, hub, asked, asks="code", next=next, said=said, status=401)
    except UsageError as error:  # the new password will not do
        return _more(request, hub, asked, asks="password", next=next, said=str(error), status=422)
    return answer


def _form(
    request: Request,
    hub: Hub,
    *,
    next: str,
    email: str = "",
    said: str = "",
    status: int = 200,
    told: list[tuple[str, str]] | None = None,
) -> Response:
    reader = frame.stranger(request, hub)
    return frame.PAGES.show(
        "sign_in.html",
        reader,
        status=status,
        told=told or [],
        next=frame.within(next),
        email=email,
        said=said,
        single_sign_on=f"{SSO}?{urlencode({'then': frame.within(next)})}" if hub.settings.oidc_issuer else None,
    )


def _more(
    request: Request, hub: Hub, asked: SignIn, *, asks: str, next: str, said: str = "", status: int = 200
) -> Response:
    """Show the second step; what was given in the first travels sealed, and holds for five minutes."""
    reader = frame.stranger(request, hub)
    kept = {"email": asked.email, "password": asked.password.get_secret_value(), "code": asked.code}
    coded, kept["code"] = bool(asked.code), ""  # a code that was taken is taken no second time
    heading = reader.words.text("New password") if asks == "password" else reader.words.text("Second factor")
    return frame.PAGES.show(
        "sign_in_more.html",
        reader,
        status=status,
        heading=heading,
        asks=asks,
        coded=coded and asks == "password",
        next=frame.within(next),
        said=said,
        given=hub.cipher.encrypt(json.dumps(kept).encode()).decode(),
        locales=(),
    )
