"""`hub connectors`: which systems are connected, whether they answer, what they hold."""

import sys
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli.guard import FAILED

if TYPE_CHECKING:
    from hub.ports import System

app = typer.Typer(no_args_is_help=True, help="Connected systems: list, check, discover, sample.")
Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
Name = Annotated[str, typer.Argument(help="The system, as `hub connectors list` names it")]


@app.command("list")
def list_systems(json: Json = False) -> None:
    """List the systems described in HUB_HOME/systems."""
    from hub.cli.opening import opened
    from hub.domain import wire

    shown: list[dict[str, Any]] = [
        {"name": one.name, "kinds": one.kinds, "read": one.source is not None, "written": one.target is not None}
        for one in opened().systems.values()
    ]
    if json:
        sys.stdout.write(wire.dumps(shown, indent=1) + "\n")
        return
    for row in shown:
        ways = " and ".join(way for way in ("read", "written") if row[way])
        sys.stdout.write(f"{row['name']}: {', '.join(row['kinds'])} ({ways})\n")


@app.command("check")
def check(name: Annotated[str | None, typer.Argument(help="Only this system")] = None) -> None:
    """Ask each system for a page of its first kind; exit 1 when one does not answer."""
    from hub.cli.opening import opened
    from hub.domain.errors import HubError

    systems = opened().systems
    chosen = [_system(systems, name)] if name else list(systems.values())
    failed = False
    for one in chosen:
        if one.source is None:
            sys.stdout.write(f"{one.name}: is only written; nothing to ask\n")
            continue
        try:
            page = one.source.pull(one.kinds[0], None)
            sys.stdout.write(f"{one.name}: answers; {len(page.changes)} of {one.kinds[0]} on the first page\n")
        except HubError as error:
            failed = True
            sys.stdout.write(f"{one.name}: {error}\n")
    if failed:
        sys.exit(FAILED)


@app.command("discover")
def discover(name: Name) -> None:
    """Say which kinds a system gives, which fields of each the first page holds, and what it can do. JSON."""
    from dataclasses import asdict

    from hub.cli.opening import opened
    from hub.domain import wire

    one = _system(opened().systems, name)
    kinds: dict[str, list[str]] = {}
    for kind in one.kinds if one.source else ():
        page = one.source.pull(kind, None)  # type: ignore[union-attr]  # no kinds without a source
        kinds[kind] = sorted({field for change in page.changes for field in change.fields})
    able = one.source.capabilities if one.source else one.target.capabilities if one.target else None
    told = {**asdict(able), "writable": sorted(able.writable)} if able else {}
    sys.stdout.write(wire.dumps({"name": one.name, "kinds": kinds, "capabilities": told}, indent=1) + "\n")


@app.command("sample")
def sample(
    name: Name, kind: str, count: Annotated[int, typer.Option(min=1, max=100, help="How many records")] = 3
) -> None:
    """Show some records as the hub reads them, and what was set aside. JSON."""
    from hub.cli.opening import opened
    from hub.domain import wire
    from hub.domain.errors import UsageError

    one = _system(opened().systems, name)
    if one.source is None or kind not in one.kinds:
        raise UsageError(f"{name} is not read for {kind}; it is for {', '.join(one.kinds)}")
    page = one.source.pull(kind, None)
    shown = [
        {"external_id": change.external_id, "version": change.version, "fields": change.fields}
        for change in islice(page.changes, count)
    ]
    rejects = [{"where": reject.where, "reason": reject.reason} for reject in islice(page.rejects, count)]
    sys.stdout.write(wire.dumps({"records": shown, "rejects": rejects}, indent=1) + "\n")


def _system(systems: "dict[str, System]", name: str) -> "System":
    from hub.domain.errors import UsageError

    if name not in systems:
        raise UsageError(f"{name}: no such system; connected are {', '.join(systems) or 'none'}")
    return systems[name]
