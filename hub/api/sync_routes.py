"""How the sync stands, its rounds, and what a comparison of the systems found."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel

from hub.api.asking import Asking, may
from hub.api.job_routes import JobSeen, job_address, seen
from hub.api.once import Creating
from hub.api.paging import Page, Paging, page
from hub.domain.agreements import Agreement
from hub.domain.places import HUB_ITSELF, scope_of_agreement
from hub.domain.policy import Right, Scope
from hub.services.kept_jobs import RECONCILE, ROUND

router = APIRouter(prefix="/sync", tags=["sync"])


class SystemSeen(BaseModel):
    """One connected system. *unread* are the kinds it has to be read for before it is written to.

    *behind* messages were still to be delivered to it when a worker last looked, *behind_at*; null before that.
    """

    name: str
    breaker: str
    unread: list[str]
    behind: int | None
    behind_at: datetime | None


class SyncStanding(BaseModel):
    """What waits (*counts*: of the hub as a whole, for those who run it), and how the systems are."""

    counts: dict[str, int]
    systems: list[SystemSeen]
    agreements: dict[str, str]


class RoundForm(BaseModel):
    """*full* reads everything, not only what changed; absence is then deletion."""

    full: bool = False


@router.get("/status")
def status(asking: Annotated[Asking, may(Right.SYNC_READ)]) -> SyncStanding:
    """Say what waits, where, and how the systems of one's agreements are."""
    sync = asking.hub.sync
    agreements = _mine(asking)
    names = sorted({name for one in agreements for name in one.systems} & set(sync.systems))
    gates = sync.gates.states()
    lags = sync.ledger.lags()
    systems = [
        SystemSeen(
            name=name,
            breaker=gates.get(name, "closed"),
            unread=sorted(sync.unread(name)),
            behind=lags[name].messages if name in lags else None,
            behind_at=lags[name].at if name in lags else None,
        )
        for name in names
    ]
    counts = sync.ledger.counts() if asking.may(Right.SYNC_READ, HUB_ITSELF) else {}
    return SyncStanding(counts=counts, systems=systems, agreements={one.label: str(one.status) for one in agreements})


def _hub_itself() -> Scope:
    return HUB_ITSELF


@router.post("/rounds", status_code=202, response_model=JobSeen)
def begin_round(
    asking: Annotated[Asking, may(Right.SYNC_OPERATE, _hub_itself)], form: RoundForm, once: Creating
) -> Response:
    """Read every system and deliver until all is quiet, beside running workers: for those who run the hub."""

    def begin() -> JobSeen:
        return seen(asking.hub.jobs.submit(ROUND, {"full": form.full}, by=asking.principal, scope=HUB_ITSELF))

    return once.answer(form, begin, status=202, location=job_address)


@router.post("/reconciliations", status_code=202, response_model=JobSeen)
def reconcile(asking: Annotated[Asking, may(Right.SYNC_READ)], once: Creating) -> Response:
    """Compare what the systems of one's agreements and the hub hold; the report, blinded, is the job's result."""
    mine = _mine(asking)
    scope = Scope(frozenset(party for one in mine for party in one.parties))
    argument = {"agreements": [one.id for one in mine]}

    def begin() -> JobSeen:
        return seen(asking.hub.jobs.submit(RECONCILE, argument, by=asking.principal, scope=scope))

    return once.answer({}, begin, status=202, location=job_address)


@router.get("/runs")
def list_runs(asking: Annotated[Asking, may(Right.SYNC_READ)], paging: Paging) -> Page[JobSeen]:
    """List rounds and reconciliations that were asked for, with their reports, newest first."""
    before = paging.place(datetime, str)
    jobs = asking.hub.jobs.jobs.jobs(None, kinds=(ROUND, RECONCILE), before=before, limit=paging.limit + 1)
    found = page(jobs, paging, place=lambda job: (job.asked_at.isoformat(), job.id), form=lambda job: job)
    mine = {one.id for one in _mine(asking)}
    whole = asking.may(Right.SYNC_READ, HUB_ITSELF)
    shown = [
        one for one in found.items if whole or (one.kind == RECONCILE and mine.issuperset(one.argument["agreements"]))
    ]
    return Page(items=[seen(one) for one in shown], next=found.next)


def _mine(asking: Asking) -> list[Agreement]:
    known = asking.hub.sync.ledger.agreements()
    return [one for one in known if asking.may(Right.SYNC_READ, scope_of_agreement(one))]
