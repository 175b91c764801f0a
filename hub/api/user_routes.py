"""Accounts, kept by administrators of an organization."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel, Field, SecretStr

from hub.api import etags
from hub.api.asking import Asking, TheHub, may
from hub.api.etags import Changing, Stepping
from hub.api.once import Creating
from hub.api.paging import Page, Paging, sealed, sliced
from hub.domain.accounts import Account, Held
from hub.domain.errors import MissingError, RefusedError, UsageError
from hub.domain.people import EVERY, Grant, Role, User
from hub.domain.policy import Right, Scope
from hub.services.accounts import keeping, second_factor

router = APIRouter(prefix="/users", tags=["users"])
Short = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]*\S[^\x00-\x1f]*$")]
Reason = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")]
_SCANNED = 500


class UserSeen(BaseModel):
    """An account."""

    id: str
    email: str
    name: str
    organization: str
    locale: str
    timezone: str
    state: str
    locked_until: datetime | None
    second_factor: bool

    @classmethod
    def of(cls, account: Account) -> "UserSeen":
        """Return the form of an account."""
        user = account.user
        names = (name for name in cls.model_fields if name != "second_factor")
        return cls(**{name: getattr(user, name) for name in names}, second_factor=account.confirmed)


class NewUser(BaseModel):
    """An account to be made; the password has to be changed at the first sign-in. Without one: single sign-on only."""

    email: Annotated[str, Field(max_length=254)]
    name: Short
    organization: Short
    locale: Annotated[str, Field(max_length=20, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] = "en"
    timezone: Annotated[str, Field(max_length=60, pattern=r"^[A-Za-z0-9_+/-]+$")] = "UTC"
    password: SecretStr | None = Field(None, max_length=256)


class UserChange(BaseModel):
    """What changes of an account; what is left out stays."""

    name: Short | None = None
    locale: Annotated[str, Field(max_length=20, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] | None = None
    timezone: Annotated[str, Field(max_length=60, pattern=r"^[A-Za-z0-9_+/-]+$")] | None = None
    reason: str = Field("", max_length=2000)


class Why(BaseModel):
    """Why it is done; stands in the audit trail."""

    reason: Reason


class NewPassword(Why):
    """A password that its owner has to change at the next sign-in."""

    password: SecretStr = Field(max_length=256)


class GrantForm(BaseModel):
    """A role for one organization's data (`*`: for all of this hub's), in one study or in all."""

    role: Role
    organization: Short
    study: Short | None = None
    unblinded: bool = False
    until: datetime | None = Field(None, description="The end; an inspector's access needs one")
    reason: str = Field("", max_length=2000)


class HeldSeen(BaseModel):
    """A role as it was given."""

    id: str
    role: Role
    organization: str
    study: str | None
    unblinded: bool
    until: datetime | None
    given_by: str
    given_at: datetime

    @classmethod
    def of(cls, held: Held) -> "HeldSeen":
        """Return the form of a grant."""
        grant = held.grant
        told = {name: getattr(grant, name) for name in ("role", "organization", "study", "unblinded", "until")}
        return cls(id=held.id, given_by=held.given_by, given_at=held.given_at, **told)


def the_account(id: Annotated[str, Path(max_length=40)], hub: TheHub) -> Account:
    """Return the account of the path."""
    try:
        return hub.desk.accounts.account(id)
    except MissingError as error:
        raise MissingError("there is no such thing") from error


def account_scope(account: Annotated[Account, Depends(the_account)]) -> Scope:
    """Return whose the account of the path is."""
    return Scope(frozenset({account.user.organization}))


The = Annotated[Account, Depends(the_account)]
Managing = Annotated[Asking, may(Right.USERS_MANAGE, account_scope)]


@router.get("")
def list_users(asking: Annotated[Asking, may(Right.USERS_MANAGE)], paging: Paging) -> Page[UserSeen]:
    """List the accounts of one's organizations by address. A page may hold fewer than its limit with a next one."""
    (after,) = paging.place(str) or ("",)
    come = asking.hub.desk.accounts.accounts(after=after, limit=_SCANNED)
    found = list[UserSeen]()
    for account in come:
        after = account.user.email
        if asking.may(Right.USERS_MANAGE, account_scope(account)):
            found.append(UserSeen.of(account))
        if len(found) == paging.limit:
            return Page(items=found, next=sealed(after))
    return Page(items=found, next=sealed(after) if len(come) == _SCANNED else None)


