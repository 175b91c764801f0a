"""What is done from time to time, as jobs: backfills, a look at recordings, retention, how well the hub hears."""

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from hub.domain.audit import Entry
from hub.domain.cards import Card
from hub.domain.errors import HubError, RejectedError, UsageError
from hub.domain.jobs import Job
from hub.domain.papers import Copying
from hub.ports import BlobStore, Clock, Decoder, JobWork, MeetingStore, Progress, Recognizer
from hub.ports.platforms import Connected
from hub.ports.traces import Traces
from hub.services.model_evaluation import evaluate, read_clips, total
from hub.services.review.room import Room
from hub.services.review.taking_in import Taken, told
from hub.services.sync.agreeing import backfill
from hub.services.sync.copying import Copied
from hub.services.sync.steps import Sync

BACKFILL, SWEEP, RETAIN, EVALUATE = "sync.backfill", "recordings.sweep", "traces.remove", "models.evaluate"
COPY = "documents.copy"
LEAST_DAYS = 30
"""Longer than any bus keeps a message or a vendor repeats a call."""
_MOST_NAMED = 100
Tell = Callable[[float, str], None]


class Upkept(Protocol):
    """The hub, as far as upkeep needs it."""

    @property
    def sync(self) -> Sync: ...  # noqa: D102  # told where it is made
    @property
    def meetings(self) -> MeetingStore: ...  # noqa: D102  # told where it is made
    @property
    def blobs(self) -> BlobStore: ...  # noqa: D102  # told where it is made
    @property
    def room(self) -> Room: ...  # noqa: D102  # told where it is made
    @property
    def traces(self) -> Traces: ...  # noqa: D102  # told where it is made
    @property
    def clock(self) -> Clock: ...  # noqa: D102  # told where it is made
    @property
    def platforms(self) -> Mapping[str, Connected]: ...  # noqa: D102  # told where it is made
    @property
    def copies(self) -> Mapping[str, Copying]: ...  # noqa: D102  # told where it is made
    def sweep(self, name: str) -> Taken:
        """Take in what a meeting platform holds."""

    def copy_documents(self, name: str) -> Copied:
        """File what was approved in one system since the last run in another."""

    def word_hearing(self) -> tuple[Recognizer, Decoder]:
        """Return what words are heard with."""


@dataclass(slots=True)
class _Silent:
    """`Progress` of which a job says nothing."""

    def start(self, stage: str, total_s: float | None = None) -> None: ...
    def advance(self, done_s: float) -> None: ...
    def finish(self, note: str = "") -> None: ...


def kinds(hub: Upkept, clips: Path) -> dict[str, JobWork]:
    """Return the work by kind of job; *clips* is the folder whose recordings hearing is measured by."""
    silent: Progress = _Silent()

    def read_again(job: Job, tell: Tell) -> Mapping[str, Any]:
        tell(0.0, "sending out, and having the systems read again")
        since, until = (_time(job.argument.get(name)) for name in ("since", "until"))
        asked = {"since": since, "until": until, "person": job.argument["person"]}
        sent = backfill(hub.sync, job.argument["agreement"], **asked)
        return {"sent": sent}

    def sweep(_job: Job, tell: Tell) -> Mapping[str, Any]:
        brought, away = _brought(hub, tell)
        with hub.room.shelf.reading() as unit:
            shelved = {(card.meeting_id, card.recording) for card in unit.several(Card) if card.recording}
        kept, harmed = sorted(shelved | set(hub.meetings.recordings())), list[str]()
        for number, (meeting, recording) in enumerate(kept):
            tell(number / len(kept), f"{number} of {len(kept)} looked at")
            try:
                hub.blobs.path(recording)
            except RejectedError:
                harmed.append(f"{meeting}: {recording}")
        found = {"recordings": len(kept), "harmed": harmed[:_MOST_NAMED], "harmed_found": len(harmed)}
        return {"platforms": brought, "away": away, **found}

    def retain(job: Job, tell: Tell) -> Mapping[str, Any]:
        tell(0.0, "looking for what is past its time")
        before = hub.clock() - timedelta(days=max(LEAST_DAYS, int(job.argument["days"])))
        if job.argument["dry_run"]:
            return {"removed": False, "found": hub.traces.old(before)}
        return {"removed": True, "found": hub.traces.remove(before, _entry(job, before, at=hub.clock()))}

    def copy(_job: Job, tell: Tell) -> Mapping[str, Any]:
        return _copied(hub, tell)

    def measure(_job: Job, tell: Tell) -> Mapping[str, Any]:
        if not clips.is_dir():
            raise UsageError(f"{clips}: there is no such folder; put clips with a refs.jsonl there (docs/models.md)")
        tell(0.0, "hearing the clips")
        recognizer, decoder = hub.word_hearing()
        with tempfile.TemporaryDirectory() as scratch:
            scores = evaluate(recognizer, decoder, read_clips(clips), scratch=Path(scratch), progress=silent)
        all_ = total(scores)
        refused = [f"{one.clip}: {one.refused}" for one in scores if one.refused is not None]
        return {"clips": len(scores), "words": all_.words, "wrong": all_.wrong, "wer": all_.wer, "refused": refused}

    return {BACKFILL: read_again, SWEEP: sweep, RETAIN: retain, EVALUATE: measure, COPY: copy}


def _time(told: str | None) -> datetime | None:
    return datetime.fromisoformat(told) if told else None


def _brought(hub: Upkept, tell: Tell) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what each meeting platform brought, and why those that could not be looked at could not."""
    brought, away = dict[str, Any](), dict[str, str]()
    for name in hub.platforms:
        tell(0.0, f"looking at {name}")
        try:
            brought[name] = told(hub.sweep(name))
        except HubError as error:
            away[name] = str(error)
    return brought, away


def _copied(hub: Upkept, tell: Tell) -> dict[str, Any]:
    """Return what each pair of systems came to, and what was refused or away, one line each."""
    done, aside = dict[str, Any](), list[str]()
    for name in hub.copies:
        tell(0.0, f"copying {name}")
        try:
            came = hub.copy_documents(name)
        except HubError as error:
            aside.append(f"{name}: {error}")
            continue
        done[name] = {"filed": came.filed, "there": came.there}
        aside += [f"{name}: {line}" for line in came.refused]
    return {"copied": done, "refused": aside[:_MOST_NAMED], "refused_found": len(aside)}


def _entry(job: Job, before: datetime, *, at: datetime) -> Entry:
    return Entry(
        at=at,
        actor=job.argument["person"],
        kind="traces",
        record_id=job.id,
        field="removed",
        old=None,
        new=f'"{before.isoformat()}"',
        reason="inbox and webhook calls of before were removed: nothing of then can be repeated any more",
        agreement="",
        message_id=job.id,
    )
