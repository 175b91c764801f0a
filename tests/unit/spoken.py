"""Meetings written out for the extractor's tests: no real study, company or person."""

from datetime import datetime

from hub.domain.meeting import Meeting, Participant
from hub.domain.transcript import Segment, Transcript

PEOPLE = (
    Participant("Helen Marsh", "Data Management Lead"),
    Participant("Rajesh Iyer", "EDC Programmer"),
    Participant("Tom Ashworth", "Clinical Project Manager"),
    Participant("Lucía Ferrari", "Medical Monitor"),
    Participant("Stefan Brandt", "Drug Safety Physician"),
    Participant("Stefan Kolbe", "Regulatory Affairs Manager"),
)
WEDNESDAY = datetime.fromisoformat("2026-03-11T15:00:00+00:00")


def meeting(script: str, *, people: tuple[Participant, ...] = PEOPLE, language: str = "en") -> Transcript:
    """Return the transcript of *script*, a line "Name: text" a segment; "?" is a voice that could not be told."""
    segments = []
    for number, line in enumerate(script.strip().splitlines(), 1):
        speaker, _, text = line.strip().partition(": ")
        start = 10.0 * number
        segments.append(
            Segment(f"s{number}", None if speaker == "?" else _full(speaker, people), start, start + 9, text)
        )
    held = Meeting(id="m1", started_at=WEDNESDAY, timezone="Europe/London", participants=people)
    return Transcript(meeting=held, language=language, segments=tuple(segments))


def _full(speaker: str, people: tuple[Participant, ...]) -> str:
    return next((person.name for person in people if person.name.split()[0] == speaker), speaker)
