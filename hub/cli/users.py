"""`hub users`: the first administrator, and accounts where no page is at hand."""

import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.guard import say

if TYPE_CHECKING:
    from hub.bootstrap import Hub
    from hub.domain.accounts import Account

app = typer.Typer(no_args_is_help=True, help="Who may use the hub. Passwords are asked for, or read from stdin.")

Email = Annotated[str, typer.Argument(help="The address that the person signs in with")]
By = Annotated[str, typer.Option(help="Who does this; stands in the audit trail")]
Why = Annotated[str, typer.Option(help="Why; stands in the audit trail")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON")]


@app.command("create")
def create(
    email: Email,
    name: Annotated[str, typer.Option(help="The name as it is printed with signatures")],
    organization: Annotated[str, typer.Option(help="The party that the person works for")],
    by: By,
    administrator: Annotated[
        bool, typer.Option("--administrator", help="Let the person keep all accounts of this hub")
    ] = False,
) -> None:
    """Make an account; its password is asked for, and has to be changed at the first sign-in."""
    from uuid import uuid4

    from hub.cli.opening import opened
    from hub.domain.people import EVERY, Grant, Role, User
    from hub.services.accounts import keeping

    hub = opened()
    user = User(uuid4().hex, email, name, organization, timezone=hub.settings.timezone)
    account = keeping.create(hub.desk, user, by=by, password=_password())
    if administrator:
        keeping.give(hub.desk, account, Grant(Role.ADMINISTRATOR, EVERY), by=by, reason="made with the account")
    say(f"{account.user.email}: has an account; the password is to be changed at the first sign-in")


@app.command("list")
def list_users(json: Json = False) -> None:
    """List accounts with their roles."""
    from hub.cli.opening import opened
    from hub.domain import wire

    hub = opened()
    found = [(one.user, hub.desk.accounts.held(one.user.id)) for one in hub.desk.accounts.accounts(limit=1_000_000)]
    if json:
        told = [wire.plain(user) | {"grants": [wire.plain(one) for one in held]} for user, held in found]
        sys.stdout.write(wire.dumps(told, indent=1) + "\n")
        return
    for user, held in found:
        roles = "; ".join(f"{one.id} {one.grant.role} for {one.grant.organization}" for one in held) or "no role"
        sys.stdout.write(f"{user.email}  {user.name}, {user.organization}  {user.state}  {roles}\n")


@app.command("grant")
def grant(
    email: Email,
    role: Annotated[str, typer.Argument(help="project_manager, contributor, reviewer, liaison...")],
    organization: Annotated[str, typer.Option(help="Whose data; * for every organization of this hub")],
    by: By,
    study: Annotated[str | None, typer.Option(help="Only this study")] = None,
    unblinded: Annotated[bool, typer.Option("--unblinded", help="May see what would unblind others")] = False,
    until: Annotated[datetime | None, typer.Option(help="The end (UTC); an inspector's access needs one")] = None,
    why: Why = "",
) -> None:
    """Give a role for an organization's data."""
    from hub.domain.errors import UsageError
    from hub.domain.people import Grant, Role
    from hub.services.accounts import keeping

    hub, account = _found(email)
    try:
        ends = until.replace(tzinfo=until.tzinfo or UTC) if until else None
        given = Grant(Role(role), organization, study, unblinded, ends)
    except ValueError as error:
        raise UsageError(f"{role}: {error}; roles are {', '.join(Role)}") from error
    held = keeping.give(hub.desk, account, given, by=by, reason=why)
    say(f"{account.user.email}: is {given.role} for {given.organization} (grant {held.id})")


@app.command("revoke")
def revoke(
    email: Email, id: Annotated[str, typer.Argument(help="The grant, as the list shows it")], by: By, why: Why = ""
) -> None:
    """Take a role back."""
    from hub.services.accounts import keeping

    hub, account = _found(email)
    keeping.revoke(hub.desk, account, id, by=by, reason=why, even_last=True)
    say(f"{account.user.email}: grant {id} is revoked")


@app.command("deactivate")
def deactivate(email: Email, by: By, why: Why) -> None:
    """Let nobody sign in to an account any more; what the person did stays theirs."""
    from hub.services.accounts import keeping

    hub, account = _found(email)
    keeping.deactivate(hub.desk, account, by=by, reason=why, even_last=True)
    say(f"{account.user.email}: is deactivated")


@app.command("activate")
def activate(email: Email, by: By, why: Why) -> None:
    """Open a deactivated or locked account again."""
    from hub.services.accounts import keeping

    hub, account = _found(email)
    keeping.activate(hub.desk, account, by=by, reason=why)
    say(f"{account.user.email}: is active")


@app.command("reset-password")
def reset_password(email: Email, by: By, why: Why = "") -> None:
    """Give a password that has to be changed at the next sign-in; it is asked for."""
    from hub.services.accounts import keeping

    hub, account = _found(email)
    keeping.reset_password(hub.desk, account, _password(), by=by, reason=why)
    say(f"{account.user.email}: the password is to be changed at the next sign-in")


def _found(email: str) -> "tuple[Hub, Account]":
    from hub.cli.opening import opened
    from hub.domain.errors import MissingError

    hub = opened()
    account = hub.desk.accounts.named(email=email)
    if account is None:
        raise MissingError(f"{email}: has no account; hub users list names them")
    return hub, account


def _password() -> str:
    """Return the password from the terminal, without showing it, or from the first line of stdin."""
    import getpass

    from hub.domain.errors import UsageError

    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("New password: ")
    if getpass.getpass("Once more: ") != first:
        raise UsageError("the two are not the same")
    return first
