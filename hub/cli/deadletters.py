"""`hub deadletters`: what could not be processed, and what to do with it."""

import base64
import sys
from datetime import datetime
from typing import Annotated

import typer

from hub.cli.guard import SET_ASIDE, say

app = typer.Typer(no_args_is_help=True, help="What was set aside: look, replay, discard.")

Json = Annotated[bool, typer.Option("--json", help="Print JSON")]
System = Annotated[str | None, typer.Option(help="Only of this system")]
Since = Annotated[datetime | None, typer.Option(help="Only from this time on (UTC)")]
Reason = Annotated[str | None, typer.Option(help="Only those whose reason holds this text")]
Ids = Annotated[list[str] | None, typer.Argument(help="Ids; all that the options choose when none is given")]


@app.command("list")
def list_letters(
    state: Annotated[str, typer.Option(help="dead, waiting, replayed or discarded")] = "dead",
    system: System = None,
    since: Since = None,
    reason: Reason = None,
    json: Json = False,
) -> None:
    """List letters, oldest first."""
    from hub.cli.opening import opened
    from hub.domain import wire
    from hub.services.sync.letters import chosen

    found = chosen(opened().sync.ledger, ids=None, state=state, system=system, since=since, reason=reason)
    if json:
        shown = [{k: v for k, v in wire.plain(one).items() if k != "raw"} for one in (_bare(one) for one in found)]
        sys.stdout.write(wire.dumps(shown, indent=1) + "\n")
        return
    for one in found:
        sys.stdout.write(
            f"{one.id}  {one.at:%Y-%m-%d %H:%M:%S}Z  {one.stage}  {one.system}  {one.kind}  {one.where}  {one.reason}\n"
        )


@app.command("show")
def show(id: str) -> None:
    """Show one letter as JSON, with its original bytes in base64."""
    from hub.cli.opening import opened
    from hub.domain import wire

    letter = opened().sync.ledger.letter(id)
    plain = wire.plain(_bare(letter)) | {"raw": base64.b64encode(letter.raw).decode()}
    sys.stdout.write(wire.dumps(plain, indent=1) + "\n")


@app.command("replay")
def replay(ids: Ids = None, system: System = None, since: Since = None, reason: Reason = None) -> None:
    """Work letters off again under their own ids; exit 3 when some are set aside once more."""
    from hub.cli.opening import opened
    from hub.domain.errors import UsageError
    from hub.services.sync.letters import chosen
    from hub.services.sync.steps import again

    sync = opened().sync
    found = chosen(sync.ledger, ids=ids, state="dead", system=system, since=since, reason=reason)
    done = 0
    for one in found:
        try:
            done += again(sync, one)
        except UsageError as error:
            if ids:  # asked for by name; else the others go on
                raise
            say(str(error))
    say(f"{done} of {len(found)} replayed")
    if done < len(found):
        sys.exit(SET_ASIDE)


@app.command("discard")
def discard(
    by: Annotated[str, typer.Option(help="Who decides; stands in the audit trail")],
    why: Annotated[str, typer.Option(help="Why it is not needed")],
    ids: Ids = None,
    system: System = None,
    since: Since = None,
    reason: Reason = None,
) -> None:
    """Give letters up; they stay on record as discarded."""
    from hub.cli.opening import opened
    from hub.services.sync.letters import chosen
    from hub.services.sync.letters import discard as give_up

    sync = opened().sync
    found = chosen(sync.ledger, ids=ids, state="dead", system=system, since=since, reason=reason)
    give_up(sync.ledger, found, person=by, why=why, clock=sync.clock, new_id=sync.new_id)
    say(f"{len(found)} discarded")


def _bare(letter: object) -> object:
    from dataclasses import replace
    from typing import Any, cast

    return replace(cast("Any", letter), raw=b"")
