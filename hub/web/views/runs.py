"""Runs of the sync that people and schedules asked for: rounds, reconciliations, backfills, looks for pairs."""

from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from hub.api.asking import Asking, may
from hub.api.paging import Paging, sealed
from hub.domain.errors import MissingError, UsageError
from hub.domain.jobs import Job, JobState
from hub.domain.places import HUB_ITSELF, scope_of_agreement
from hub.domain.policy import Right, Scope
from hub.ports import Wording
from hub.services.kept_jobs import LIKENESS, RECONCILE, ROUND
from hub.services.upkeep import BACKFILL
from hub.web import frame

router = APIRouter(prefix="/sync/runs", include_in_schema=False)
Day = Annotated[str, Form(max_length=10)]
_KINDS = (ROUND, RECONCILE, BACKFILL, LIKENESS)
_TONES = {JobState.QUEUED: "", JobState.RUNNING: "info", JobState.DONE: "ok", JobState.FAILED: "bad"}


@router.get("")
def listed(request: Request, asking: Annotated[Asking, may(Right.SYNC_READ)], paging: Paging) -> Response:
    """List runs, newest first."""
    words, place = frame.reader_of(asking).words, paging.after
    before = (datetime.fromisoformat(str(place[0])), str(place[1])) if place else None
    jobs = asking.hub.jobs.jobs.jobs(None, kinds=_KINDS, before=before, limit=paging.limit + 1)
    page = jobs[: paging.limit]
    following = sealed(page[-1].asked_at.isoformat(), page[-1].id) if len(jobs) > paging.limit else ""
    return frame.show(
        request,
        asking,
        "runs.html",
        place="sync",
        rows=[_row(asking, words, one) for one in page if _sees(asking, one)],
        can_begin=asking.may(Right.SYNC_OPERATE, HUB_ITSELF),
        next_page=f"/sync/runs?cursor={following}" if following else None,
        first_page="/sync/runs" if place else None,
    )


@router.post("")
def begin(asking: Annotated[Asking, may(Right.SYNC_OPERATE)]) -> Response:
    """Begin a round: everything that changed is read and delivered."""
    asking.check(Right.SYNC_OPERATE, HUB_ITSELF)
    asking.hub.jobs.submit(ROUND, {"full": False}, by=asking.principal, scope=HUB_ITSELF)
    return frame.go("/sync/runs", done="asked")


@router.post("/agreements/{id}")
def read_again(
    id: str, asking: Annotated[Asking, may(Right.SYNC_OPERATE)], since: Day = "", until: Day = ""
) -> Response:
    """Begin a run that reads again what changed on some days of what an agreement covers, both of them included."""
    found = next((one for one in asking.hub.sync.ledger.agreements() if one.id == id), None)
    if found is None:
        raise MissingError(f"{id}: no such agreement")
    asking.check(Right.SYNC_OPERATE, scope_of_agreement(found))
    midnight = frame.reader_of(asking).midnight
    first, last = _day(since), _day(until)
    if first and last and last < first:
        raise UsageError(f"{until}: is before {since}")
    argument = {
        "agreement": found.id,
        "since": midnight(first).isoformat() if first else None,
        "until": midnight(last + timedelta(days=1)).isoformat() if last else None,
        "person": asking.principal.actor,
    }
    asking.hub.jobs.submit(BACKFILL, argument, by=asking.principal, scope=scope_of_agreement(found))
    return frame.go("/sync/runs", done="asked")


def _day(told: str) -> date | None:
    try:
        return date.fromisoformat(told) if told else None
    except ValueError:
        raise UsageError(f"{told}: is no day such as 2026-05-01") from None


def _sees(asking: Asking, job: Job) -> bool:
    """Tell whether who asks may read of a run: all of what it was about has to be open to them."""
    if asking.may(Right.SYNC_READ, HUB_ITSELF):
        return True
    named = job.argument.get("agreements") or [job.argument.get("agreement")]
    agreements = {one.id: one for one in asking.hub.sync.ledger.agreements()}
    scopes: list[Scope] = [scope_of_agreement(agreements[one]) for one in named if one in agreements]
    return len(scopes) == len(named) > 0 and all(asking.may(Right.SYNC_READ, one) for one in scopes)


def _row(asking: Asking, words: Wording, job: Job) -> SimpleNamespace:
    states = {
        JobState.QUEUED: words.text("waits"),
        JobState.RUNNING: words.text("under way"),
        JobState.DONE: words.text("done"),
        JobState.FAILED: words.text("failed"),
    }
    kinds = {
        ROUND: words.text("Round"),
        RECONCILE: words.text("Reconciliation"),
        BACKFILL: words.text("Read again"),
        LIKENESS: words.text("Look for pairs"),
    }
    return SimpleNamespace(
        kind=kinds.get(job.kind, job.kind), state=states[job.state], tone=_TONES[job.state], at=job.asked_at,
        ended=job.ended_at, by=_person(asking, job), error=job.error, told=_told(words, job),
    )  # fmt: skip


def _person(asking: Asking, job: Job) -> str:
    try:
        return asking.hub.desk.accounts.account(job.user_id).user.name
    except MissingError:
        return "–"


def _told(words: Wording, job: Job) -> str:
    """Return what came of a run in words: differences, messages delivered, pairs, systems that were away."""
    result, said = job.result, list[str]()
    if "differences_found" in result:
        said.append(words.plural("{count} difference", "{count} differences", int(result["differences_found"])))
    if "sent" in result:
        count = int(result["sent"])
        said.append(words.plural("{count} record sent out again", "{count} records sent out again", count))
    if "proposed" in result:
        said.append(words.plural("{count} pair", "{count} pairs", int(result["proposed"])))
    if "delivered" in result:
        count = sum(result["delivered"].values())
        said.append(words.plural("{count} message delivered", "{count} messages delivered", count))
    said += [f"{system}: {words.text('does not answer')}" for system in result.get("away", ())]
    return ", ".join(said)
