"""Administration of people: accounts, the roles they have, and whether they still need them."""

import secrets
from datetime import UTC, date, datetime, time
from types import SimpleNamespace
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response

from hub.api.asking import Asking, may
from hub.api.etags import etag
from hub.domain.accounts import Account, Held
from hub.domain.errors import MissingError, RefusedError, UsageError
from hub.domain.people import EVERY, Grant, Role, User
from hub.domain.places import HUB_ITSELF
from hub.domain.policy import Right, Scope
from hub.domain.reminders import ReviewKind
from hub.services import trail_reviews
from hub.services.accounts import keeping
from hub.web import frame
from hub.web.reader import Reader, role_name
from hub.web.shown import Shown, standing_of
from hub.web.views import review_plan
from hub.web.views.audit import sees
from hub.web.views.system import administration
from hub.web.zones import zones

router = APIRouter(prefix="/administration", include_in_schema=False)
Managing = Annotated[Asking, may(Right.USERS_MANAGE)]
Text = Annotated[str, Form(max_length=300)]
Reason = Annotated[str, Form(max_length=500)]
_PAGE = 50
_MOST = 500


@router.get("")
def first(asking: Annotated[Asking, may(Right.SYSTEM_OPERATE)]) -> Response:
    """Send on to the first part that is open to who asks."""
    del asking
    return frame.go("/administration/users")


@router.get("/users")
def users(request: Request, asking: Managing, after: Annotated[str, Query(max_length=300)] = "") -> Response:
    """List accounts."""
    return _users(request, asking, after=after)


@router.post("/users")
def add(
    request: Request,
    asking: Managing,
    name: Text,
    email: Text,
    organization: Text,
    locale: Text = "en",
    timezone: Text = "UTC",
) -> Response:
    """Make an account; its first password is shown this once."""
    asking.check(Right.USERS_MANAGE, Scope(frozenset({organization})))
    desk, password = asking.hub.desk, _first_password()
    user = User(desk.new_id(), email, name.strip(), organization.strip(), locale, timezone)
    keeping.create(desk, user, by=asking.principal.actor, password=password)
    return _users(request, asking, given_password=password, given_name=user.name, given_id=user.id)


@router.get("/users/{id}")
def user(id: str, request: Request, asking: Managing) -> Response:
    """Show an account and its roles."""
    return _user(request, asking, account_of(asking, id))


@router.post("/users/{id}/state")
def change_state(id: str, request: Request, asking: Managing, do: Text, reason: Reason, shown: Shown) -> Response:
    """Deactivate or activate an account, or give it a new password."""
    account, desk, by = account_of(asking, id), asking.hub.desk, asking.principal.actor
    _of_another(asking, account)
    shown.check(standing_of(account, desk.accounts.held(id)))
    if do == "password":
        password = _first_password()
        keeping.reset_password(desk, account, password, by=by, reason=reason)
        return _user(request, asking, account_of(asking, id), given_password=password)
    change = {"deactivate": keeping.deactivate, "activate": keeping.activate}.get(do)
    if change is None:
        raise UsageError(f"{do}: is nothing that can be done with an account")
    change(desk, account, by=by, reason=reason)
    return frame.go(f"/administration/users/{frame.part(id)}", done="saved")


@router.post("/users/{id}/grants")
def give(
    id: str,
    asking: Managing,
    role: Text,
    organization: Text,
    study: Text = "",
    until: Text = "",
    unblinded: Text = "",
) -> Response:
    """Give a role for data of an organization that one administers; never to oneself."""
    account, place = account_of(asking, id), organization.strip()
    _of_another(asking, account)
    asking.check(Right.USERS_MANAGE, HUB_ITSELF if place == EVERY else Scope(frozenset({place})))
    if role not in set(Role):
        raise UsageError(f"{role}: is no role", field="role")
    end = _last_moment(until) if until else None
    try:
        grant = Grant(Role(role), place, study.strip() or None, unblinded == "yes", end)
    except ValueError as error:
        raise UsageError(str(error), field="until") from error
    keeping.give(asking.hub.desk, account, grant, by=asking.principal.actor)
    return frame.go(f"/administration/users/{frame.part(id)}", done="saved")


def _last_moment(day: str) -> datetime:
    try:
        return datetime.combine(date.fromisoformat(day), time.max, UTC)
    except ValueError as error:
        raise UsageError(f"{day}: is no day", field="until") from error


@router.post("/users/{id}/grants/{grant}")
def revoke(id: str, grant: str, asking: Managing) -> Response:
    """Take a role back."""
    keeping.revoke(asking.hub.desk, account_of(asking, id), grant, by=asking.principal.actor)
    return frame.go(f"/administration/users/{frame.part(id)}", done="removed")


@router.get("/access-review")
def access(request: Request, asking: Managing) -> Response:
    """Show every role in force, to be looked through."""
    reader, desk = frame.reader_of(asking), asking.hub.desk
    rows = []
    for account in _accounts(asking):
        used = max((one.seen_at for one in desk.sessions.sessions(account.user.id)), default=None)
        for held in desk.accounts.held(account.user.id):
            row = _held(reader, held)
            row.user_id, row.name, row.used = account.user.id, account.user.name, used
            rows.append(row)
    plan = review_plan.shown(asking, ReviewKind.ACCESS)
    past = trail_reviews.reviews(asking.hub.trail, trail_reviews.ACCESS, sees(asking))
    return administration(request, asking, "access_review.html", "access", rows=rows, past=past, plan=plan)


