"""`hub chat`: the channels whose capture is agreed, and what was said in them."""

import sys
from typing import Annotated

import typer

from hub.cli.guard import say

app = typer.Typer(no_args_is_help=True, help="Agreed channels of chats: whether they can be read, what was said.")
SET_ASIDE = 3
Perhaps = Annotated[str | None, typer.Argument(help="The channel by its name; all when left out")]


@app.command("list")
def list_channels() -> None:
    """List the channels whose capture is agreed, with study, parties and ground; exit 3 with a wrong file."""
    from hub.cli.opening import opened
    from hub.cli.wrong_files import leave

    hub = opened()
    for name, one in hub.agreed.items():
        of = one.channel
        blind = ", unblinding" if of.unblinding else ""
        sys.stdout.write(
            f"{name}: {of.platform}, study {of.study}, {', '.join(of.organizations)}, "
            f"since {of.since:%Y-%m-%d}{blind}; {of.agreed}\n"
        )
    leave(hub, "communications")


@app.command("check")
def check(name: Perhaps = None) -> None:
    """Say in words whether a channel can be read, and what is wrong where it cannot."""
    from hub.cli.opening import opened
    from hub.cli.wrong_files import check_each

    hub = opened()
    if name is None:
        checks = {one: channel.capture.check for one, channel in hub.agreed.items()}
        check_each(hub, "communications", checks, good="can be read")
        return
    hub.agreed_channel(name).capture.check()
    say(f"{name}: can be read")


@app.command("capture")
def capture(
    name: Perhaps = None,
) -> None:
    """Read what was said since the last time into the communication log; exit 3 where some could not be read."""
    from hub.cli.opening import opened
    from hub.cli.wrong_files import leave

    hub, aside = opened(), False
    for one in [name] if name else list(hub.agreed):
        system = hub.agreed_channel(one).calls
        new = hub.take_called(system) if system else 0
        got = hub.capture(one)
        say(f"{one}: {new + got.new} new versions of messages{', more waits' if got.more else ''}")
        for reason in got.aside:
            say(reason)
        aside = aside or bool(got.aside)
    if name is None:
        leave(hub, "communications")
    if aside:
        sys.exit(SET_ASIDE)


@app.command("log")
def log(
    study: Annotated[str, typer.Argument(help="Protocol number of the study")],
    text: Annotated[str, typer.Option(help="Only what holds this")] = "",
    thread: Annotated[str, typer.Option(help="Only this thread, by the id of its first message")] = "",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="Most entries")] = 200,
    unblinded: Annotated[bool, typer.Option("--unblinded", help="Also channels that would unblind")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print JSON")] = False,
) -> None:
    """Print the communication log of a study, oldest first, each version of each message."""
    from hub.cli.opening import opened
    from hub.domain import wire
    from hub.domain.communications import Asked

    asked = Asked(study, text=text, thread=thread, limit=limit)
    found = opened().communications.find(asked, lambda scope: unblinded or not scope.unblinding)[::-1]
    if json:
        shown = [wire.plain(one) | {"message": one.message, "thread": one.thread} for one in found]
        sys.stdout.write(wire.dumps(shown, indent=1) + "\n")
        return
    for one in found:
        said, what = one.said, "" if one.said.kind == "said" else f" ({one.said.kind})"
        line = " / ".join(said.text.splitlines())
        sys.stdout.write(
            f"{one.message}  {said.stands_since:%Y-%m-%d %H:%M:%S}Z  {one.channel.name}  {said.author}{what}: {line}\n"
        )
