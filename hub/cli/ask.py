"""`hub ask`: a question to the record, answered with passages."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from hub.domain.answers import Answer, State

NOTHING = "nothing found"


def ask(
    question: Annotated[str, typer.Argument(help="Such as: what did we decide on the Spanish sites?")],
    person: Annotated[str, typer.Option("--as", help="Address of the account whose meetings are looked at")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> None:
    """Answer with passages of meetings, each with its quote, or "nothing found"; no sentence is made up."""
    from hub.cli.opening import opened
    from hub.domain import wire
    from hub.domain.errors import UsageError
    from hub.domain.people import Principal
    from hub.services.review.asking import ask as asked

    hub = opened()
    account = hub.desk.accounts.named(email=person.casefold())
    if account is None:
        raise UsageError(f"{person}: has no account; hub users list names those who have")
    grants = tuple(one.grant for one in hub.desk.accounts.held(account.user.id))
    found = asked(hub.room, Principal(account.user, grants, "command line"), question, alike=hub.alike)
    if as_json:
        sys.stdout.write(wire.dumps({"question": question, "answers": list(found)}, indent=1) + "\n")
        return
    sys.stdout.write("\n\n".join(_line(one) for one in found) + "\n" if found else f"{NOTHING}\n")


def _line(answer: "Answer") -> str:
    one = answer.passage
    owner = f" [{one.owner}{', ' + one.due if one.due else ''}]" if one.owner else ""
    place = f"{int(one.start) // 60}:{int(one.start) % 60:02}" if one.start is not None else ""
    where = " ".join(part for part in (one.speaker or "", place) if part)
    head = f"{one.kind}{f' ({one.standing})' if one.standing else ''}: {one.text}{owner}"
    return f"{head}\n  {one.at:%Y-%m-%d} {one.title}, {where}: “{one.quote}”{_became(one.state)}"


def _became(state: "State | None") -> str:
    if state is None:
        return ""
    by = f" by {state.by} on {state.at:%Y-%m-%d}" if state.by and state.at else ""
    said = f" ({state.title}: “{state.quote}”)" if state.quote else ""
    return f"\n  {state.name.replace('_', ' ')}{by}{said}"
