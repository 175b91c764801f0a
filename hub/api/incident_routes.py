"""Incidents: reported, followed step by step with whom was told, closed with cause and correction."""

from datetime import datetime
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AwareDatetime, BaseModel, Field

from hub.api import etags
from hub.api.asking import Asking, may
from hub.api.etags import Changing, Stepping
from hub.api.once import Creating
from hub.api.overseen import overseen
from hub.api.oversight_scopes import incident_scope, the_incident
from hub.api.paging import Page, Paging
from hub.domain import wire
from hub.domain.oversight import Incident, IncidentKind, Severity
from hub.domain.policy import Right
from hub.services.oversight import incidents
from hub.services.oversight.incidents import Report

router = APIRouter(prefix="/incidents", tags=["incidents"])
The = Annotated[Incident, Depends(the_incident)]
Managing = Annotated[Asking, may(Right.OVERSIGHT_MANAGE, incident_scope)]
Said = Annotated[str, Field(min_length=1, max_length=4000, pattern=r"\S")]


class IncidentForm(BaseModel):
    """What happened. *known_at* is when somebody became aware of it: the 72 hours of a breach run from then.

    *organizations* see it beside one's own where it is of no study, or of one without a meeting of its parties yet.
    """

    kind: IncidentKind
    severity: Severity
    title: Annotated[str, Field(min_length=1, max_length=400, pattern=r"\S")]
    what: Said
    known_at: AwareDatetime
    study: Annotated[str, Field(max_length=200)] = ""
    organizations: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=20)] = []
    unblinding: bool = Field(default=False, description="What is said in it would unblind: only the unblinded see it")


class IncidentStepForm(BaseModel):
    """What was done; *told* names whom, where somebody was. *authority*: it is a supervisory authority."""

    text: Said
    told: Annotated[str, Field(max_length=400)] = ""
    authority: bool = False


class IncidentCloseForm(BaseModel):
    """How it ended."""

    cause: Said
    correction: Said


class IncidentStepSeen(BaseModel):
    """What was done about an incident."""

    at: datetime
    by: str
    text: str
    told: str
    authority: bool


class IncidentSeen(BaseModel):
    """An incident. *due_at* is until when the authority is to be told; null where no clock runs."""

    id: str
    study: str
    organizations: list[str]
    kind: IncidentKind
    severity: Severity
    title: str
    what: str
    known_at: datetime
    reported_by: str
    reported_at: datetime
    state: str
    unblinding: bool
    steps: list[IncidentStepSeen]
    cause: str
    correction: str
    closed_by: str
    closed_at: datetime | None
    due_at: datetime | None
    late: bool

    @classmethod
    def of(cls, found: Incident, at: datetime) -> "IncidentSeen":
        """Return the form of an incident."""
        return cls.model_validate(wire.plain(found) | {"due_at": found.due_at, "late": found.late(at)})


@router.get("")
def list_incidents(
    asking: Annotated[Asking, may(Right.OVERSIGHT_READ)],
    paging: Paging,
    study: Annotated[str | None, Query(max_length=200, description="Only of this protocol number")] = None,
    state: Literal["open", "closed"] | None = None,
) -> Page[IncidentSeen]:
    """List incidents: open ones first, of each state the newest first."""
    where = {name: value for name, value in (("study", study), ("state", state)) if value is not None}
    seen = partial(IncidentSeen.of, at=asking.at)
    return overseen(asking, Incident, Right.OVERSIGHT_READ, paging, form=seen, **where)


@router.post("", status_code=201, response_model=IncidentSeen)
def report(asking: Annotated[Asking, may(Right.INCIDENTS_REPORT)], form: IncidentForm, once: Creating) -> Response:
    """Report an incident."""
    told = Report(**form.model_dump(exclude={"organizations"}), organizations=tuple(form.organizations))
    return once.answer(
        form,
        lambda: IncidentSeen.of(incidents.report(asking.hub.room, asking.principal, told), asking.at),
        location=lambda seen: f"/api/v1/incidents/{seen.id}",
    )


@router.get("/{id}")
def show(
    found: The, asking: Annotated[Asking, may(Right.OVERSIGHT_READ, incident_scope)], response: Response
) -> IncidentSeen:
    """Show an incident."""
    etags.put(response, (found.id, found.revision))
    return IncidentSeen.of(found, asking.at)


@router.post("/{id}/steps", status_code=201, response_model=IncidentSeen)
def follow(found: The, asking: Managing, form: IncidentStepForm, once: Creating, match: Stepping) -> Response:
    """Add what was done about it. That the authority was told stops the clock."""
    room, who = asking.hub.room, asking.principal

    def made() -> IncidentSeen:
        match.check((found.id, found.revision))
        after = incidents.followed(room, who, found.id, form.text, told=form.told, authority=form.authority)
        return IncidentSeen.of(after, asking.at)

    return once.answer(form, made)


@router.post("/{id}/close")
def close(found: The, asking: Managing, form: IncidentCloseForm, match: Changing) -> IncidentSeen:
    """Close it with its cause and what was corrected; a breach only once the authority was told."""
    match.check((found.id, found.revision))
    room, principal = asking.hub.room, asking.principal
    after = incidents.close(
        room, principal, found.id, cause=form.cause, correction=form.correction, revision=found.revision
    )
    return IncidentSeen.of(after, asking.at)
