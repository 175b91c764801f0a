"""How long records are kept, what holds them, and their destruction by two people, with a certificate."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, Field

from hub.api import etags
from hub.api.asking import Asking, may
from hub.api.etags import Changing, Stepping, Versioned, etag
from hub.api.meeting_routes import version_of
from hub.api.meeting_scopes import meeting_scope, study_named, study_scope, the_card
from hub.api.once import Creating
from hub.api.paging import Page, Paging, sliced
from hub.domain import wire
from hub.domain.cards import Card
from hub.domain.policy import Right
from hub.domain.retention import KEPT_ALWAYS, Destruction, DestructionState, Hold, Period, RecordClass
from hub.services.review import retained, retention, withdrawing

router = APIRouter(tags=["retention"])
OfMeeting = Annotated[Asking, may(Right.RETENTION_MANAGE, meeting_scope)]
OfStudy = Annotated[Asking, may(Right.RETENTION_MANAGE, study_scope)]
Study = Annotated[str, Path(max_length=200, description="Protocol number; `-` for all without a rule of their own")]
Text = Annotated[str, Field(min_length=1, max_length=4000)]


class PeriodSeen(BaseModel):
    """For how many months a class of records is kept; where it is kept always, *months* is null and *why* says why.

    Months begin with the meeting, with the last change of what was said, or with the end of the last agreement.
    """

    record_class: RecordClass
    study: str
    months: int | None
    why: str = ""

    @classmethod
    def of(cls, period: Period) -> "PeriodSeen":
        """Return the form of a period."""
        why = KEPT_ALWAYS.get(period.record_class, "")
        months = None if why else period.months
        return cls(record_class=period.record_class, study=period.study, months=months, why=why)


class PeriodForm(BaseModel):
    """How long a class is to be kept."""

    months: Annotated[int, Field(ge=1, le=1200)]
    reason: Text


class WhyForm(BaseModel):
    """Why."""

    reason: Text


class HoldSeen(Versioned):
    """A hold on a meeting or a study."""

    id: str
    study: str
    meeting_id: str
    reason: str
    placed_by: str
    placed_at: datetime
    released_by: str
    released_at: datetime | None

    @classmethod
    def of(cls, held: Hold) -> "HoldSeen":
        """Return the form of a hold."""
        return cls.model_validate(wire.plain(held) | {"etag": etag(held)})


class DestructionForm(BaseModel):
    """What is to be destroyed, and why."""

    record_class: RecordClass
    reason: Text


class DestructionSeen(Versioned):
    """A destruction; *signature* (Ed25519, hex) is that of the text *certificate* under *key*."""

    meeting_id: str
    record_class: RecordClass
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
    def of(cls, found: Destruction) -> "DestructionSeen":
        """Return the form of a destruction."""
        return cls.model_validate(wire.plain(found) | {"etag": etag(found)})


class EndedSeen(BaseModel):
    """A class of a meeting whose period is over since *since*: its destruction may be asked for."""

    meeting_id: str
    title: str
    study: str | None
    record_class: RecordClass
    since: datetime


@router.get("/retention/ended")
def ended(asking: Annotated[Asking, may(Right.RETENTION_MANAGE)]) -> list[EndedSeen]:
    """List what need not be kept any more, longest ago first; what is held, or asked for already, is left out."""
    return [
        EndedSeen(
            meeting_id=one.card.meeting_id,
            title=one.card.title,
            study=one.card.study,
            record_class=one.record_class,
            since=one.since,
        )
        for one in retained.ended(asking.hub.room, asking.principal)
    ]


class WithdrawnSeen(Versioned):
    """A meeting whose recording its platform has deleted since it was taken in: *withdrawn* is told, kept or destroyed.

    *may_go* are the classes whose destruction may be asked for now, before their period is over. Who keeps records
    sees no more of a meeting.
    """

    meeting_id: str
    title: str
    study: str | None
    platform: str
    found_at: datetime | None
    withdrawn: str
    may_go: list[RecordClass]

    @classmethod
    def of(cls, card: Card, may_go: Sequence[RecordClass] = ()) -> "WithdrawnSeen":
        """Return the form of a meeting."""
        return cls(
            etag=etag(version_of(card.meeting_id, card.revision)),
            meeting_id=card.meeting_id,
            title=card.title,
            study=card.study,
            platform=card.origin.platform if card.origin else "",
            found_at=card.withdrawn_at,
            withdrawn=card.withdrawn,
            may_go=list(may_go),
        )


@router.get("/retention/withdrawn")
def withdrawn(asking: Annotated[Asking, may(Right.RETENTION_MANAGE)], paging: Paging) -> Page[WithdrawnSeen]:
    """List recordings that were deleted where they came from and are here still, for a person to decide on."""
    found = [WithdrawnSeen.of(*one) for one in retained.withdrawn(asking.hub.room, asking.principal)]
    return sliced(found, paging, form=lambda one: one, name=lambda one: one.meeting_id)


@router.post("/meetings/{meeting_id}/withdrawal/keep")
def keep(meeting_id: str, asking: OfMeeting, form: WhyForm, match: Stepping, response: Response) -> WithdrawnSeen:
    """Say that the copy here is kept for its period, though its platform has deleted the recording."""
    match.check(version_of(meeting_id, the_card(meeting_id, asking.hub).revision))
    after = withdrawing.keep(asking.hub.room, asking.principal, meeting_id, reason=form.reason)
    etags.put(response, version_of(meeting_id, after.revision))
    return WithdrawnSeen.of(after)


@router.get("/studies/{study}/retention")
def periods(study: Study, asking: OfStudy) -> list[PeriodSeen]:
    """Show how long each class of a study's records is kept."""
    room, name = asking.hub.room, study_named(study)
    return [PeriodSeen.of(retention.period(room, one, name)) for one in RecordClass]


