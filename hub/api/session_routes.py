"""Signing in and out, and who one is."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field, SecretStr

from hub.api import cookies
from hub.api.asking import Asking, TheHub, oneself, open_to_all
from hub.bootstrap import Hub
from hub.domain.accounts import Session
from hub.domain.people import Grant, Principal
from hub.domain.policy import RIGHTS, in_force
from hub.services.accounts.acting import granted
from hub.services.accounts.signing_in import Asked, SignedIn, sign_in, sign_out

router = APIRouter(prefix="/session", tags=["session"])


class SignIn(BaseModel):
    """What one signs in with."""

    email: str = Field(max_length=254)
    password: SecretStr = Field(max_length=256)
    code: str = Field("", max_length=40, description="One-time or recovery code, where a second factor is set up")
    new_password: SecretStr | None = Field(None, max_length=256, description="Where the password is to be changed")


class GrantSeen(BaseModel):
    """A role of the person."""

    role: str
    organization: str
    study: str | None
    unblinded: bool
    until: datetime | None
    rights: list[str]


class SessionSeen(BaseModel):
    """Who is signed in. *csrf* goes with every change that is asked for with the cookie, as X-CSRF-Token."""

    user_id: str
    email: str
    name: str
    organization: str
    locale: str
    timezone: str
    grants: list[GrantSeen]
    csrf: str | None = None
    ends_at: datetime | None = None
    idle_minutes: int | None = None
    second_factor_due: bool = False
    """Roles are missing from `grants` until a second factor is set up and signed in with."""


def let_in(request: Request, response: Response, hub: Hub, form: SignIn) -> SignedIn:
    """Sign somebody in and put the cookie into *response*: what the route and the page of the form do."""
    address = request.client.host if request.client else ""
    request.app.state.doorstep.take(address)
    new = form.new_password.get_secret_value() if form.new_password else None
    asked = Asked(
        email=form.email,
        password=form.password.get_secret_value(),
        code=form.code,
        new_password=new,
        agent=request.headers.get("user-agent", ""),
        address=address,
    )
    signed = sign_in(hub.desk, hub.codes, asked)
    cookies.put(response, signed.secret, secure=hub.settings.secure_cookies)
    return signed


@router.post("", status_code=201, dependencies=[open_to_all()])
def begin(form: SignIn, request: Request, response: Response, hub: TheHub) -> SessionSeen:
    """Sign in with password and, where it is set up, a second factor; the cookie is in the answer's headers."""
    signed = let_in(request, response, hub, form)
    principal = Principal(signed.account.user, granted(hub.desk, signed.session), signed.session.shown)
    return _seen(hub, principal, signed.session, signed.secret)


@router.get("")
def show(asking: Annotated[Asking, oneself()]) -> SessionSeen:
    """Say who asks, and what for they have rights."""
    return _seen(asking.hub, asking.principal, asking.session, asking.secret)


@router.delete("", status_code=204)
def end(asking: Annotated[Asking, oneself()], response: Response) -> None:
    """Sign out."""
    if asking.session is not None:
        sign_out(asking.hub.desk, asking.session, by=asking.principal.actor)
    cookies.drop(response, secure=asking.hub.settings.secure_cookies)


def _seen(hub: Hub, principal: Principal, session: Session | None, secret: str) -> SessionSeen:
    user = principal.user
    return SessionSeen(
        user_id=user.id,
        email=user.email,
        name=user.name,
        organization=user.organization,
        locale=user.locale,
        timezone=user.timezone,
        grants=[_grant(one) for one in principal.grants if in_force(one, hub.clock())],
        csrf=cookies.csrf_of(secret) if session else None,
        ends_at=session.ends_at if session else None,
        idle_minutes=hub.settings.idle_minutes if session else None,
        second_factor_due=session is not None and len(principal.grants) < len(hub.desk.accounts.held(user.id)),
    )


def _grant(grant: Grant) -> GrantSeen:
    return GrantSeen(
        role=str(grant.role),
        organization=grant.organization,
        study=grant.study,
        unblinded=grant.unblinded,
        until=grant.until,
        rights=sorted(RIGHTS[grant.role]),
    )
