"""How a run ends: what the user has to know, a line each, and the exit code."""

import sys
from pathlib import Path

from hub.cli.guard import SET_ASIDE, say
from hub.domain.minutes import Minutes
from hub.domain.transcript import Transcript
from hub.nlp.participants import ambiguous_first_names
from hub.services.drafting import undated


def leave(source: Path, transcript: Transcript, minutes: Minutes) -> None:
    """Say what was bent, left out or could not be known; exit 3 when something was set aside."""
    for note in transcript.coverage.notes:
        say(told(source, note))
    for first, people in ambiguous_first_names(transcript.meeting.participants).items():
        say(f"{source}: “{first}” may be {' or '.join(people)}; where only {first} was said, nobody is named")
    if not transcript.segments:
        say(f"{source}: no speech was found; the minutes say so")
    for alert in minutes.alerts:
        say(f"{source}: {alert.kind}, to be looked at at once: “{alert.evidence.quote}”")
    lost = [*transcript.coverage.missing]
    waiting = undated(minutes)
    if waiting:
        spoken = ", ".join(f"“{action.due_as_spoken}”" for action in waiting[:3])
        more = f" and {len(waiting) - 3} more" if len(waiting) > 3 else ""
        lost.append(f"the day of the meeting is not known, so {spoken}{more} stay without a date; give it with --date")
    for line in lost:
        say(told(source, line))
    if lost:
        sys.exit(SET_ASIDE)


def tell_where() -> None:
    """Say how others come to review: a meeting of the pages has parties, a study and the word of who was recorded."""
    say("kept for the command line only; to have people review and sign, hub meetings add puts the file on their shelf")


def told(source: Path, line: str) -> str:
    """Return *line* with the path of the file before it, once: the decoder's lines begin with its name."""
    return f"{source}: {line.removeprefix(f'{source.name}: ')}"
