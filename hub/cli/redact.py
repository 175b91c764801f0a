"""`hub redact`: a transcript, minutes or lines without what must not leave."""

import json
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.guard import say

if TYPE_CHECKING:
    from hub.bootstrap import Hub
    from hub.domain.redaction import Audience, Replacement


def redact(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="Transcript, minutes as JSON, or lines in a .txt")],
    audience: Annotated[str, typer.Option(help="blinded, unblinded or restricted")] = "blinded",
    participants: Annotated[Path | None, typer.Option(help="Roster of people who may be named")] = None,
    report: Annotated[
        Path | None, typer.Option(help="File for places and kinds, as JSON; holds no identifiers")
    ] = None,
) -> None:
    """Print FILE with placeholders such as [SUBJECT 1] for identifiers; unblinding sentences are held back.

    A .txt gives a line for every line, anything else JSON of its own form. The file itself is not changed.
    """
    from hub.cli import asked
    from hub.cli.opening import opened
    from hub.domain import wire

    asked.require_input(source)
    reader = asked.audience(audience)
    hub = opened()
    if source.suffix == ".txt":
        text, places = _lines(hub, source, reader, participants)
    elif source.suffix == ".json" and _is_minutes(source):
        text, places = _minutes(hub, source, reader)
    else:
        text, places = _transcript(hub, source, reader, participants)
    if report is not None:
        report.write_text(wire.dumps(places, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write(text)
    counts = Counter(str(place.kind) for place in places)
    told = ", ".join(f"{count} {kind}" for kind, count in sorted(counts.items())) or "nothing"
    say(f"{source}: exchanged {told}")


def _is_minutes(source: Path) -> bool:
    try:
        head = json.loads(source.read_bytes())
    except ValueError:
        return False
    return isinstance(head, dict) and "segments" not in head and "meeting" in head


def _minutes(hub: "Hub", source: Path, audience: "Audience") -> tuple[str, tuple["Replacement", ...]]:
    from hub.cli.parsing import minutes_from
    from hub.domain import wire
    from hub.domain.transcript import Transcript
    from hub.services.redacting import redact as redacted

    given = minutes_from(source)
    blank = Transcript(given.meeting, given.language, ())
    done = redacted(blank, given, redactor=hub.redactor, audience=audience)
    return wire.dumps(done.minutes, indent=1) + "\n", done.replacements


def _transcript(
    hub: "Hub", source: Path, audience: "Audience", participants: Path | None
) -> tuple[str, tuple["Replacement", ...]]:
    from hub.cli.asked import Roster
    from hub.cli.hearing import read
    from hub.domain import wire
    from hub.services.redacting import redact as redacted

    transcript = read(hub, source, roster=Roster(participants=participants))
    done = redacted(transcript, redactor=hub.redactor, audience=audience)
    return wire.dumps(done.transcript, indent=1) + "\n", done.replacements


def _lines(
    hub: "Hub", source: Path, audience: "Audience", participants: Path | None
) -> tuple[str, tuple["Replacement", ...]]:
    from hub.cli.asked import text_lines
    from hub.nlp.participants import read_participants
    from hub.services.redacting import redact_lines

    roster = read_participants(participants) if participants else ()
    lines = text_lines(source)
    known = [value for person in roster for value in (person.name, person.email) if value]
    said, places = redact_lines(lines, redactor=hub.redactor, audience=audience, staff=known)
    return "".join(f"{line}\n" for line in said), places
