"""A person's own voice is learned from a meeting in which they are named, because they asked for it."""

from collections.abc import Callable, Mapping
from typing import Any

from hub.domain.cards import Card
from hub.domain.errors import StandingError
from hub.domain.jobs import Job
from hub.domain.people import Principal, User
from hub.domain.platforms import Withdrawal
from hub.domain.transcript import Transcript
from hub.domain.versions import KeptTranscript
from hub.services.review.editing import transcript_of
from hub.services.review.pipeline import Bench, Tell
from hub.services.review.room import Room, seen
from hub.services.voices import Voices, alone_in, is_named, learn

KIND = "voice"
"""The kind of the job."""


def start(room: Room, voices: Voices, submit: Callable[..., Job], principal: Principal, meeting_id: str) -> Job:
    """Have the voice of *principal* learned from a meeting that they may see; returns the job to watch.

    StandingError without their consent, without a recording, or where nobody of their name speaks.
    """
    card = seen(room, principal, meeting_id)
    if voices.profiles.profile(principal.user.id) is None:
        raise StandingError("agree first that your voice is known")
    with room.shelf.reading() as unit:
        _spans(principal.user, transcript_of(unit, meeting_id).transcript)
    if card.recording is None:
        raise StandingError(f"{card.title}: has no recording any more")
    if card.withdrawn == Withdrawal.TOLD:
        raise StandingError(
            f"{card.title}: its recording was deleted where it came from; decide first whether it is kept"
        )
    return submit(KIND, {"meeting": meeting_id}, by=principal, scope=card.scope)


def run(room: Room, bench: Bench, voices: Voices, job: Job, tell: Tell) -> Mapping[str, Any]:
    """Do the job; whoever took the consent back meanwhile is not learned."""
    meeting_id, user = str(job.argument["meeting"]), voices.accounts.account(job.user_id).user
    with room.shelf.reading() as unit:
        card, kept = unit.get(Card, meeting_id), unit.get(KeptTranscript, meeting_id)
    if card is None or kept is None or card.recording is None:
        raise StandingError("the recording is gone meanwhile")
    spans, source = _spans(user, kept.transcript), bench.blobs.path(card.recording)
    bench.work.mkdir(parents=True, exist_ok=True)
    samples = bench.work / f"voice-{job.id}.s16"
    try:
        pcm = bench.ears().decoder.decode(source, samples, channels="mix", progress=_Told(tell))
        made = learn(voices, user, meeting_id, spans, pcm)
    finally:
        samples.unlink(missing_ok=True)
    return {"meeting": meeting_id, "seconds": made.print.seconds}


class _Told:
    """`Progress` that tells a job that it has begun."""

    def __init__(self, tell: Tell) -> None:
        self._tell = tell

    def start(self, stage: str, total_s: float | None = None) -> None:
        """Tell the stage; see `Progress.start`."""
        del total_s
        self._tell(0.0, stage)

    def advance(self, done_s: float) -> None:
        """Tell nothing: it takes seconds."""

    def finish(self, note: str = "") -> None:
        """Tell that most is done."""
        del note
        self._tell(0.5, "")


def _spans(user: User, transcript: Transcript) -> list[tuple[float, float]]:
    roster = transcript.meeting.participants
    own = {one.speaker for one in transcript.segments if one.speaker and is_named(user, one.speaker, roster)}
    spans = alone_in(transcript.segments, own)
    if len(spans) != 1:
        raise StandingError(f"nobody who speaks in this meeting is named {user.name}; name the voice there first")
    return next(iter(spans.values()))
