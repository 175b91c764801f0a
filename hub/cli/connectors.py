"""`hub connectors`: which systems are connected, whether they answer, what they hold."""

import sys
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hub.cli.guard import FAILED

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from hub.bootstrap import Hub
    from hub.domain.changes import Finding
    from hub.ports import System

app = typer.Typer(no_args_is_help=True, help="Connected systems: list, check, discover, sample.")
Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
Name = Annotated[str, typer.Argument(help="The system, as `hub connectors list` names it")]


@app.command("list")
def list_systems(
    json: Json = False,
    available: Annotated[bool, typer.Option("--available", help="The connectors that there are")] = False,
) -> None:
    """List the systems described in HUB_HOME/systems, or the connectors that a system's file may name."""
    from hub.cli.opening import opened
    from hub.domain import wire

    if available:
        _list_available(json=json)
        return
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


def _list_available(*, json: bool) -> None:
    from dataclasses import asdict

    from hub.connectors.listed import CONNECTORS
    from hub.domain import wire

    if json:
        sys.stdout.write(wire.dumps([asdict(one) for one in CONNECTORS], indent=1) + "\n")
        return
    for one in CONNECTORS:
        ways = " and ".join(way for way, is_so in (("read", one.reads), ("written", one.writes)) if is_so)
        sys.stdout.write(f"{one.name}: {one.system}; {ways}; {one.kinds}\n")


@app.command("check")
def check(name: Annotated[str | None, typer.Argument(help="Only this system")] = None) -> None:
    """Try out address, sign-in and rights of each system, and say what is wrong; exit 1 where something is."""
    from hub.cli.opening import opened

    hub = opened()
    chosen = [_system(hub, name)] if name else list(hub.systems.values())
    failed = False
    for why in () if name else hub.unconnected.values():
        failed = True
        sys.stdout.write(f"{why}\n")
    for one in chosen:
        for finding in findings(one):
            failed = failed or bool(finding.problem)
            about = f" {finding.about}:" if finding.about else ""
            sys.stdout.write(f"{one.name}:{about} {finding.problem or finding.seen}\n")
    if failed:
        sys.exit(FAILED)


def findings(one: "System") -> "Iterable[Finding]":
    """Return what the system's own inspector finds; where it has none, whether it gives a page of its first kind."""
    from hub.domain.changes import Finding
    from hub.domain.errors import HubError

    if one.inspector is not None:
        return one.inspector.check()
    if one.source is None:
        return [Finding("", seen="is only written; nothing to ask")]
    try:
        page = one.source.pull(one.kinds[0], None)
    except HubError as error:
        return [Finding("", problem=str(error))]
    return [Finding("", seen=f"answers; {len(page.changes)} of {one.kinds[0]} on the first page")]


@app.command("discover")
def discover(name: Name) -> None:
    """Say which kinds a system gives, which studies, objects and fields it has, and what it can do. JSON."""
    from dataclasses import asdict

    from hub.cli.opening import opened
    from hub.domain import wire

    one = _system(opened(), name)
    able = one.source.capabilities if one.source else one.target.capabilities if one.target else None
    told = {} if able is None else asdict(able)
    if able is not None:
        told |= {
            "writable": sorted(able.writable),
            "takes": {kind: sorted(names) for kind, names in able.takes.items()},
        }
    found = one.inspector.discover() if one.inspector is not None else {"kinds": _kinds(one)}
    sys.stdout.write(wire.dumps({"name": one.name, **found, "capabilities": told}, indent=1) + "\n")


def _kinds(one: "System") -> dict[str, list[str]]:
    """Return the fields that the first page of each kind holds."""
    if one.source is None:
        return {}
    pages = {kind: one.source.pull(kind, None) for kind in one.kinds}
    return {kind: sorted({name for change in page.changes for name in change.fields}) for kind, page in pages.items()}


@app.command("sample")
def sample(
    name: Name, kind: str, count: Annotated[int, typer.Option(min=1, max=100, help="How many records")] = 10
) -> None:
    """Show some records as the hub reads them, and what was set aside. JSON."""
    from hub.cli.opening import opened
    from hub.domain import wire
    from hub.domain.errors import UsageError

    one = _system(opened(), name)
    if one.source is None or kind not in one.kinds:
        raise UsageError(f"{name} is not read for {kind}; it is for {', '.join(one.kinds)}")
    page = one.source.pull(kind, None)
    shown = [
        {"external_id": change.external_id, "version": change.version, "fields": change.fields}
        for change in islice(page.changes, count)
    ]
    rejects = [{"where": reject.where, "reason": reject.reason} for reject in islice(page.rejects, count)]
    sys.stdout.write(wire.dumps({"records": shown, "rejects": rejects}, indent=1) + "\n")


@app.command("trail")
def trail(
    name: Name,
    since: Annotated[str, typer.Option(help="From when on, ISO 8601; a day is taken in UTC")],
    until: Annotated[str | None, typer.Option(help="Until when; now where it is not given")] = None,
    kind: Annotated[str, typer.Option(help="Which of its trails, such as object, document or login")] = "object",
) -> None:
    """Print a system's own audit trail as JSON lines, worded as the system words it."""
    from datetime import UTC, datetime

    from hub.cli.opening import opened
    from hub.domain import wire
    from hub.domain.errors import UsageError

    one = _system(opened(), name)
    if one.trail is None or kind not in one.trail.kinds:
        raise UsageError(f"{name} has no such trail; it has {', '.join(one.trail.kinds) if one.trail else 'none'}")
    for entry in one.trail.entries(kind, _moment(since), _moment(until) if until else datetime.now(UTC)):
        sys.stdout.write(wire.dumps(dict(entry)) + "\n")


@app.command("copy")
def copy(source: Name, target: Name) -> None:
    """File documents that were approved in SOURCE since the last run in TARGET; exit 3 where some were refused."""
    from hub.cli.guard import SET_ASIDE
    from hub.cli.opening import opened
    from hub.services.sync.copying import copy_documents

    done = copy_documents(opened().sync, source, target)
    sys.stdout.write(f"{done.filed} filed, {done.there} there already, {len(done.refused)} refused\n")
    for line in done.refused:
        sys.stderr.write(f"{line}\n")
    if done.refused:
        sys.exit(SET_ASIDE)


def _moment(text: str) -> "datetime":
    from datetime import UTC, datetime

    from hub.domain.errors import UsageError

    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text}: not a time; write it as 2026-05-19 or 2026-05-19T10:00Z") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _system(hub: "Hub", name: str) -> "System":
    """Return the system called *name*. UsageError where there is none, with what is wrong where its file is."""
    from hub.domain.errors import UsageError

    if name in hub.systems:
        return hub.systems[name]
    if why := hub.unconnected.get(f"{name}.yaml"):
        raise UsageError(why)
    wrong = f"; not readable: {', '.join(hub.unconnected)}" if hub.unconnected else ""
    raise UsageError(f"{name}: no such system; connected are {', '.join(hub.systems) or 'none'}{wrong}")
