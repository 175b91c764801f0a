"""`hub transcribe`: a recording as text with speakers."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from hub.cli.guard import SET_ASIDE, say


def transcribe(
    source: Annotated[
        Path, typer.Argument(metavar="INPUT", help="Recording (wav, flac, mp3, m4a, ogg, webm, mp4, mov)")
    ],
    format: Annotated[str, typer.Option(help="json, vtt or srt")] = "json",
    participants: Annotated[Path | None, typer.Option(help="Roster: JSON, CSV or a name a line")] = None,
    date: Annotated[str | None, typer.Option(help="When the meeting was, 2026-05-19 or 2026-05-19T10:00")] = None,
    tz: Annotated[str | None, typer.Option(help="Zone of the meeting, such as Europe/Madrid")] = None,
    title: Annotated[str | None, typer.Option(help="Title of the meeting")] = None,
    channels: Annotated[str, typer.Option(help="auto, mix or split (each channel carries one person)")] = "auto",
    language: Annotated[str | None, typer.Option(help="Language spoken, such as es; found when not given")] = None,
    vocabulary: Annotated[
        Path | None, typer.Option(help="Names of drugs, sites, studies and people, one a line")
    ] = None,
    asr: Annotated[str | None, typer.Option(help="auto, whisper or moonshine")] = None,
    redo: Annotated[list[str] | None, typer.Option(help="Stage to run again, such as diarize")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout (the same as --format json)")] = False,
) -> None:
    """Print the transcript of a recording to stdout; a second run goes on after the last finished stage."""
    from hub.cli import asked
    from hub.cli.closing import told
    from hub.cli.hearing import heard
    from hub.cli.opening import opened
    from hub.cli.progress import stderr_progress
    from hub.domain.errors import UsageError
    from hub.nlp.writers import to_text

    form = "json" if as_json else format
    if form not in ("json", "vtt", "srt"):
        raise UsageError(f"{form}: not a transcript format; use json, vtt or srt")
    asked.require_input(source)
    hub = opened(asr=asr)
    roster = asked.Roster(participants=participants, day=date, zone=tz, title=title)
    request = asked.hearing(channels=channels, language=language, redo=redo or [])
    transcript = heard(hub, source, roster=roster, request=request, vocabulary=vocabulary, progress=stderr_progress())
    for note in (*transcript.coverage.notes, *transcript.coverage.missing):
        say(told(source, note))
    sys.stdout.write(to_text(transcript, format=form))
    if transcript.coverage.missing:
        sys.exit(SET_ASIDE)
