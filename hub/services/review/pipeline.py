"""What was recorded becomes draft minutes, as a job: stage by stage, watched, stopped, taken up again after a crash."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import Any

from hub.domain.cards import Card, Standing
from hub.domain.errors import HubError, RetryableError, StandingError
from hub.domain.jobs import Job
from hub.domain.known_days import KnownDay
from hub.domain.meeting import Meeting
from hub.domain.minutes import Minutes
from hub.domain.people import Principal
from hub.domain.platforms import Withdrawal
from hub.domain.policy import Right
from hub.domain.record_days import without_days
from hub.domain.transcript import Transcript
from hub.domain.versions import KeptTranscript, proposed
from hub.ports import BlobStore, Extractor, Follower, Redactor, StageStore, Translator, WorkCalendars
from hub.services.drafting import draft
from hub.services.hearing import Ears, Hearing, hear
from hub.services.interpreting import with_english
from hub.services.review.editing import store_version
from hub.services.review.meetings import require_idle
from hub.services.review.room import Room, Work, held, working
from hub.services.review.series import carry
from hub.services.review.uploads import consented

KIND = "minutes"
"""The kind of the job."""
STAGES = ("decode", "recognize", "diarize", "speakers", "extract")
"""What a recording goes through, in order; a transcript only the last."""
_SHARES = {"decode": 0.05, "recognize": 0.65, "diarize": 0.2, "speakers": 0.02, "extract": 0.08}
_TOLD_EVERY_S = 0.5

Tell = Callable[[float, str], None]
Submit = Callable[..., Job]


@dataclass(frozen=True, slots=True)
class Bench:
    """What recordings are worked through with; the costly parts are made when they are first asked for."""

    ears: Callable[[], Ears]
    extractor: Callable[[], Extractor]
    is_transcript: Callable[[Path], bool]
    read_transcript: Callable[..., Transcript]
    """Reads a file; *language* and *usual* as of `hub.nlp.readers.read_transcript`."""
    blobs: BlobStore
    stages: StageStore
    work: Path
    """Folder for decoded samples while they are needed."""
    calendars: WorkCalendars | None = None
    translator: Callable[[], Translator] | None = None
    """Puts a transcript in another language into English; without it nothing is found there."""
    redactor: Callable[[], Redactor] | None = None
    follower: Callable[[], Follower] | None = None
    """Finds what is said of actions that earlier meetings left; without it they are carried only."""
    known: Callable[[Card, Meeting], Sequence[KnownDay]] | None = None
    """Returns the days ahead of a meeting's study that its record holds and the meeting's people may know."""

    def known_of(self, card: Card, meeting: Meeting) -> Sequence[KnownDay]:
        """Return those days; *meeting* is the one of *card* with what only its transcript tells, such as its day."""
        return self.known(card, meeting) if self.known else ()


def start(
    room: Room,
    submit: Submit,
    principal: Principal,
    meeting_id: str,
    *,
    channels: str = "auto",
    language: str | None = None,
    usual: str | None = None,
) -> Job:
    """Have the minutes of what was uploaded drafted; returns the job to watch. *submit* is `JobRunner.submit`.

    *language* is what was spoken, whatever a file says of itself; *usual* what was where the file does not say it.
    StandingError without a file or consent, or while another job is at it.
    """
    with working(room, principal, meeting_id, Right.MEETINGS_WRITE) as work:
        require_idle(work.card)
        consented(work.card)
        if work.card.recording is None:
            raise StandingError(f"{work.card.title}: upload a recording or a transcript first")
        if work.card.withdrawn == Withdrawal.TOLD:
            raise StandingError(
                f"{work.card.title}: its recording was deleted where it came from; decide first whether it is kept"
            )
        work.change(standing=Standing.WORKING, job=None, stopped_by=None)
    argument = {"meeting": meeting_id, "channels": channels, "language": language, "usual": usual}
    job = submit(KIND, argument, by=principal, scope=work.card.scope)
    with held(room, meeting_id, principal.actor) as work:
        if work.card.job is None and work.card.standing in (Standing.WORKING, Standing.FAILED):  # it may be over by now
            work.change(job=job.id)
    return job


def asked(job: Job) -> dict[str, Any]:
    """Return how *job* was asked for: `channels`, `language` and `usual` of `start`, those that it knows."""
    return {name: job.argument[name] for name in ("channels", "language", "usual") if job.argument.get(name)}


def stop(room: Room, principal: Principal, meeting_id: str) -> Card:
    """Stop the work on a meeting at its next step; what stages have done is kept for the next time."""
    with working(room, principal, meeting_id, Right.MEETINGS_WRITE) as work:
        if work.card.standing is not Standing.WORKING:
            raise StandingError(f"{work.card.title}: is not being worked on")
        return work.change(stopped_by=principal.user.email, standing=Standing.FAILED)


def run(room: Room, bench: Bench, job: Job, tell: Tell) -> Mapping[str, Any]:
    """Do the job; done a second time after a crash, it goes on after the last finished stage and comes to the same."""
    meeting_id = str(job.argument["meeting"])
    with room.shelf.reading() as unit:
        card = unit.get(Card, meeting_id)
    if card is None or card.recording is None:
        raise StandingError(f"{meeting_id}: there is nothing to work through")
    if card.drafted_by != job.id:  # else it ended between the last stage and saying so
        progress = _Watched(room, meeting_id, tell)
        try:
            transcript = _transcript(bench, card, job, progress)
            _draft(room, bench, job, card, transcript, progress)
        except RetryableError:
            _failed(room, job, meeting_id)
            raise
        except HubError:
            _failed(room, job, meeting_id)
            raise
    with room.shelf.reading() as unit:
        card = unit.get(Card, meeting_id)
    return {"meeting": meeting_id, "version": card.version if card else 0}


def _transcript(bench: Bench, card: Card, job: Job, progress: "_Watched") -> Transcript:
    with _named(bench, card) as source:
        language, usual = job.argument.get("language") or None, job.argument.get("usual") or None
        if bench.is_transcript(source):
            read = bench.read_transcript(source, language=language, usual=usual)
            read = replace(read, meeting=_known(card.meeting, read.meeting))
            return with_english(read, translator=bench.translator()) if bench.translator else read
        asked = Hearing(str(job.argument.get("channels") or "auto"), language or usual)
        return hear(
            source,
            card.meeting,
            ears=bench.ears(),
            hearing=asked,
            blobs=bench.blobs,
            stages=bench.stages,
            work=bench.work,
            progress=progress,
        )


def _draft(room: Room, bench: Bench, job: Job, card: Card, transcript: Transcript, progress: "_Watched") -> None:
    progress.start("extract")
    redactor = bench.redactor() if bench.redactor else None
    known = bench.known_of(card, transcript.meeting)
    minutes = draft(transcript, extractor=bench.extractor(), calendars=bench.calendars, redactor=redactor, known=known)
    progress.checked()
    with held(room, transcript.meeting.id, "hub") as work:
        if work.card.stopped_by is not None:
            raise StandingError(f"stopped by {work.card.stopped_by}")
        if work.card.scope != card.scope:  # the days were found for others
            minutes = without_days(minutes)
        former = work.unit.get(KeptTranscript, work.card.meeting_id)
        kept = KeptTranscript(work.card.meeting_id, former.revision + 1 if former else 1, transcript)
        work.unit.put(kept)
        spoken = "\n".join(segment.text for segment in transcript.segments)
        work.unit.findable(work.card.meeting_id, "transcript", [("", spoken)])
        work.note("transcript", "revision", former.revision if former else None, kept.revision)
        if work.card.meeting != transcript.meeting:
            work.change(meeting=transcript.meeting)
        minutes = carry(work, transcript, minutes, bench.follower() if bench.follower else None)
        store_version(work, proposed(minutes), author="hub", reason="drafted by machine")
        _alert(work, minutes)
        work.change(drafted_by=job.id, alerts=tuple(dict.fromkeys(alert.kind for alert in minutes.alerts)))


def _alert(work: Work, minutes: Minutes) -> None:
    """Note in the trail how many passages of each kind a person has to look at at once; never what they say."""
    for kind, count in Counter(alert.kind for alert in minutes.alerts).items():
        work.note("alert", kind, None, count)


def _failed(room: Room, job: Job, meeting_id: str) -> None:
    with held(room, meeting_id, "hub") as work:
        if work.card.standing is Standing.WORKING:
            work.change(standing=Standing.FAILED, reason=f"job {job.id}")


def _known(card: Meeting, file: Meeting) -> Meeting:
    """Return the meeting as it was entered, with what only the transcript knows."""
    return replace(
        card,
        started_at=card.started_at or file.started_at,
        timezone=card.timezone or file.timezone,
        participants=card.participants or file.participants,
    )


@contextmanager
def _named(bench: Bench, card: Card) -> Iterator[Path]:
    """Give the stored file under a name with its own ending, by which readers know it."""
    stored = bench.blobs.path(card.recording or "")
    bench.work.mkdir(parents=True, exist_ok=True)
    link = bench.work / f"{card.meeting_id}-{stored.name[:16]}{Path(card.media).suffix.lower()}"
    link.unlink(missing_ok=True)
    link.symlink_to(stored.absolute())
    try:
        yield link
    finally:
        link.unlink(missing_ok=True)


class _Watched:
    """`Progress` that tells a job how far it is, and ends it where somebody has stopped it."""

    def __init__(self, room: Room, meeting_id: str, tell: Tell) -> None:
        self._room = room
        self._meeting_id = meeting_id
        self._tell = tell
        self._stage = ""
        self._total_s: float | None = None
        self._told = 0.0

    def start(self, stage: str, total_s: float | None = None) -> None:
        """Tell the stage; see `Progress.start`."""
        self._stage, self._total_s = stage, total_s
        self.checked()
        self._say(0.0)

    def advance(self, done_s: float) -> None:
        """Tell how far the stage is; see `Progress.advance`."""
        if monotonic() - self._told >= _TOLD_EVERY_S:
            self.checked()
            self._say(min(done_s / self._total_s, 1.0) if self._total_s else 0.0)

    def finish(self, note: str = "") -> None:
        """Tell the end of the stage; see `Progress.finish`."""
        del note
        self._say(1.0)

    def checked(self) -> None:
        """Raise StandingError where somebody has stopped the work."""
        with self._room.shelf.reading() as unit:
            card = unit.get(Card, self._meeting_id)
        if card is not None and card.stopped_by is not None:
            raise StandingError(f"stopped by {card.stopped_by}")

    def _say(self, share: float) -> None:
        self._told = monotonic()
        before = 0.0
        for stage, part in _SHARES.items():
            if stage == self._stage:
                self._tell(before + part * share, f"{stage} {share:.0%}")
                return
            before += part
