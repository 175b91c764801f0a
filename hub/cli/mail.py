"""`hub mail`: the mailboxes whose capture is agreed."""

import sys
from typing import Annotated

import typer

from hub.cli.guard import say

app = typer.Typer(no_args_is_help=True, help="Agreed mailboxes: whether they can be read, what comes of what is there.")
SET_ASIDE = 3
Perhaps = Annotated[str | None, typer.Argument(help="The mailbox by its name; all when left out")]


@app.command("list")
def list_mailboxes() -> None:
    """List the mailboxes whose capture is agreed, with study, parties and ground; exit 3 with a wrong file."""
    from hub.cli.opening import opened
    from hub.cli.wrong_files import leave

    hub = opened()
    for name, one in hub.mailboxes.items():
        of = one.channel
        sys.stdout.write(
            f"{name}: study {of.study}, {', '.join(of.organizations)}, since {of.since:%Y-%m-%d}; {of.agreed}\n"
        )
    leave(hub, "mailboxes")


@app.command("check")
def check(name: Perhaps = None) -> None:
    """Say in words whether a mailbox can be read, and what is wrong where it cannot."""
    from hub.cli.opening import opened
    from hub.cli.wrong_files import check_each

    hub = opened()
    if name is None:
        checks = {one: box.mailbox.check for one, box in hub.mailboxes.items()}
        check_each(hub, "mailboxes", checks, good="can be read")
        return
    hub.agreed_mailbox(name).mailbox.check()
    say(f"{name}: can be read")


@app.command("capture")
def capture(
    name: Perhaps = None,
) -> None:
    """Take answers into the communication log and bounces to their receipts; exit 3 where some could not be."""
    from hub.cli.opening import opened
    from hub.cli.wrong_files import leave

    hub, aside = opened(), False
    for one in [name] if name else list(hub.mailboxes):
        got = hub.take_mail(one)
        waits = ", more waits" if got.more else ""
        say(f"{one}: {got.new} new in the log, {got.reports} about mails of the hub, {got.left} left alone{waits}")
        for reason in got.aside:
            say(reason)
        aside = aside or bool(got.aside)
    if name is None:
        leave(hub, "mailboxes")
    if aside:
        sys.exit(SET_ASIDE)
