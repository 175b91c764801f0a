"""`hub platforms`: the meeting platforms whose meetings are taken in."""

import sys
from typing import Annotated

import typer

from hub.cli.guard import say

app = typer.Typer(no_args_is_help=True, help="Meeting platforms: whether they can be used, and what they hold.")
SET_ASIDE = 3
Name = Annotated[str, typer.Argument(help="The platform by its name")]
Perhaps = Annotated[str | None, typer.Argument(help="The platform by its name; all when left out")]


@app.command("list")
def list_platforms() -> None:
    """List the platforms that are connected, and for whom their meetings are taken in; exit 3 with a wrong file."""
    from hub.cli.opening import opened
    from hub.cli.wrong_files import leave

    hub = opened()
    for name, one in hub.platforms.items():
        rule = one.rule
        sys.stdout.write(f"{name}: for {', '.join(rule.organizations)}, study {rule.study or '-'}, by {rule.account}\n")
    leave(hub, "platforms")


@app.command("check")
def check(name: Perhaps = None) -> None:
    """Say in words whether a platform can be used, and what is wrong where it cannot."""
    from hub.cli.opening import opened
    from hub.cli.wrong_files import check_each

    hub = opened()
    if name is None:
        checks = {one.name: one.platform.check for one in hub.platforms.values()}
        check_each(hub, "platforms", checks, good="can be used")
        return
    hub.platform(name).platform.check()
    say(f"{name}: can be used")


@app.command("sweep")
def sweep(name: Name) -> None:
    """Take in the recorded meetings of the last days that are not here yet; exit 3 where some could not be."""
    from hub.cli.opening import opened

    taken = opened().sweep(name)
    say(f"{name}: {taken.found} meetings found, {len(taken.taken)} taken in, {len(taken.failed)} could not be")
    sys.stdout.writelines(f"{one}\n" for one in taken.taken)
    for one in taken.withdrawn:
        say(f"{one}: {name} has deleted the recording; the hub's copy waits for a decision")
    for title, reason in taken.failed:
        say(f"{title}: {reason}")
    if taken.failed:
        sys.exit(SET_ASIDE)
