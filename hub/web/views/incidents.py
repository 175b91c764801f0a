"""Incidents: what went wrong, whom was told and when, and how it ended."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from hub.api.asking import Asking, may
from hub.api.overseen import overseen
from hub.api.paging import Paging
from hub.domain.errors import UsageError
from hub.domain.oversight import Incident, IncidentKind, Severity
from hub.domain.policy import Right
from hub.ports import Wording
from hub.services.oversight import incidents
from hub.services.oversight.incidents import Report
from hub.web import frame
from hub.web.paged import onward
from hub.web.reader import Reader
from hub.web.views.oversight import show

router = APIRouter(prefix="/oversight/incidents", include_in_schema=False)
Reading = Annotated[Asking, may(Right.OVERSIGHT_READ)]
Reporting = Annotated[Asking, may(Right.INCIDENTS_REPORT)]
Managing = Annotated[Asking, may(Right.OVERSIGHT_MANAGE)]
Short = Annotated[str, Form(max_length=400)]
Text = Annotated[str, Form(max_length=4000)]
_TONES = {Severity.MINOR: "", Severity.MAJOR: "warn", Severity.CRITICAL: "bad"}


@router.get("")
def every(request: Request, asking: Reading, paging: Paging) -> Response:
    """List incidents, with the form to report one."""
    reader, words = frame.reader_of(asking), frame.reader_of(asking).words
    page = overseen(asking, Incident, Right.OVERSIGHT_READ, paging, form=lambda one: one)
    found = onward(page, paging, "/oversight/incidents")
    return show(
        request,
        asking,
        "incidents.html",
        "incidents",
        rows=[shown(reader, one) for one in found.shown],
        **found.pager(),
        kinds=[(str(one), said) for one, said in kinds(words).items()],
        severities=[(str(one), said) for one, said in severities(words).items()],
        now=reader.local(asking.at).strftime("%Y-%m-%dT%H:%M"),
        can=reader.can(str(Right.INCIDENTS_REPORT)),
    )


@router.post("")
def report(
    asking: Reporting, kind: Short, severity: Short, title: Short, what: Text, known_at: Short, study: Short = "",
    organizations: Short = "", unblinding: Short = "",
) -> Response:  # fmt: skip
    """Report an incident."""
    if kind not in set(IncidentKind) or severity not in set(Severity):
        raise UsageError("choose what it is about and how grave it is")
    others = tuple(one.strip() for one in organizations.split(",") if one.strip())
    when = _moment(frame.reader_of(asking), known_at)
    told = Report(IncidentKind(kind), Severity(severity), title, what, when, study, others, unblinding == "yes")
    made = incidents.report(asking.hub.room, asking.principal, told)
    return frame.go(f"/oversight/incidents/{frame.part(made.id)}", done="added")


@router.get("/{id}")
def one(id: str, request: Request, asking: Reading) -> Response:
    """Show an incident with its steps."""
    found, reader = incidents.incident(asking.hub.room, asking.principal, id), frame.reader_of(asking)
    can = found.state == "open" and asking.may(Right.OVERSIGHT_MANAGE, found.scope)
    return show(
        request, asking, "incident.html", "incidents", incident=shown(reader, found), steps=found.steps,
        revision=found.revision, can=can, base=f"/oversight/incidents/{frame.part(id)}",
    )  # fmt: skip


@router.post("/{id}/steps")
def follow(id: str, asking: Managing, text: Text, told: Short = "", authority: Short = "") -> Response:
    """Add what was done."""
    room, principal = asking.hub.room, asking.principal
    incidents.followed(room, principal, id, text, told=told, authority=authority == "yes")
    return frame.go(f"/oversight/incidents/{frame.part(id)}", done="added")


@router.post("/{id}/close")
def close(id: str, asking: Managing, cause: Text, correction: Text, revision: Annotated[int, Form(ge=0)]) -> Response:
    """Close it."""
    room, principal = asking.hub.room, asking.principal
    incidents.close(room, principal, id, cause=cause, correction=correction, revision=revision)
    return frame.go(f"/oversight/incidents/{frame.part(id)}", done="saved")


def kinds(words: Wording) -> dict[IncidentKind, str]:
    """Return what an incident may be about, in words."""
    return {
        IncidentKind.QUALITY: words.text("Quality"),
        IncidentKind.SYSTEM: words.text("System"),
        IncidentKind.SECURITY: words.text("Security"),
        IncidentKind.PERSONAL_DATA: words.text("Breach of personal data"),
        IncidentKind.TRANSFER: words.text("Transfer of data"),
    }


def severities(words: Wording) -> dict[Severity, str]:
    """Return how grave an incident may be, in words."""
    return {
        Severity.MINOR: words.text("minor"),
        Severity.MAJOR: words.text("major"),
        Severity.CRITICAL: words.text("critical"),
    }


def shown(reader: Reader, one: Incident) -> SimpleNamespace:
    """Return an incident as pages show it."""
    words = reader.words
    return SimpleNamespace(
        id=one.id, address=f"/oversight/incidents/{frame.part(one.id)}", title=one.title, what=one.what,
        study=one.study, kind=kinds(words)[one.kind], severity=severities(words)[one.severity],
        tone=_TONES[one.severity], known_at=one.known_at, by=one.reported_by, at=one.reported_at,
        open=one.state == "open", state=words.text("open") if one.state == "open" else words.text("closed"),
        due_at=one.due_at, late=one.late(reader.at), cause=one.cause, correction=one.correction,
        closed_by=one.closed_by, closed_at=one.closed_at, organizations=", ".join(one.organizations),
    )  # fmt: skip


def _moment(reader: Reader, text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text}: is no day and time") from error
    return (at if at.tzinfo else at.replace(tzinfo=reader.zone)).astimezone(UTC)