@router.post("/access-review")
def record(
    asking: Managing,
    findings: Annotated[str, Form(max_length=3000)],
    seen: Annotated[list[str] | None, Form(max_length=100)] = None,
    needed: Annotated[list[str] | None, Form(max_length=100)] = None,
) -> Response:
    """Record that the roles on the page were looked through: those that were ticked are still needed."""
    desk, ticked, shown = asking.hub.desk, set(needed or ()), set(seen or ())
    found: tuple[list[str], list[str]] = ([], [])
    for account in _accounts(asking):
        for held in desk.accounts.held(account.user.id):
            if held.id in shown:
                found[held.id not in ticked].append(_in_words(account.user, held.grant))
    scope = f"{sum(map(len, found))} roles of {len(_accounts(asking))} accounts"
    trail_reviews.record(
        desk, asking.principal, trail_reviews.ACCESS, scope=scope, findings=findings, needed=found[0], doubted=found[1]
    )
    return frame.go("/administration/access-review", done="recorded")


def _in_words(user: User, grant: Grant) -> str:
    return f"{user.email}: {grant.role}, {grant.organization}, {grant.study or 'every study'}"


def _users(request: Request, asking: Asking, *, after: str = "", **view: Any) -> Response:
    reader, desk = frame.reader_of(asking), asking.hub.desk
    found = _accounts(asking, after=after)
    rows = []
    for account in found[:_PAGE]:
        state, tone = _state(reader, account)
        roles = (role_name(reader.words, str(one.grant.role)) for one in desk.accounts.held(account.user.id))
        told = {"state": state, "tone": tone, "second_factor": account.confirmed}
        plain = {name: getattr(account.user, name) for name in ("id", "name", "email", "organization")}
        rows.append(SimpleNamespace(**plain, **told, roles=", ".join(dict.fromkeys(roles))))
    last = found[_PAGE - 1].user.email if len(found) > _PAGE else None
    own = asking.principal.user
    given = SimpleNamespace(name="", email="", organization=own.organization, locale=own.locale, timezone=own.timezone)
    return administration(
        request,
        asking,
        "users.html",
        "users",
        **{
            "rows": rows,
            "given": given,
            "zones": zones(own.timezone),
            "organizations": sorted({account.user.organization for account in found}),
            "next_page": f"/administration/users?after={frame.part(last)}" if last else None,
            "first_page": "/administration/users" if after else None,
            "given_password": "",
            "given_name": "",
            "given_id": "",
            **view,
        },
    )


def _user(request: Request, asking: Asking, account: Account, *, given_password: str = "") -> Response:
    reader = frame.reader_of(asking)
    state, tone = _state(reader, account)
    return administration(
        request,
        asking,
        "user.html",
        "users",
        user=account.user,
        address=f"/administration/users/{frame.part(account.user.id)}",
        state=state,
        tone=tone,
        active=account.user.state == "active",
        own=account.user.id == asking.principal.user.id,
        grants=[_held(reader, one) for one in asking.hub.desk.accounts.held(account.user.id)],
        roles=[(str(role), role_name(reader.words, str(role))) for role in Role],
        given_password=given_password,
        tag=etag(standing_of(account, asking.hub.desk.accounts.held(account.user.id))),
    )


def _held(reader: Reader, held: Held) -> SimpleNamespace:
    words, grant = reader.words, held.grant
    return SimpleNamespace(
        id=held.id,
        role=role_name(words, str(grant.role)),
        organization=words.text("every organization") if grant.organization == EVERY else grant.organization,
        study=grant.study or words.text("every study"),
        until=grant.until,
        unblinded=grant.unblinded,
        by=held.given_by,
    )


def _accounts(asking: Asking, *, after: str = "") -> list[Account]:
    come = asking.hub.desk.accounts.accounts(after=after, limit=_MOST)
    return [one for one in come if asking.may(Right.USERS_MANAGE, Scope(frozenset({one.user.organization})))]


def account_of(asking: Asking, id: str) -> Account:
    """Return an account that one manages. MissingError where there is none."""
    try:
        account = asking.hub.desk.accounts.account(id)
    except MissingError as error:
        raise MissingError("there is no such account") from error
    asking.check(Right.USERS_MANAGE, Scope(frozenset({account.user.organization})))
    return account


def _of_another(asking: Asking, account: Account) -> None:
    if account.user.id == asking.principal.user.id:
        raise RefusedError("nobody does this to an account of their own; ask another administrator")


def _state(reader: Reader, account: Account) -> tuple[str, str]:
    words, user = reader.words, account.user
    if user.state != "active":
        return words.text("deactivated"), "bad"
    if user.locked_until is not None and user.locked_until > reader.at:
        return words.text("locked"), "warn"
    return words.text("active"), "ok"


def _first_password() -> str:
    """Return a first password that can be read out: four groups of four letters."""
    letters = "abcdefghijkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))
