"""`hub voices`: who agreed to be known by their voice."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.guard import say

if TYPE_CHECKING:
    from hub.bootstrap import Hub
    from hub.domain.people import User

app = typer.Typer(no_args_is_help=True, help="Voices of people who agreed: list, note a consent, delete.")
Email = Annotated[str, typer.Argument(help="The address that the person signs in with")]
By = Annotated[str, typer.Option(help="Who does this; stands in the audit trail")]


@app.command("list")
def listed(json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False) -> None:
    """List who agreed, when, how, and from how many meetings their voice is known; never a voice itself."""
    from hub.cli.opening import opened
    from hub.domain import wire

    hub = opened()
    found = [
        {
            "email": hub.desk.accounts.account(one.user_id).user.email,
            "agreed_at": one.agreed_at.isoformat(),
            "how": one.how,
            "meetings": [sample.meeting_id for sample in one.samples],
        }
        for one in hub.voices.profiles.profiles()
    ]
    if json:
        sys.stdout.write(wire.dumps(found, indent=1) + "\n")
        return
    for one in found:
        sys.stdout.write(f"{one['email']}  agreed {one['agreed_at']} ({one['how']}), ")
        sys.stdout.write(f"known from {len(one['meetings'])}\n")


@app.command("agree")
def agree(
    email: Email, by: By, how: Annotated[str, typer.Option(help="How the person agreed: where the signed form lies")]
) -> None:
    """Note that a person agreed elsewhere, such as on paper."""
    from hub.services import voices

    hub, user = _found(email)
    voices.agree(hub.voices, user, by=by, how=how)
    say(f"{user.email}: agreed; nothing is learned until they ask for it")


@app.command("forget")
def forget(email: Email, by: By, why: Annotated[str, typer.Option(help="Why; stands in the audit trail")]) -> None:
    """Delete a consent and all that was learned of the voice."""
    from hub.services import voices

    hub, user = _found(email)
    voices.forget(hub.voices, user, by=by, reason=why)
    say(f"{user.email}: voice and consent are deleted")


def _found(email: str) -> "tuple[Hub, User]":
    from hub.cli.opening import opened
    from hub.domain.errors import MissingError

    hub = opened()
    account = hub.desk.accounts.named(email=email)
    if account is None:
        raise MissingError(f"{email}: has no account; hub users list names them")
    return hub, account.user
