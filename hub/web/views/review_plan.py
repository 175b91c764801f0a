"""How often the trail and the access are reviewed: shown beside the reviews, and planned there."""

from types import SimpleNamespace
from typing import Annotated

from fastapi import APIRouter, Form, Response

from hub.api.asking import Asking, may
from hub.domain.policy import Right, Scope
from hub.domain.reminders import ReviewKind
from hub.services.oversight import reviews_due
from hub.web import frame

router = APIRouter(include_in_schema=False)
Text = Annotated[str, Form(max_length=2000)]
Days = Annotated[int, Form(ge=1, le=1100)]
Revision = Annotated[int, Form(ge=0)]
PAGES = {ReviewKind.TRAIL: "/audit/reviews", ReviewKind.ACCESS: "/administration/access-review"}
"""Where each is made."""


@router.post("/audit/reviews/plan")
def plan_trail(
    asking: Annotated[Asking, may(Right.AUDIT_REVIEW)], days: Days, basis: Text, reason: Text, revision: Revision
) -> Response:
    """Plan the reviews of the trail."""
    return _planned(asking, ReviewKind.TRAIL, days, basis, reason, revision)


@router.post("/administration/access-review/plan")
def plan_access(
    asking: Annotated[Asking, may(Right.USERS_MANAGE)], days: Days, basis: Text, reason: Text, revision: Revision
) -> Response:
    """Plan the reviews of access."""
    return _planned(asking, ReviewKind.ACCESS, days, basis, reason, revision)


def shown(asking: Asking, kind: ReviewKind) -> SimpleNamespace:
    """Return what a page says of the plan of the asker's organization."""
    organization = asking.principal.user.organization
    found = reviews_due.standing(asking.hub.room, asking.hub.browser, organization, kind)
    return SimpleNamespace(
        days=found.plan.days, basis=found.plan.basis, planned=found.plan.revision > 0, revision=found.plan.revision,
        due_at=found.due_at, overdue=found.overdue(asking.at), address=f"{PAGES[kind]}/plan",
        can=asking.may(reviews_due.RIGHTS[kind], Scope(frozenset({organization}))),
    )  # fmt: skip


def _planned(asking: Asking, kind: ReviewKind, days: int, basis: str, reason: str, revision: int) -> Response:
    room = asking.hub.room
    reviews_due.plan(room, asking.principal, kind, days=days, basis=basis, revision=revision, reason=reason)
    return frame.go(PAGES[kind], done="saved")
