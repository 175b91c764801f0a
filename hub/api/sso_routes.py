"""The way to the organization's identity provider and back: for browsers, outside of the described API."""

import json
import secrets
from dataclasses import asdict
from typing import Annotated, Literal

from cryptography.fernet import InvalidToken
from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse

from hub.api import cookies
from hub.api.asking import TheHub, open_to_all, somebody
from hub.bootstrap import Hub
from hub.domain.errors import MissingError, UnknownError
from hub.domain.sign_on import Asked
from hub.ports import IdentityProvider
from hub.services.accounts.signing_in import Asked as Came
from hub.services.accounts.signing_in import open_session
from hub.services.accounts.single_sign_on import account_of, proved_again

SSO = "/api/v1/session/sso"
"""Where a page sends the browser to sign in, or with `purpose=proof` to prove it again."""
router = APIRouter(prefix="/session/sso", tags=["session"], include_in_schema=False, dependencies=[open_to_all()])
_LASTS_S = 600
_BACK = f"{SSO}/back"
_COOKIE = "sso"


@router.get("")
def begin(
    request: Request,
    hub: TheHub,
    then: Annotated[str, Query(max_length=500)] = "/",
    purpose: Literal["sign-in", "proof"] = "sign-in",
) -> RedirectResponse:
    """Send the browser to the provider; for a *proof* it asks for the password even where one is signed in there."""
    request.app.state.doorstep.take(request.client.host if request.client else "")
    asked = Asked(
        state=secrets.token_urlsafe(24),
        nonce=secrets.token_urlsafe(24),
        verifier=secrets.token_urlsafe(48),
        back=f"{hub.settings.public_url or str(request.base_url).rstrip('/')}{_BACK}",
        asked_at=hub.clock().timestamp(),
        anew=purpose == "proof",
        then=_inside(then),
    )
    answer = RedirectResponse(_provider(hub).address(asked), 303)
    sealed = hub.cipher.encrypt(json.dumps(asdict(asked)).encode()).decode()
    secure = hub.settings.secure_cookies
    answer.set_cookie(_name(hub), sealed, max_age=_LASTS_S, httponly=True, secure=secure, samesite="lax", path="/")
    return answer


@router.get("/back")
async def back(
    request: Request,
    hub: TheHub,
    state: Annotated[str, Query(max_length=200)] = "",
    code: Annotated[str, Query(max_length=4000)] = "",
    error: Annotated[str, Query(max_length=200)] = "",
) -> RedirectResponse:
    """Take in who comes back from the provider: sign them in, or note that they have proved again who they are."""
    from fastapi.concurrency import run_in_threadpool

    asked = _asked(hub, request)
    if error or not code or not secrets.compare_digest(state.encode(), asked.state.encode()):
        raise UnknownError("single sign-on was not finished; sign in again")
    identity = await run_in_threadpool(_provider(hub).identity, asked, code)
    answer = RedirectResponse(asked.then, 303)
    answer.delete_cookie(_name(hub), httponly=True, secure=hub.settings.secure_cookies, samesite="lax", path="/")
    if asked.anew:
        asking = await somebody(request)
        if asking.session is None:
            raise UnknownError("sign in")
        await run_in_threadpool(proved_again, hub.desk, asking.session, identity, asked)
        return answer
    address = request.client.host if request.client else ""
    account = await run_in_threadpool(account_of, hub.desk, identity, address=address)
    came = Came(account.user.email, "", agent=request.headers.get("user-agent", ""), address=address)
    signed = await run_in_threadpool(open_session, hub.desk, account, method="sso", asked=came)
    cookies.put(answer, signed.secret, secure=hub.settings.secure_cookies)
    return answer


def _provider(hub: Hub) -> IdentityProvider:
    if hub.identity_provider is None:
        raise MissingError("single sign-on is not set up (HUB_OIDC_ISSUER)")
    return hub.identity_provider


def _asked(hub: Hub, request: Request) -> Asked:
    try:
        told = hub.cipher.decrypt(request.cookies.get(_name(hub), "").encode(), ttl=_LASTS_S)
    except InvalidToken as error:
        raise UnknownError("single sign-on was not begun in this browser, or took too long; sign in again") from error
    return Asked(**json.loads(told))


def _name(hub: Hub) -> str:
    return f"{cookies.name(secure=hub.settings.secure_cookies)}-{_COOKIE}"


def _inside(then: str) -> str:
    """Return a path of our own: nobody is sent elsewhere by us."""
    return then if then.startswith("/") and not then.startswith(("//", "/\\")) and then.isprintable() else "/"
