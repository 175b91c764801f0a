"""What is kept study by study: what is past its period, and its destruction by two people, with a certificate."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel

from hub.api.asking import Asking, Somebody, may
from hub.api.etags import Stepping, Versioned, etag
from hub.api.meeting_scopes import study_named
from hub.api.once import Creating
from hub.api.paging import Page, Paging, sliced
from hub.api.retention_routes import DestructionForm, Study, WhyForm
from hub.domain import wire
from hub.domain.policy import Right, Scope
from hub.domain.retention import DestructionState, RecordClass, StudyDestruction
from hub.services.review import study_retention

router = APIRouter(tags=["retention"])


def _of_study(study: Study, asking: Somebody) -> Scope:
    return study_retention.study_scope(asking.hub.room, asking.hub.stacks, study_named(study))


OfStudy = Annotated[Asking, may(Right.RETENTION_MANAGE, _of_study)]


class StudyDestructionSeen(Versioned):
    """A destruction of what is of *before*; *signature* (Ed25519, hex) is that of *certificate* under *key*."""

    id: str
    study: str
    record_class: RecordClass
    before: datetime
    reason: str
    asked_by: str
    asked_at: datetime
    state: DestructionState
    decided_by: str
    decided_at: datetime | None
    certificate: str
    signature: str
    key: str

    @classmethod
    def of(cls, found: StudyDestruction) -> "StudyDestructionSeen":
        """Return the form of a destruction."""
        return cls.model_validate(wire.plain(found) | {"etag": etag(found)})


class StudyEndedSeen(BaseModel):
    """A class of a study of which something is past its period, the first since *since*."""

    study: str
    record_class: RecordClass
    since: datetime
    before: datetime


@router.get("/retention/ended/studies")
def study_ended(asking: Annotated[Asking, may(Right.RETENTION_MANAGE)]) -> list[StudyEndedSeen]:
    """List what of studies need not be kept any more; what is held, or asked for already, is left out."""
    found = study_retention.ended(asking.hub.room, asking.hub.stacks, asking.principal)
    return [StudyEndedSeen.model_validate(wire.plain(one)) for one in found]


@router.get("/studies/{study}/destructions")
def study_destructions(study: Study, asking: OfStudy, paging: Paging) -> Page[StudyDestructionSeen]:
    """List what of a study was destroyed, with its certificate, or is asked to be."""
    found = study_retention.listed(asking.hub.room, asking.hub.stacks, asking.principal)
    mine = [one for one in found if one.study == study_named(study)]
    return sliced(mine, paging, form=StudyDestructionSeen.of)


@router.post("/studies/{study}/destructions", status_code=201, response_model=StudyDestructionSeen)
def study_ask(study: Study, asking: OfStudy, form: DestructionForm, once: Creating) -> Response:
    """Ask for the destruction of what of a class is past its period; another person has to approve it."""
    hub, name = asking.hub, study_named(study)

    def made() -> StudyDestructionSeen:
        asked = (hub.room, hub.stacks, asking.principal, name, form.record_class)
        return StudyDestructionSeen.of(study_retention.ask(*asked, reason=form.reason))

    return once.answer(form, made)


@router.post("/studies/{study}/destructions/{id}/approve")
def study_approve(study: Study, id: str, asking: OfStudy, form: WhyForm, match: Stepping) -> StudyDestructionSeen:
    """Approve a destruction that another person asked for, and do it."""
    hub = asking.hub
    match.check_kept(hub.room.shelf, StudyDestruction, id, study=study_named(study))
    return StudyDestructionSeen.of(
        study_retention.approve(hub.room, hub.stacks, asking.principal, id, reason=form.reason)
    )


@router.post("/studies/{study}/destructions/{id}/refuse")
def study_refuse(study: Study, id: str, asking: OfStudy, form: WhyForm, match: Stepping) -> StudyDestructionSeen:
    """Refuse a destruction that was asked for."""
    hub = asking.hub
    match.check_kept(hub.room.shelf, StudyDestruction, id, study=study_named(study))
    return StudyDestructionSeen.of(
        study_retention.refuse(hub.room, hub.stacks, asking.principal, id, reason=form.reason)
    )