@router.post("", status_code=201, response_model=UserSeen)
def create(asking: Annotated[Asking, may(Right.USERS_MANAGE)], form: NewUser, once: Creating) -> Response:
    """Make an account for somebody of one's organization."""
    asking.check(Right.USERS_MANAGE, Scope(frozenset({form.organization})))
    desk = asking.hub.desk
    user = User(desk.new_id(), form.email, form.name, form.organization, form.locale, form.timezone)
    password = form.password.get_secret_value() if form.password else None
    return once.answer(
        form,
        lambda: UserSeen.of(keeping.create(desk, user, by=asking.principal.actor, password=password)),
        location=lambda seen: f"/api/v1/users/{seen.id}",
    )


@router.get("/{id}")
def show(account: The, _asking: Managing, response: Response) -> UserSeen:
    """Show an account."""
    etags.put(response, version_of(account))
    return UserSeen.of(account)


@router.patch("/{id}")
def change(account: The, asking: Managing, form: UserChange, match: Changing, response: Response) -> UserSeen:
    """Change name, locale or zone."""
    match.check(version_of(account))
    changed = {name: value for name in ("name", "locale", "timezone") if (value := getattr(form, name)) is not None}
    after = keeping.edit(asking.hub.desk, account, by=asking.principal.actor, reason=form.reason, **changed)
    etags.put(response, version_of(after))
    return UserSeen.of(after)


@router.post("/{id}/deactivate")
def deactivate(account: The, asking: Managing, form: Why, match: Stepping, response: Response) -> UserSeen:
    """Let nobody sign in to an account any more; its sessions and tokens end."""
    match.check(version_of(account))
    _of_another(asking, account)
    return _after(keeping.deactivate(asking.hub.desk, account, by=asking.principal.actor, reason=form.reason), response)


@router.post("/{id}/activate")
def activate(account: The, asking: Managing, form: Why, match: Stepping, response: Response) -> UserSeen:
    """Open a deactivated or locked account again."""
    match.check(version_of(account))
    return _after(keeping.activate(asking.hub.desk, account, by=asking.principal.actor, reason=form.reason), response)


@router.post("/{id}/password")
def reset_password(account: The, asking: Managing, form: NewPassword, match: Stepping, response: Response) -> UserSeen:
    """Give a password that has to be changed at the next sign-in."""
    match.check(version_of(account))
    _of_another(asking, account)
    desk, password = asking.hub.desk, form.password.get_secret_value()
    after = keeping.reset_password(desk, account, password, by=asking.principal.actor, reason=form.reason)
    return _after(after, response)


@router.post("/{id}/second-factor/remove")
def remove_second_factor(account: The, asking: Managing, form: Why, match: Stepping, response: Response) -> UserSeen:
    """Take away a second factor that its owner lost."""
    match.check(version_of(account))
    _of_another(asking, account)
    after = second_factor.remove(asking.hub.desk, account, by=asking.principal.actor, reason=form.reason)
    return _after(after, response)


@router.get("/{id}/grants")
def list_grants(account: The, asking: Managing, paging: Paging) -> Page[HeldSeen]:
    """List the roles of a user."""
    return sliced(asking.hub.desk.accounts.held(account.user.id), paging, form=HeldSeen.of)


@router.post("/{id}/grants", status_code=201, response_model=HeldSeen)
def give(account: The, asking: Managing, form: GrantForm, once: Creating) -> Response:
    """Give a role for data of an organization that one administers; never to oneself."""
    _of_another(asking, account)
    asking.check(Right.USERS_MANAGE, _administered(form.organization))
    try:
        grant = Grant(form.role, form.organization, form.study, form.unblinded, form.until)
    except ValueError as error:
        raise UsageError(str(error)) from error
    desk, who = asking.hub.desk, asking.principal.actor
    return once.answer(form, lambda: HeldSeen.of(keeping.give(desk, account, grant, by=who, reason=form.reason)))


@router.delete("/{id}/grants/{grant}", status_code=204)
def revoke(account: The, asking: Managing, grant: Annotated[str, Path(max_length=40)]) -> None:
    """Take a role back."""
    keeping.revoke(asking.hub.desk, account, grant, by=asking.principal.actor)


@router.delete("/{id}/sessions", status_code=204)
def end_sessions(account: The, asking: Managing) -> None:
    """End every session of a user."""
    keeping.end_all(asking.hub.desk, account.user.id, by=asking.principal.actor, reason="ended by an administrator")


def _administered(organization: str) -> Scope:
    return Scope(frozenset() if organization == EVERY else frozenset({organization}))


def version_of(account: Account) -> tuple[str, int]:
    """Return what the entity tag of an account is made of."""
    return account.user.id, account.version


def _after(account: Account, response: Response) -> UserSeen:
    etags.put(response, version_of(account))
    return UserSeen.of(account)


def _of_another(asking: Asking, account: Account) -> None:
    if asking.principal.user.id == account.user.id:
        raise RefusedError("nobody does this to their own account: ask another administrator")
