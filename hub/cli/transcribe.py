"""`hub transcribe`: a recording as text with speakers."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hub.cli.guard import SET_ASIDE, say

if TYPE_CHECKING:
    from hub.bootstrap import Hub
    from hub.cli.asked import Roster
    from hub.domain.transcript import Transcript
    from hub.services.hearing import Hearing


def transcribe(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="INPUT",
            help="Recording (wav, flac, mp3, m4a, ogg, webm, mp4, mov); with --live also mic, - or an address",
        ),
    ],
    format: Annotated[str, typer.Option(help="json, vtt or srt; with --live also jsonl")] = "json",
    live: Annotated[
        bool, typer.Option("--live", help="Words and items on stderr while it is spoken; then the transcript")
    ] = False,
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
    if form not in ("json", "vtt", "srt", *(("jsonl",) if live else ())):
        raise UsageError(f"{form}: not a transcript format; use json, vtt or srt")
    hub = opened(asr=asr)
    roster = asked.Roster(participants=participants, day=date, zone=tz, title=title)
    request = asked.hearing(channels=channels, language=language, redo=redo or [])
    if live:
        source, roster = recorded(hub, source, roster=roster, request=request, vocabulary=vocabulary, form=form)
    asked.require_input(source)
    transcript = heard(hub, source, roster=roster, request=request, vocabulary=vocabulary, progress=stderr_progress())
    for note in (*transcript.coverage.notes, *transcript.coverage.missing):
        say(told(source, note))
    sys.stdout.write(_lined(transcript) if form == "jsonl" else to_text(transcript, format=form))
    if transcript.coverage.missing:
        sys.exit(SET_ASIDE)


def recorded(
    hub: "Hub", source: Path, *, roster: "Roster", request: "Hearing", vocabulary: Path | None, form: str
) -> tuple[Path, "Roster"]:
    """Show what is said while it is said; return the recording of it and what is known of the meeting.

    The meeting began now where nobody said when. The samples are on disk as they come, so that what was heard until
    a crash is not lost; they lie in HUB_HOME/live until the recording is whole.
    """
    from hub.cli import asked, live
    from hub.domain.meeting import Meeting
    from hub.services.live import Live, LiveEars

    name = str(source).replace(":/", "://", 1) if ":/" in str(source) else str(source)  # a path has lost a slash
    if name not in (live.MICROPHONE, live.STDIN) and "://" not in name:
        asked.require_input(source)
    now = hub.clock()
    roster = roster if roster.day else replace(roster, day=now.isoformat(timespec="seconds"))
    meeting = asked.completed(Meeting(id="live"), roster, default_zone=hub.settings.timezone)
    samples = live.new_recording(hub.settings.home / "live", now)
    ears = LiveEars(hub.ears(vocabulary).recognizer, hub.extractor, samples.with_suffix(".now"), request.language)
    show = live.written_to(sys.stdout) if form == "jsonl" else live.shown_on(sys.stderr)
    with live.sound_of(name) as blocks, samples.open("wb") as keep:
        live.follow(Live(ears, meeting), blocks, keep, show)
    recording = live.as_wav(samples, samples.with_suffix(".wav"))
    samples.unlink()
    say(f"recorded in {recording}; hub minutes {recording} drafts its minutes")
    return recording, roster


def _lined(transcript: "Transcript") -> str:
    from hub.domain import wire

    return json.dumps({"event": "final", "transcript": wire.plain(transcript)}, ensure_ascii=False) + "\n"
