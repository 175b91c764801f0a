"""`hub meetings`: a file becomes a meeting on the shelf of the hub, where people review and sign."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.guard import say

if TYPE_CHECKING:
    from hub.bootstrap import Hub
    from hub.domain.people import Principal

app = typer.Typer(no_args_is_help=True, help="Meetings that people review: a file is put among them.")
_SESSION = "command line"


@app.callback()
def meetings() -> None:
    """Stay a group: more verbs may come."""


@app.command("add")
def add(
    source: Annotated[Path, typer.Argument(metavar="INPUT", help="Recording, or transcript (VTT, SRT, DOCX, JSON)")],
    account: Annotated[str, typer.Option("--as", help="Address of the account that puts it there: its rights count")],
    by: Annotated[str, typer.Option(help="Who does this; stands in the audit trail")],
    study: Annotated[str | None, typer.Option(help="Protocol number of the study")] = None,
    organization: Annotated[
        list[str] | None, typer.Option(help="Another party of the meeting; that of the account is one anyway")
    ] = None,
    consent: Annotated[str, typer.Option(help="How those who were recorded were told and agreed")] = "",
    title: Annotated[str | None, typer.Option(help="Title; the file's name when not given")] = None,
    date: Annotated[str | None, typer.Option(help="When it was, 2026-05-19 or 2026-05-19T10:00")] = None,
    tz: Annotated[str | None, typer.Option(help="Zone of the meeting, such as Europe/Madrid")] = None,
    participants: Annotated[Path | None, typer.Option(help="Roster: JSON, CSV or a name a line")] = None,
    series: Annotated[str | None, typer.Option(help="Series that it belongs to")] = None,
    language: Annotated[str | None, typer.Option(help="Language spoken, such as es; found when not given")] = None,
    unblinding: Annotated[bool, typer.Option("--unblinding", help="It would unblind others")] = False,
) -> None:
    """Put a meeting on the shelf, in the name of an account, and have its minutes drafted by hub serve or worker.

    The meeting's id is printed; opening, file and consent stand in the audit trail.
    """
    from hub.cli import asked
    from hub.cli.opening import opened
    from hub.domain.meeting import Meeting
    from hub.services.review.meetings import About
    from hub.services.review.shelving import Laid, lay

    asked.require_input(source)
    language = asked.spoken(language)
    hub = opened()
    principal = _acting(hub, account)
    roster = asked.Roster(participants=participants, day=date, zone=tz, title=title)
    told = asked.completed(Meeting(source.stem, source.stem), roster, default_zone=hub.settings.timezone)
    about = About(
        told.title or source.stem,
        tuple(dict.fromkeys([principal.user.organization, *(organization or [])])),
        study=study,
        unblinding=unblinding,
        series=series,
        started_at=told.started_at,
        timezone=told.timezone or hub.settings.timezone,
        participants=told.participants,
    )
    card = lay(hub.room, hub.dock, hub.jobs.submit, principal, Laid(source, about, consent, by, language))
    sys.stdout.write(f"{card.meeting_id}\n")
    say(f"{card.title}: is among the meetings; hub serve or hub worker drafts its minutes")


def _acting(hub: "Hub", address: str) -> "Principal":
    from hub.domain.errors import UsageError
    from hub.domain.people import Principal
    from hub.services.accounts import acting

    found = hub.desk.accounts.named(email=address.casefold())
    if found is None or found.user.state != "active":
        raise UsageError(f"{address}: is no account that is in use; hub users list shows them")
    return Principal(found.user, acting.held(hub.desk, found.user.id), _SESSION)
