"""One's own account: password, second factor, sessions, tokens."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field, SecretStr

from hub.api.asking import Asking, oneself
from hub.api.paging import Page, Paging, sliced
from hub.domain.accounts import Account, ApiToken, Session
from hub.domain.errors import MissingError, RefusedError
from hub.domain.policy import Right
from hub.services.accounts import keeping, second_factor, token_keeping
from hub.services.accounts.signing_in import Asked, prove, sign_out

router = APIRouter(prefix="/me", tags=["own account"])
Own = Annotated[Asking, oneself()]
Id = Annotated[str, Path(max_length=40)]


class PasswordChange(BaseModel):
    """The old password, a code where a second factor is set up, and the new password."""

    password: SecretStr = Field(max_length=256)
    code: str = Field("", max_length=40)
    new_password: SecretStr = Field(max_length=256)


class Proof(BaseModel):
    """What proves again who one is."""

    password: SecretStr = Field(max_length=256)
    code: str = Field("", max_length=40)


class Code(BaseModel):
    """A one-time code of the new second factor."""

    code: str = Field(max_length=40)


class Factor(BaseModel):
    """What an authenticator takes in: the address, and the same as a picture (SVG)."""

    address: str
    qr_svg: str


class Recovery(BaseModel):
    """Codes for the day the authenticator is lost; each works once, and they are shown this once."""

    codes: list[str]


class OwnSession(BaseModel):
    """One place where one is signed in."""

    id: str
    method: str
    agent: str
    address: str
    began_at: datetime
    seen_at: datetime
    ends_at: datetime
    current: bool


class NewToken(BaseModel):
    """A token to be made, with some of one's own rights."""

    name: str = Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]*\S[^\x00-\x1f]*$")
    scopes: set[Right] = Field(min_length=1)
    days: int = Field(90, ge=1, le=365)


class TokenSeen(BaseModel):
    """A token; its secret is in the answer that made it and nowhere else."""

    id: str
    name: str
    scopes: list[str]
    made_at: datetime
    ends_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None
    secret: str | None = None


@router.post("/password", status_code=204)
def change_password(asking: Own, form: PasswordChange) -> None:
    """Choose a new password; every session but this one ends."""
    desk, account = asking.hub.desk, _proved(asking, form.password, form.code)
    keeping.choose_password(desk, account, form.new_password.get_secret_value())
    for one in desk.sessions.sessions(account.user.id):
        if asking.session is not None and one.id != asking.session.id:
            sign_out(desk, one, by=asking.principal.actor, reason="password changed")


@router.post("/second-factor", status_code=201)
def begin_second_factor(asking: Own, form: Proof) -> Factor:
    """Begin to set up a second factor."""
    import segno

    begun = second_factor.begin(asking.hub.desk, asking.hub.codes, _proved(asking, form.password, form.code))
    picture = segno.make(begun.address, error="m").svg_inline(scale=4)
    return Factor(address=begun.address, qr_svg=picture)


@router.post("/second-factor/confirm")
def confirm_second_factor(asking: Own, form: Code) -> Recovery:
    """Show a code of the new second factor; it is asked for from now on."""
    account = asking.hub.desk.accounts.account(_person(asking).user_id)
    return Recovery(codes=list(second_factor.confirm(asking.hub.desk, asking.hub.codes, account, form.code)))


@router.post("/second-factor/remove", status_code=204)
def remove_second_factor(asking: Own, form: Proof) -> None:
    """Ask for no second factor any more."""
    account = _proved(asking, form.password, form.code)
    second_factor.remove(asking.hub.desk, account, by=asking.principal.actor, reason="by the person")


@router.get("/sessions")
def list_sessions(asking: Own, paging: Paging) -> Page[OwnSession]:
    """List where one is signed in."""
    found = [one for one in asking.hub.desk.sessions.sessions(asking.principal.user.id) if one.ends_at > asking.at]
    return sliced(found, paging, form=lambda one: _session(one, asking), name=lambda one: one.shown)


@router.delete("/sessions/{id}", status_code=204)
def end_session(asking: Own, id: Id) -> None:
    """End one of one's sessions."""
    _person(asking)
    desk = asking.hub.desk
    found = next((one for one in desk.sessions.sessions(asking.principal.user.id) if one.shown == id), None)
    if found is None:
        raise MissingError("there is no such session")
    sign_out(desk, found, by=asking.principal.actor, reason="ended by its owner")


@router.get("/tokens")
def list_tokens(asking: Own, paging: Paging) -> Page[TokenSeen]:
    """List one's tokens, newest first."""
    return sliced(asking.hub.desk.tokens.tokens(asking.principal.user.id), paging, form=_token)


@router.post("/tokens", status_code=201)
def make_token(asking: Own, form: NewToken) -> TokenSeen:
    """Make a token; its secret is shown this once, so that nothing of it is kept for a second answer."""
    _person(asking)
    made = token_keeping.make(
        asking.hub.desk, asking.principal, name=form.name, scopes=frozenset(form.scopes), days=form.days
    )
    return _token(made.token).model_copy(update={"secret": made.secret})


@router.delete("/tokens/{id}", status_code=204)
def revoke_token(asking: Own, id: Id) -> None:
    """End one of one's tokens."""
    _person(asking)
    token_keeping.revoke(asking.hub.desk, asking.principal.user.id, id, by=asking.principal.actor)


def _person(asking: Asking) -> Session:
    if asking.session is None:
        raise RefusedError("a token cannot do this: sign in")
    return asking.session


def _proved(asking: Asking, password: SecretStr, code: str) -> Account:
    """Return one's account once password and code are right; wrong ones count towards the lock."""
    session = _person(asking)
    asked = Asked(
        email=asking.principal.user.email,
        password=password.get_secret_value(),
        code=code,
        agent=session.agent,
        address=session.address,
    )
    return prove(asking.hub.desk, asking.hub.codes, asked)


def _session(session: Session, asking: Asking) -> OwnSession:
    names = ("method", "agent", "address", "began_at", "seen_at", "ends_at")
    current = asking.session is not None and asking.session.id == session.id
    return OwnSession(id=session.shown, current=current, **{name: getattr(session, name) for name in names})


def _token(token: ApiToken) -> TokenSeen:
    names = ("id", "name", "made_at", "ends_at", "used_at", "revoked_at")
    return TokenSeen(scopes=sorted(token.scopes), **{name: getattr(token, name) for name in names})
