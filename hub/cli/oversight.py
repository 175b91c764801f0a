"""`hub oversight`: the register, incidents, and which reviews are due, as this machine keeps them."""

import sys
from collections.abc import Iterable
from typing import Annotated, Any

import typer

app = typer.Typer(no_args_is_help=True, help="Duties and agreements of the parties, incidents, reviews that are due.")
Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
Study = Annotated[str | None, typer.Option(help="Only of this protocol number")]
_DUE = 3


@app.command("register")
def register(study: Study = None, json: Json = False) -> None:
    """Print agreements, delegated and retained duties, sub-contractors and processings, with their state."""
    from hub.cli.opening import opened
    from hub.domain import wire
    from hub.domain.oversight import RegisterEntry
    from hub.domain.policy import Right
    from hub.services.oversight.listing import every

    hub = opened()
    found = every(hub.room, _everyone(), Right.OVERSIGHT_READ, RegisterEntry, **({"study": study} if study else {}))
    today = hub.clock().date()
    told = [wire.plain(one) | {"stands": one.stands(today)} for one in found]
    _print(told, json, lambda one: (one["study"], one["kind"], one["name"], one["by"], _state(one)))


@app.command("incidents")
def incidents(study: Study = None, json: Json = False) -> None:
    """Print incidents, open ones first; exit 3 while the clock of a breach has run out."""
    from hub.cli.opening import opened
    from hub.domain import wire
    from hub.domain.oversight import Incident
    from hub.domain.policy import Right
    from hub.services.oversight.listing import every

    hub = opened()
    found = every(hub.room, _everyone(), Right.OVERSIGHT_READ, Incident, **({"study": study} if study else {}))
    told = [wire.plain(one) | {"due_at": wire.plain(one.due_at), "late": one.late(hub.clock())} for one in found]
    _print(told, json, lambda one: (one["state"], one["severity"], one["title"], one["due_at"] or ""))
    if any(one["late"] for one in told if one["state"] == "open"):
        sys.exit(_DUE)


@app.command("due")
def due(json: Json = False) -> None:
    """Print for each organization when trail and access were reviewed last and are due; exit 3 where one is overdue."""
    from hub.cli.opening import opened
    from hub.domain import wire
    from hub.domain.reminders import ReviewKind
    from hub.services.oversight.reviews_due import standing

    hub = opened()
    parties = sorted({one.user.organization for one in hub.desk.accounts.accounts(limit=1_000_000)})
    told = list[dict[str, Any]]()
    for organization in parties:
        for kind in ReviewKind:
            found = standing(hub.room, hub.browser, organization, kind)
            told.append(
                {
                    "organization": organization,
                    "kind": str(kind),
                    "planned": found.plan.revision > 0,
                    "days": found.plan.days,
                    "last": wire.plain(found.last),
                    "due_at": wire.plain(found.due_at),
                    "overdue": found.overdue(hub.clock()),
                }
            )
    _print(told, json, lambda one: (one["organization"], one["kind"], _standing(one)))
    if any(one["overdue"] for one in told):
        sys.exit(_DUE)


def _everyone() -> Any:
    """Return the principal of whoever sits at this machine: all of it is theirs to read."""
    from hub.domain.people import EVERY, Grant, Principal, Role, User

    user = User("operator", "operator", "Operator", EVERY)
    return Principal(user, (Grant(Role.AUDITOR, EVERY, unblinded=True),), "command line")


def _state(one: dict[str, Any]) -> str:
    if one["ended_at"]:
        return "ended"
    return "in force" if one["stands"] else "confirmed" if one["confirmed_at"] else "waits for the other party"


def _standing(one: dict[str, Any]) -> str:
    if one["due_at"] is None:
        return "not planned, never made"
    return f"{'OVERDUE since' if one['overdue'] else 'due'} {one['due_at'][:10]}, every {one['days']} days"


def _print(told: list[dict[str, Any]], json: bool, line: Any) -> None:
    from hub.domain import wire

    if json:
        sys.stdout.write(wire.dumps(told, indent=1) + "\n")
        return
    parts: Iterable[tuple[str, ...]] = (line(one) for one in told)
    sys.stdout.writelines("  ".join(part for part in each if part) + "\n" for each in parts)
