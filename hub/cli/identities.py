"""`hub sync identities`: which records are one thing."""

import sys
from typing import Annotated, Any

import typer

from hub.cli.guard import say

app = typer.Typer(no_args_is_help=True, help="Which records are one thing: candidates, merges, splits.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
By = Annotated[str, typer.Option(help="Who decides; stands in the audit trail")]
Why = Annotated[str, typer.Option(help="Why; stands in the audit trail")]

Use = Annotated[
    list[str] | None,
    typer.Option(help="Of a system that holds both: which goes on there, as SYSTEM:ID; the kept record's if not given"),
]


@app.command("propose")
def propose(json: Json = False) -> None:
    """Look for records that may be one thing and were not looked at yet."""
    from hub.cli.opening import opened
    from hub.services.sync.candidates import propose as look

    _list(look(opened().sync), json=json)


@app.command("candidates")
def candidates(
    state: Annotated[str, typer.Option(help="proposed, confirmed or rejected")] = "proposed", json: Json = False
) -> None:
    """List pairs of records that may be one thing."""
    from hub.cli.opening import opened

    _list(opened().sync.identities.candidates(state=state), json=json)


@app.command("confirm")
def confirm(
    id: Annotated[str, typer.Argument(help="The candidate")],
    by: By,
    why: Why,
    keep: Annotated[str | None, typer.Option(help="The record that goes on; the first where not given")] = None,
    use: Use = None,
) -> None:
    """Say that the two records of a candidate are one: they are merged."""
    from hub.cli.opening import opened
    from hub.services.sync.candidates import confirm as go

    _told(go(opened().sync, id, person=by, why=why, keep=keep, use=_held(use)))


@app.command("reject")
def reject(id: Annotated[str, typer.Argument(help="The candidate")], by: By, why: Why) -> None:
    """Say that the two records of a candidate are not one; they are not proposed again."""
    from hub.cli.opening import opened
    from hub.services.sync.candidates import reject as go

    decided = go(opened().sync, id, person=by, why=why)
    say(f"{decided.kind} {decided.one} and {decided.other} stay two")


@app.command("merge")
def merge(keep: str, gone: str, by: By, why: Why, use: Use = None) -> None:
    """Make record GONE one with record KEEP; whatever refers to it follows."""
    from hub.cli.opening import opened
    from hub.services.sync.merging import merge as go

    _told(go(opened().sync, keep, gone, person=by, why=why, use=_held(use)))


@app.command("split")
def split(
    record: str,
    off: Annotated[list[str], typer.Option(help="What goes into a record of its own, as SYSTEM:ID; may be repeated")],
    by: By,
    why: Why,
) -> None:
    """Take what a system holds out of a record, as after a merge or a match that was wrong."""
    from hub.cli.opening import opened
    from hub.services.sync.splitting import split as go

    _told(go(opened().sync, record, _held(off), person=by, why=why))


@app.command("show")
def show(record: str, json: Json = False) -> None:
    """Show a record, by which id each system holds it, and its merges and splits."""
    from hub.cli.opening import opened
    from hub.domain import wire
    from hub.services.sync.candidates import holders

    sync = opened().sync
    found, held = holders(sync, record)
    turns = sync.identities.turns(record=record)
    if json:
        _print(wire.dumps({"record": found, "held": held, "turns": turns}, indent=1))
        return
    _print(f"{found.kind} {found.id}" + (f", merged into {found.merged_into}" if found.merged_into else ""))
    for system, there in held.items():
        _print(f"  {system}:{there}")
    _turns(turns)


@app.command("list")
def list_turns(json: Json = False) -> None:
    """List merges and splits, newest first."""
    from hub.cli.opening import opened
    from hub.domain import wire

    turns = opened().sync.identities.turns()
    if json:
        _print(wire.dumps(turns, indent=1))
    else:
        _turns(turns)


def _held(told: list[str] | None) -> list[tuple[str, str]]:
    from hub.domain.errors import UsageError

    parts = [one.partition(":") for one in told or ()]
    for system, _, there in parts:
        if not system or not there:
            raise UsageError(f"{system}: is no system and id such as sponsor-ctms:S9")
    return [(system, there) for system, _, there in parts]


def _list(found: Any, *, json: bool) -> None:
    from hub.domain import wire

    if json:
        _print(wire.dumps(found, indent=1))
        return
    for one in found:
        _print(f"{one.id}  {one.kind}  {one.one}  {one.other}  {one.reason}")


def _turns(turns: Any) -> None:
    for one in turns:
        _print(f"{one.at:%Y-%m-%d %H:%M}Z  {one.action}  {one.kind}  {one.kept}  {one.other}  {one.person}: {one.why}")


def _told(turn: Any) -> None:
    say(f"{turn.kind} {turn.kept}: {turn.action} with {turn.other}; {len(turn.followed)} references followed")
    for system, there in turn.doubles:
        say(f"{system}:{there} is a double there now; delete it in {system}")


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