@router.get("/studies/{study}/retention/{record_class}")
def period(study: Study, record_class: RecordClass, asking: OfStudy, response: Response) -> PeriodSeen:
    """Show how long a class is kept."""
    found = retention.period(asking.hub.room, record_class, study_named(study))
    etags.put(response, (found.record_class, found.study, found.revision))
    return PeriodSeen.of(found)


@router.put("/studies/{study}/retention/{record_class}")
def set_period(
    study: Study, record_class: RecordClass, asking: OfStudy, form: PeriodForm, match: Changing
) -> PeriodSeen:
    """Set how long a class is kept."""
    room, name = asking.hub.room, study_named(study)
    before = retention.period(room, record_class, name)
    match.check((before.record_class, before.study, before.revision))
    after = retention.set_period(
        room,
        asking.principal,
        record_class,
        name,
        form.months,
        revision=before.revision,
        reason=form.reason,
    )
    return PeriodSeen.of(after)


@router.post("/studies/{study}/holds", status_code=201, response_model=HoldSeen)
def hold_study(study: Study, asking: OfStudy, form: WhyForm, once: Creating) -> Response:
    """Hold all records of a study."""
    room, who, name = asking.hub.room, asking.principal, study_named(study)
    return once.answer(form, lambda: HoldSeen.of(retention.place_hold(room, who, study=name, reason=form.reason)))


@router.post("/studies/{study}/holds/{hold_id}/release")
def release_study(study: Study, hold_id: str, asking: OfStudy, form: WhyForm, match: Stepping) -> HoldSeen:
    """End a hold on a study."""
    match.check_kept(asking.hub.room.shelf, Hold, hold_id, study=study_named(study))
    return HoldSeen.of(retention.release_hold(asking.hub.room, asking.principal, hold_id, reason=form.reason))


@router.post("/meetings/{meeting_id}/holds", status_code=201, response_model=HoldSeen)
def hold_meeting(meeting_id: str, asking: OfMeeting, form: WhyForm, once: Creating) -> Response:
    """Hold the records of a meeting."""
    room, who = asking.hub.room, asking.principal
    return once.answer(
        form, lambda: HoldSeen.of(retention.place_hold(room, who, meeting_id=meeting_id, reason=form.reason))
    )


@router.post("/meetings/{meeting_id}/holds/{hold_id}/release")
def release_meeting(meeting_id: str, hold_id: str, asking: OfMeeting, form: WhyForm, match: Stepping) -> HoldSeen:
    """End a hold on a meeting."""
    match.check_kept(asking.hub.room.shelf, Hold, hold_id, meeting_id=meeting_id)
    return HoldSeen.of(retention.release_hold(asking.hub.room, asking.principal, hold_id, reason=form.reason))


@router.get("/meetings/{meeting_id}/destructions")
def destructions(meeting_id: str, asking: OfMeeting) -> list[DestructionSeen]:
    """List what of a meeting was destroyed, with its certificate, or is asked to be."""
    found = retention.destructions(asking.hub.room, asking.principal, meeting_id)
    return [DestructionSeen.of(one) for one in found]


@router.post("/meetings/{meeting_id}/destructions", status_code=201, response_model=DestructionSeen)
def ask(meeting_id: str, asking: OfMeeting, form: DestructionForm, once: Creating) -> Response:
    """Ask for the destruction of a class of a meeting; another person has to approve it."""
    room, who = asking.hub.room, asking.principal
    return once.answer(
        form,
        lambda: DestructionSeen.of(retention.ask(room, who, meeting_id, form.record_class, reason=form.reason)),
    )


@router.post("/meetings/{meeting_id}/destructions/{record_class}/approve")
def approve(
    meeting_id: str, record_class: RecordClass, asking: OfMeeting, form: WhyForm, match: Stepping
) -> DestructionSeen:
    """Approve a destruction that another person asked for, and do it."""
    match.check_kept(asking.hub.room.shelf, Destruction, retention.key_of(meeting_id, record_class))
    hub = asking.hub
    done = retention.approve(hub.room, hub.shredder, asking.principal, meeting_id, record_class, reason=form.reason)
    return DestructionSeen.of(done)


@router.post("/meetings/{meeting_id}/destructions/{record_class}/refuse")
def refuse(
    meeting_id: str, record_class: RecordClass, asking: OfMeeting, form: WhyForm, match: Stepping
) -> DestructionSeen:
    """Refuse a destruction that was asked for."""
    match.check_kept(asking.hub.room.shelf, Destruction, retention.key_of(meeting_id, record_class))
    room, principal = asking.hub.room, asking.principal
    return DestructionSeen.of(retention.refuse(room, principal, meeting_id, record_class, reason=form.reason))
