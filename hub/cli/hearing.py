"""A recording or a transcript file as a transcript: what `minutes` and `transcribe` share."""

from dataclasses import replace
from pathlib import Path

from hub.bootstrap import Hub
from hub.cli.asked import Roster, completed
from hub.domain.meeting import Meeting
from hub.domain.transcript import Transcript
from hub.ports import Progress
from hub.services.hearing import Hearing, digest, hear
from hub.services.interpreting import with_english


def heard(
    hub: Hub, source: Path, *, roster: Roster, request: Hearing, vocabulary: Path | None, progress: Progress
) -> Transcript:
    """Return the transcript of a recording, kept in the store. Raises what `hear` raises."""
    key = digest(source)
    blank = Meeting(id=f"rec-{key[:12]}", title=source.stem)
    meeting = completed(blank, roster, default_zone=hub.settings.timezone)
    transcript = hear(
        source,
        meeting,
        ears=hub.ears(vocabulary),
        hearing=request,
        blobs=hub.blobs,
        stages=hub.stages,
        work=hub.settings.home / "work",
        progress=progress,
    )
    hub.meetings.save_transcript(transcript, recording=key)
    return transcript


def read(hub: Hub, source: Path, *, roster: Roster, language: str | None = None) -> Transcript:
    """Return the transcript in a file, with what the options say of its meeting, and its English where it has another
    language that an engine here knows.
    """
    transcript = hub.read_transcript(source, language=language)
    meeting = completed(transcript.meeting, roster, default_zone=hub.settings.timezone)
    return with_english(replace(transcript, meeting=meeting), translator=hub.translator)
