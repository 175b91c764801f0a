"""`hub extract`: what was agreed in a transcript, as JSON."""

import sys
from pathlib import Path
from typing import Annotated

import typer


def extract(
    source: Annotated[Path, typer.Argument(metavar="TRANSCRIPT", help="VTT, SRT, DOCX, text or the hub's own JSON")],
    participants: Annotated[Path | None, typer.Option(help="Roster: JSON, CSV or a name a line")] = None,
    date: Annotated[str | None, typer.Option(help="When the meeting was, 2026-05-19 or 2026-05-19T10:00")] = None,
    tz: Annotated[str | None, typer.Option(help="Zone of the meeting, such as Europe/Madrid")] = None,
    study: Annotated[
        str | None, typer.Option(help="Protocol number: days of its visits and milestones are taken from the records")
    ] = None,
    language: Annotated[str | None, typer.Option(help="Language spoken, such as es; found when not given")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout, which is the only form there is")] = True,
) -> None:
    """Print the minutes of a transcript as JSON to stdout; nothing is stored."""
    del as_json
    from hub.cli import asked, closing
    from hub.cli.hearing import read
    from hub.cli.opening import opened
    from hub.cli.study import known_days
    from hub.domain import wire
    from hub.services.drafting import draft

    asked.require_input(source)
    language = asked.spoken(language)
    hub = opened()
    transcript = read(hub, source, roster=asked.Roster(participants=participants, day=date, zone=tz), language=language)
    minutes = draft(
        transcript,
        extractor=hub.extractor,
        calendars=hub.calendars,
        redactor=hub.redactor,
        known=known_days(hub, study, transcript.meeting),
    )
    sys.stdout.write(wire.dumps(minutes, indent=1) + "\n")
    closing.leave(source, transcript, minutes)
