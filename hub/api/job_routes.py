"""Long work: asked for elsewhere with 202, watched here."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from hub.api.asking import Asking, Somebody, oneself
from hub.api.paging import Page, Paging, page
from hub.domain.errors import MissingError
from hub.domain.jobs import Job, JobState

router = APIRouter(prefix="/jobs", tags=["jobs"])
_LOOK_EVERY_S = 0.5
_ENDED = (JobState.DONE, JobState.FAILED)


class JobSeen(BaseModel):
    """A piece of long work; *progress* goes from 0 to 1, *result* is there once it is done."""

    id: str
    kind: str
    state: JobState
    progress: float
    note: str
    result: dict[str, Any]
    error: str
    asked_at: datetime
    began_at: datetime | None
    ended_at: datetime | None


def job_address(job: Any) -> str:
    """Return where a job is watched."""
    return f"/api/v1/jobs/{job.id}"


def seen(job: Job) -> JobSeen:
    """Return the form of a job."""
    return JobSeen(
        **{name: getattr(job, name) for name in JobSeen.model_fields if name != "result"}, result=dict(job.result)
    )


def own_job(id: str, asking: Somebody) -> Job:
    """Return the job of the path. MissingError where it was asked for by another."""
    job = asking.hub.jobs.jobs.job(id)
    if job.user_id != asking.principal.user.id:
        raise MissingError(f"job {id}: there is none")
    return job


@router.get("")
def list_jobs(asking: Annotated[Asking, oneself()], paging: Paging) -> Page[JobSeen]:
    """List one's own jobs, newest first."""
    before = paging.place(datetime, str)
    found = asking.hub.jobs.jobs.jobs(asking.principal.user.id, before=before, limit=paging.limit + 1)
    return page(found, paging, place=lambda job: (job.asked_at.isoformat(), job.id), form=seen)


@router.get("/{id}")
def show(_asking: Annotated[Asking, oneself()], job: Annotated[Job, Depends(own_job)]) -> JobSeen:
    """Show a job."""
    return seen(job)


@router.get("/{id}/events", response_class=StreamingResponse, responses={200: {"content": {"text/event-stream": {}}}})
async def watch(
    request: Request, asking: Annotated[Asking, oneself()], job: Annotated[Job, Depends(own_job)]
) -> StreamingResponse:
    """Send the job each time it has changed, as server-sent events, until it or the session or token has ended."""
    jobs = asking.hub.jobs.jobs

    async def told() -> AsyncIterator[str]:
        last: Job | None = None
        now = job
        while not await request.is_disconnected():
            if now != last:
                yield f"event: job\ndata: {seen(now).model_dump_json()}\n\n"
            if now.state in _ENDED:
                return
            last = now
            await asyncio.sleep(_LOOK_EVERY_S)
            if not await run_in_threadpool(asking.stands):
                return
            now = await run_in_threadpool(jobs.job, job.id)

    return StreamingResponse(told(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})
