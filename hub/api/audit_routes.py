"""The audit trail: searched, verified, handed out."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from hub.api.asking import Asking, may
from hub.api.job_routes import JobSeen, job_address, seen
from hub.api.once import Creating
from hub.api.paging import Page, Paging, sealed
from hub.domain.errors import UsageError
from hub.domain.places import HUB_ITSELF
from hub.domain.policy import Right, Scope
from hub.ports.browsing import Wanted
from hub.services.kept_jobs import VERIFY

router = APIRouter(prefix="/audit", tags=["audit"])
_ON_PAPER = 5000
Text = Annotated[str | None, Query(max_length=200)]


class EntrySeen(BaseModel):
    """One entry. *old* and *new* are JSON text; *masked* says that they were left out because they would unblind."""

    number: int
    at: datetime
    actor: str
    kind: str
    record_id: str
    field: str
    old: str | None
    new: str | None
    reason: str
    agreement: str
    message_id: str
    hash: str
    masked: bool


def _wanted(
    record: Text = None,
    kind: Text = None,
    actor: Text = None,
    field: Text = None,
    text: Text = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Wanted:
    return Wanted(record, kind, actor, field, _utc(since), _utc(until), text)


Filter = Annotated[Wanted, Depends(_wanted)]


@router.get("/entries")
def search(asking: Annotated[Asking, may(Right.AUDIT_READ)], wanted: Filter, paging: Paging) -> Page[EntrySeen]:
    """Search the trail, newest first. A page may hold fewer entries than its limit, or none, with a next one."""
    (before,) = paging.place(int) or (None,)
    lines, following = asking.hub.trail.page(wanted, _sees(asking), before=before, limit=paging.limit)
    return Page(items=[_seen(one) for one in lines], next=sealed(following) if following is not None else None)


@router.post("/verifications", status_code=202, response_model=JobSeen)
def verify(asking: Annotated[Asking, may(Right.AUDIT_READ)], once: Creating) -> Response:
    """Compute the whole chain again and hold it against its signed checkpoints; the verdict is the job's result."""

    def begin() -> JobSeen:
        return seen(asking.hub.jobs.submit(VERIFY, {}, by=asking.principal, scope=HUB_ITSELF))

    return once.answer({}, begin, status=202, location=job_address)


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {}, "application/json": {}, "application/pdf": {}}}},
)
def export(
    asking: Annotated[Asking, may(Right.AUDIT_READ)], wanted: Filter, format: Literal["csv", "json", "pdf"] = "csv"
) -> Response:
    """Hand out what the filter finds, newest first, with what proves the trail whole (JSON and PDF)."""
    from hub.render import trail

    lines: Iterator[Any] = asking.hub.trail.all(wanted, _sees(asking))
    name = {"Content-Disposition": f'attachment; filename="audit.{format}"'}
    if format == "csv":
        pieces = (text.encode() for text in trail.as_csv(lines))
        return StreamingResponse(pieces, media_type="text/csv", headers=name)
    proof = _proof(asking)
    if format == "json":
        return StreamingResponse(
            (text.encode() for text in trail.as_json(lines, proof)), media_type="application/json", headers=name
        )
    kept = [line for _, line in zip(range(_ON_PAPER + 1), lines, strict=False)]
    if len(kept) > _ON_PAPER:
        raise UsageError(f"more than {_ON_PAPER} entries do not go on paper; narrow the search, or export as CSV")
    return Response(trail.as_pdf(kept, proof), media_type="application/pdf", headers=name)


def _sees(asking: Asking) -> Any:
    known: dict[Scope, bool] = {}

    def sees(scope: Scope) -> bool:
        if scope not in known:
            known[scope] = asking.may(Right.AUDIT_READ, scope)
        return known[scope]

    return sees


def _proof(asking: Asking) -> dict[str, Any]:
    verdict = asking.hub.audit.verify()
    return {
        "whole": verdict.whole,
        "entries_verified": verdict.entries,
        "checkpoints": verdict.checkpoints,
        "first_bad": verdict.first_bad,
        "harm": verdict.harm,
        "public_key": asking.hub.audit.public_key(),
    }


def _seen(line: Any) -> EntrySeen:
    entry = line.entry
    names = ("at", "actor", "kind", "record_id", "field", "old", "new", "reason", "agreement", "message_id")
    return EntrySeen(
        number=line.seq, hash=line.hash, masked=line.masked, **{name: getattr(entry, name) for name in names}
    )


def _utc(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at
