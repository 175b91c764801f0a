"""How the sync stands, its rounds, and what a comparison of the systems found."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Response
from pydantic import BaseModel

from hub.api.asking import Asking, may
from hub.api.job_routes import JobSeen, accepted, seen
from hub.api.paging import Page, Paging, page
from hub.domain.agreements import Agreement
from hub.domain.places import scope_of_agreement
from hub.domain.policy import Right, Scope
from hub.services.kept_jobs import RECONCILE, ROUND

router = APIRouter(prefix="/sync", tags=["sync"])


class SystemSeen(BaseModel):
    """One connected system. *unread* are the kinds it has to be read for before it is written to."""

    name: str
    breaker: str
    unread: list[str]


class Standing(BaseModel):
    """What waits, and how the systems are."""

    counts: dict[str, int]
    systems: list[SystemSeen]
    agreements: dict[str, str]


class RoundForm(BaseModel):
    """*full* reads everything, not only what changed; absence is then deletion."""

    full: bool = False


@router.get("/status")
def status(asking: Annotated[Asking, may(Right.SYNC_READ)]) -> Standing:
    """Say what waits, where, and how the systems of one's agreements are."""
    sync = asking.hub.sync
    agreements = [one for one in sync.ledger.agreements() if asking.may(Right.SYNC_READ, scope_of_agreement(one))]
    names = sorted({name for one in agreements for name in one.systems} & set(sync.systems))
    gates = sync.gates.states()
    systems = [
        SystemSeen(name=name, breaker=gates.get(name, "closed"), unread=sorted(sync.unread(name))) for name in names
    ]
    counts = sync.ledger.counts() if asking.may(Right.SYNC_READ, _everything(sync.ledger.agreements())) else {}
    return Standing(counts=counts, systems=systems, agreements={one.label: str(one.status) for one in agreements})


@router.post("/rounds", status_code=202, response_model=JobSeen)
def begin_round(asking: Annotated[Asking, may(Right.SYNC_OPERATE)], form: RoundForm) -> Response:
    """Read every system and deliver until all is quiet, beside running workers."""
    return accepted(_submitted(asking, Right.SYNC_OPERATE, ROUND, {"full": form.full}))


@router.post("/reconciliations", status_code=202, response_model=JobSeen)
def reconcile(asking: Annotated[Asking, may(Right.SYNC_READ)]) -> Response:
    """Compare what the systems and the hub hold; the report is the job's result."""
    return accepted(_submitted(asking, Right.SYNC_READ, RECONCILE, {}))


@router.get("/runs")
def list_runs(asking: Annotated[Asking, may(Right.SYNC_READ)], paging: Paging) -> Page[JobSeen]:
    """List rounds and reconciliations that were asked for, with their reports, newest first."""
    before = (datetime.fromisoformat(str(paging.after[0])), str(paging.after[1])) if paging.after else None
    jobs = asking.hub.jobs.jobs.jobs(None, kinds=(ROUND, RECONCILE), before=before, limit=paging.limit + 1)
    found = page(jobs, paging, place=lambda job: (job.asked_at.isoformat(), job.id), form=lambda job: job)
    mine = [one for one in found.items if asking.may(Right.SYNC_READ, Scope(one.organizations, one.study))]
    return Page(items=[seen(one) for one in mine], next=found.next)


def _submitted(asking: Asking, right: Right, kind: str, argument: dict[str, Any]) -> Any:
    """Submit a job on all that is agreed: one has to have the right for every agreement."""
    agreements = asking.hub.sync.ledger.agreements()
    for one in agreements:
        asking.check(right, scope_of_agreement(one))
    return asking.hub.jobs.submit(kind, argument, by=asking.principal, scope=_everything(agreements))


def _everything(agreements: list[Agreement]) -> Scope:
    return Scope(frozenset(party for one in agreements for party in one.parties))
