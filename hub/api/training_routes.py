"""What people are trained in, and what a study asks of whoever has a duty in it."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, Field

from hub.api import etags
from hub.api.asking import Asking, may, oneself
from hub.api.etags import Changing, Stepping, Versioned, etag
from hub.api.meeting_scopes import study_named, study_scope
from hub.api.once import Creating
from hub.api.paging import Asked, Page, Paging, sliced
from hub.api.user_routes import Managing, The, Why
from hub.domain import wire
from hub.domain.people import Role
from hub.domain.policy import Right
from hub.domain.training import Curriculum, Demand, Qualification, QualificationKind
from hub.services.accounts import training

router = APIRouter(tags=["training"])
OfStudy = Annotated[Asking, may(Right.USERS_MANAGE, study_scope)]
Study = Annotated[str, Path(max_length=200, description="Protocol number; `-` for what all studies ask")]
Text = Annotated[str, Field(min_length=1, max_length=400, pattern=r"\S")]


class QualificationForm(BaseModel):
    """What somebody was trained in, or that their identity was seen; *evidence* says where the proof lies."""

    kind: QualificationKind = QualificationKind.TRAINING
    name: Annotated[str, Field(max_length=400)] = ""
    on: date
    until: date | None = None
    evidence: Text


class QualificationSeen(Versioned):
    """One thing that is known of a person's training; *counts* says whether it is in force."""

    id: str
    kind: QualificationKind
    name: str
    on: date
    until: date | None
    evidence: str
    noted_by: str
    noted_at: datetime
    withdrawn_at: datetime | None
    why_withdrawn: str
    counts: bool

    @classmethod
    def of(cls, found: Qualification, at: datetime) -> "QualificationSeen":
        """Return the form of a qualification."""
        return cls.model_validate(wire.plain(found) | {"counts": found.counts(at), "etag": etag(found)})


class DemandForm(BaseModel):
    """Who has *role* needs the qualification *name* (`identity`: that it was seen who they are)."""

    role: Role
    name: Text


class CurriculumForm(BaseModel):
    """What a study asks for from now on."""

    demands: Annotated[list[DemandForm], Field(max_length=100)]
    reason: Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")]


class CurriculumSeen(BaseModel):
    """What a study itself asks for; what all of them ask stands under `-`."""

    study: str
    demands: list[DemandForm]

    @classmethod
    def of(cls, found: Curriculum) -> "CurriculumSeen":
        """Return the form of a curriculum."""
        return cls.model_validate(wire.plain(found))


@router.get("/users/{id}/qualifications")
def list_qualifications(account: The, asking: Managing, paging: Paging) -> Page[QualificationSeen]:
    """List what somebody is trained in, the newest first."""
    return _seen(asking, account.user.id, paging)


@router.post("/users/{id}/qualifications", status_code=201, response_model=QualificationSeen)
def note(account: The, asking: Managing, form: QualificationForm, once: Creating) -> Response:
    """Note a training, that an identity was seen, or that the letter to the FDA was sent; never one's own."""
    room, who, told = asking.hub.room, asking.principal, dict(form)
    return once.answer(form, lambda: QualificationSeen.of(training.note(room, who, account.user, **told), asking.at))


@router.post("/users/{id}/qualifications/{qualification}/withdraw")
def withdraw(
    account: The, asking: Managing, qualification: Annotated[str, Path(max_length=64)], form: Why, match: Stepping
) -> QualificationSeen:
    """Have a qualification count no more."""
    match.check_kept(asking.hub.room.shelf, Qualification, qualification, user_id=account.user.id)
    room, principal = asking.hub.room, asking.principal
    after = training.withdraw(room, principal, account.user, qualification, reason=form.reason)
    return QualificationSeen.of(after, asking.at)


@router.get("/me/qualifications")
def own(asking: Annotated[Asking, oneself()], paging: Paging) -> Page[QualificationSeen]:
    """List what one is known to be trained in."""
    return _seen(asking, asking.principal.user.id, paging)


@router.get("/studies/{study}/curriculum")
def curriculum(study: Study, asking: OfStudy, response: Response) -> CurriculumSeen:
    """Show what a study asks of whoever has a duty in it."""
    found = training.curriculum(asking.hub.room, study_named(study))
    etags.put(response, (found.study, found.revision))
    return CurriculumSeen.of(found)


@router.put("/studies/{study}/curriculum")
def set_curriculum(study: Study, asking: OfStudy, form: CurriculumForm, match: Changing) -> CurriculumSeen:
    """Set what a study asks; who lacks it has no right in the study from the next request on."""
    room, name = asking.hub.room, study_named(study)
    before = training.curriculum(room, name)
    match.check((before.study, before.revision))
    demands = [Demand(one.role, one.name) for one in form.demands]
    after = training.set_curriculum(room, asking.principal, name, demands, revision=before.revision, reason=form.reason)
    return CurriculumSeen.of(after)


def _seen(asking: Asking, user_id: str, paging: Asked) -> Page[QualificationSeen]:
    found = training.qualifications(asking.hub.room, user_id)
    return sliced(found, paging, form=lambda one: QualificationSeen.of(one, asking.at))
