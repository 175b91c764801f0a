"""`hub personal`: what persons ask about their own data, answered at the machine."""

import sys
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.guard import say

if TYPE_CHECKING:
    from hub.domain.people import Principal

app = typer.Typer(no_args_is_help=True, help="Requests about personal data: note, tell, erase what no rule keeps.")
By = Annotated[str, typer.Option(help="Who does this; stands in the audit trail")]
Id = Annotated[str, typer.Argument(help="The request, as the list shows it")]


@app.command("list")
def listed(json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False) -> None:
    """Print the requests, the open ones first, each with the day its answer is due."""
    from hub.cli.opening import opened
    from hub.domain import wire
    from hub.services.oversight import personal

    found = personal.requests(opened().room, _operator(""))
    if json:
        sys.stdout.write(wire.dumps([wire.plain(one) | {"due_on": one.due_on} for one in found], indent=1) + "\n")
        return
    sys.stdout.writelines(f"{one.id}  {one.state}  {one.wish}  {one.email}  due {one.due_on}\n" for one in found)


@app.command("note")
def note(
    email: Annotated[str, typer.Argument(help="Whose data it is about")],
    wish: Annotated[str, typer.Argument(help="access, erasure, rectification, restriction or objection")],
    organization: Annotated[str, typer.Option(help="Who answers")],
    by: By,
    received: Annotated[datetime | None, typer.Option(help="The day it came; today when not given")] = None,
) -> None:
    """Note a request; its answer is due within a month of its receipt."""
    from hub.cli.opening import opened
    from hub.domain.errors import UsageError
    from hub.domain.personal import Wish
    from hub.services.oversight import personal

    hub = opened()
    if wish not in set(Wish):
        raise UsageError(f"{wish}: is none of {', '.join(Wish)}")
    day = (received or hub.clock()).date()
    made = personal.note(hub.room, _operator(by), personal.Asked(email, Wish(wish), day, organization))
    say(f"{made.id}: noted, due {made.due_on}")


@app.command("data")
def data(id: Id, by: By) -> None:
    """Print all that the hub holds of the person of a request, as JSON by class."""
    from hub.cli.opening import opened
    from hub.domain import wire
    from hub.services.oversight import personal

    hub = opened()
    sys.stdout.write(wire.dumps(personal.data(hub.places, _operator(by), id), indent=1) + "\n")


@app.command("erase")
def erase(id: Id, by: By) -> None:
    """Erase what no rule keeps, and say of each class that stays which rule keeps it."""
    from hub.cli.opening import opened
    from hub.services.oversight import personal

    hub = opened()
    after = personal.erase(hub.places, _operator(by), id)
    for one in after.outcomes:
        sys.stdout.write(f"{one.done}  {one.count}  {one.what}{f'  ({one.why})' if one.why else ''}\n")


def _operator(by: str) -> "Principal":
    """Return the principal of whoever sits at this machine, by the name that *by* gives."""
    from hub.domain.people import EVERY, Grant, Principal, Role, User

    user = User("operator", by, by, EVERY)
    return Principal(user, (Grant(Role.ADMINISTRATOR, EVERY),), "command line")
