"""Periodic reviews of the trail and of access: how often, on which assessment of the risk, when the next is due."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from hub.api import etags
from hub.api.asking import Asking, may
from hub.api.etags import Changing
from hub.api.once import Creating
from hub.api.oversight_scopes import own_scope
from hub.domain.policy import Right
from hub.domain.reminders import ReviewKind
from hub.services import trail_reviews
from hub.services.oversight import reviews_due
from hub.services.oversight.reviews_due import Standing

router = APIRouter(prefix="/reviews", tags=["reviews"])
OfTrail = Annotated[Asking, may(Right.AUDIT_REVIEW, own_scope)]
OfAccess = Annotated[Asking, may(Right.USERS_MANAGE, own_scope)]
Text = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")]


class ReviewPlanSeen(BaseModel):
    """How often one's organization reviews; *planned* is false where nobody has said and the hub's own period holds."""

    organization: str
    days: int
    basis: str
    planned: bool
    last: datetime | None
    due_at: datetime | None
    overdue: bool


class ReviewPlanForm(BaseModel):
    """How often, and on which assessment of the risk that rests."""

    days: Annotated[int, Field(ge=1, le=1100)]
    basis: Text
    reason: Text


class TrailReviewForm(BaseModel):
    """A review of the trail that was made."""

    since: date
    until: date
    scope: Annotated[str, Field(min_length=1, max_length=1000, pattern=r"\S")]
    findings: Annotated[str, Field(min_length=1, max_length=3000, pattern=r"\S")]


@router.get("/trail/plan")
def trail_plan(asking: OfTrail, response: Response) -> ReviewPlanSeen:
    """Show how often the trail is reviewed, and when the next review is due."""
    return _shown(asking, response, ReviewKind.TRAIL)


@router.put("/trail/plan")
def plan_trail(asking: OfTrail, form: ReviewPlanForm, match: Changing, response: Response) -> ReviewPlanSeen:
    """Plan the reviews of the trail."""
    return _planned(asking, response, form, match, ReviewKind.TRAIL)


@router.post("/trail", status_code=201, response_model=ReviewPlanSeen)
def review_trail(asking: OfTrail, form: TrailReviewForm, response: Response, once: Creating) -> Response:
    """Record a review of the trail: it is in the trail itself."""

    def made() -> ReviewPlanSeen:
        trail_reviews.record(
            asking.hub.desk, asking.principal, trail_reviews.TRAIL,
            scope=form.scope, findings=form.findings, since=form.since, until=form.until,
        )  # fmt: skip
        return _shown(asking, response, ReviewKind.TRAIL)

    return once.answer(form, made, sets=response)


@router.get("/access/plan")
def access_plan(asking: OfAccess, response: Response) -> ReviewPlanSeen:
    """Show how often access is reviewed, and when the next review is due."""
    return _shown(asking, response, ReviewKind.ACCESS)


@router.put("/access/plan")
def plan_access(asking: OfAccess, form: ReviewPlanForm, match: Changing, response: Response) -> ReviewPlanSeen:
    """Plan the reviews of access."""
    return _planned(asking, response, form, match, ReviewKind.ACCESS)


def _standing(asking: Asking, kind: ReviewKind) -> Standing:
    hub = asking.hub
    return reviews_due.standing(hub.room, hub.browser, asking.principal.user.organization, kind)


def _shown(asking: Asking, response: Response, kind: ReviewKind) -> ReviewPlanSeen:
    found = _standing(asking, kind)
    etags.put(response, (str(kind), found.plan.organization, found.plan.revision))
    return ReviewPlanSeen(
        organization=found.plan.organization, days=found.plan.days, basis=found.plan.basis,
        planned=found.plan.revision > 0, last=found.last, due_at=found.due_at, overdue=found.overdue(asking.at),
    )  # fmt: skip


def _planned(
    asking: Asking, response: Response, form: ReviewPlanForm, match: Changing, kind: ReviewKind
) -> ReviewPlanSeen:
    before = _standing(asking, kind).plan
    match.check((str(kind), before.organization, before.revision))
    reviews_due.plan(
        asking.hub.room, asking.principal, kind,
        days=form.days, basis=form.basis, revision=before.revision, reason=form.reason,
    )  # fmt: skip
    return _shown(asking, response, kind)
