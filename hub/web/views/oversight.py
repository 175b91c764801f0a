"""Oversight of a study: the register of who does what, and what a study approves and declares."""

from datetime import date
from types import SimpleNamespace
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response
from pydantic import SecretStr

from hub.api.asking import Asking, may
from hub.api.meeting_scopes import study_named
from hub.api.overseen import overseen
from hub.api.oversight_scopes import the_entry
from hub.api.paging import BEGINNING, Asked, Paging
from hub.domain.errors import UnknownError, UsageError
from hub.domain.oversight import RegisterEntry, RegisterKind
from hub.domain.policy import Right
from hub.domain.releases import Release
from hub.ports import Wording
from hub.ports.review import Proof
from hub.services.oversight import blinding, register, releases
from hub.services.oversight.register import Noting
from hub.services.oversight.releases import Approving
from hub.services.review.routes import study_scope
from hub.web import frame
from hub.web.failures import sign_in_again
from hub.web.paged import listed, onward
from hub.web.reader import Reader
from hub.web.shown import Shown, with_tags
from hub.web.views.approval import proving
from hub.web.views.meetings import studies_seen

router = APIRouter(prefix="/oversight", include_in_schema=False)
Reading = Annotated[Asking, may(Right.OVERSIGHT_READ)]
Managing = Annotated[Asking, may(Right.OVERSIGHT_MANAGE)]
Releasing = Annotated[Asking, may(Right.RELEASES_APPROVE)]
Short = Annotated[str, Form(max_length=400)]
Text = Annotated[str, Form(max_length=4000)]


def show(request: Request, asking: Asking, template: str, on: str, **view: Any) -> Response:
    """Return one part of the oversight."""
    words = frame.reader_of(asking).words
    parts = [
        ("register", "/oversight", words.text("Register")),
        ("incidents", "/oversight/incidents", words.text("Incidents")),
        ("studies", "/oversight/studies", words.text("Releases and blinding")),
    ]
    return frame.show(request, asking, template, place="oversight", tabs=parts, on=on, **view)


@router.get("")
def of_register(
    request: Request, asking: Reading, paging: Paging, study: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """Show the register, of one study or of all that one may see."""
    reader = frame.reader_of(asking)
    where = {"study": study.strip()} if study.strip() else {}
    page = overseen(asking, RegisterEntry, Right.OVERSIGHT_READ, paging, form=lambda one: one, **where)
    found = onward(page, paging, "/oversight", study=study.strip())
    own = asking.principal.user.organization
    return show(
        request,
        asking,
        "register.html",
        "register",
        study=study.strip(),
        rows=with_tags([_entry(reader, own, one) for one in found.shown], found.shown),
        **found.pager(),
        kinds=[(str(one), said) for one, said in kinds(reader.words).items()],
        studies=studies_seen(asking),
        own=own,
        today=reader.local(asking.at).date().isoformat(),
        can=reader.can(str(Right.OVERSIGHT_MANAGE)),
    )


@router.post("/register")
def note(
    asking: Managing, study: Short, kind: Short, name: Short, holder: Short, by: Short, reference: Short, since: Short,
    until: Short = "", details: Text = "", organizations: Short = "",
) -> Response:  # fmt: skip
    """Note a line of the register."""
    if kind not in set(RegisterKind):
        raise UsageError(f"{kind}: is nothing that the register holds")
    others = tuple(one.strip() for one in organizations.split(",") if one.strip())
    begins, ends = _day(since), _day(until) if until else None
    told = Noting(study, RegisterKind(kind), name, holder, by, reference, begins, ends, details, others)
    register.note(asking.hub.room, asking.principal, told)
    return frame.go("/oversight", done="added")


@router.post("/register/{id}")
def decide(id: str, asking: Managing, do: Short, shown: Shown, reason: Text = "") -> Response:
    """Confirm a line that another party noted, or end one."""
    found = the_entry(id, asking.hub)
    asking.check(Right.OVERSIGHT_MANAGE, found.scope)
    shown.check(found)
    if do == "confirm":
        register.confirm(asking.hub.room, asking.principal, id)
        return frame.go("/oversight", done="approved")
    if do != "end":
        raise UsageError(f"{do}: is nothing that can be done with a line of the register")
    register.end(asking.hub.room, asking.principal, id, reason=reason)
    return frame.go("/oversight", done="removed")


@router.get("/studies")
def studies(
    request: Request, asking: Reading, paging: Paging, study: Annotated[str, Query(max_length=200)] = ""
) -> Response:
    """Show which versions are approved for a study, and what it declares to unblind."""
    return _of_study(request, asking, study.strip(), paging)


def _of_study(request: Request, asking: Asking, name: str, paging: Asked = BEGINNING, *, said: str = "") -> Response:
    room, reader, here = asking.hub.room, frame.reader_of(asking), _address(name)
    scope = study_scope(room, asking.principal, name)
    if name:
        asking.check(Right.OVERSIGHT_READ, scope)
    rule, declared = releases.rule(room, name), blinding.rule(room, name)
    approved = listed(releases.releases(room, name), paging, "/oversight/studies", study=name)
    return show(
        request,
        asking,
        "releases.html",
        "studies",
        study=name,
        key=frame.part(name or "-"),
        studies=studies_seen(asking),
        running=asking.hub.version,
        rule=rule,
        releases=with_tags([_release(reader, asking.hub.version, one) for one in approved.shown], approved.shown),
        **approved.pager(),
        declared=declared,
        can_release=asking.may(Right.RELEASES_APPROVE, scope),
        can_declare=asking.may(Right.OVERSIGHT_MANAGE, scope),
        here=here,
        said=said,
        status=401 if said else 200,
        **proving(asking, here),
    )


@router.post("/studies/{study}/releases")
def approve(
    study: str, request: Request, asking: Releasing, version: Short, evidence: Short, report: Short = "",
    password: Annotated[SecretStr | None, Form()] = None, code: Short = "",
    step_up: Annotated[str, Form(max_length=10)] = "",
) -> Response:  # fmt: skip
    """Approve a version for a study, proving anew who one is."""
    hub, name = asking.hub, study_named(study)
    told = Approving(name, version, evidence, report.strip().lower())
    proof = Proof(password.get_secret_value()[:256] if password else "", code, step_up)
    try:
        releases.approve(hub.room, hub.reauthentication, asking.principal, told, proof=proof)
    except UnknownError:
        return _of_study(request, asking, name, said=sign_in_again(frame.reader_of(asking)))
    return _back(study, "approved")


@router.post("/studies/{study}/releases/{id}")
def withdraw(study: str, id: str, asking: Releasing, reason: Text, shown: Shown) -> Response:
    """Take an approval back."""
    name = study_named(study)
    asking.check(Right.RELEASES_APPROVE, study_scope(asking.hub.room, asking.principal, name))
    shown.check_kept(asking.hub.room.shelf, Release, id, study=name)
    releases.withdraw(asking.hub.room, asking.principal, name, id, reason=reason)
    return _back(study, "removed")


@router.post("/studies/{study}/release-rule")
def set_rule(
    study: str, asking: Releasing, revision: Annotated[int, Form(ge=0)], reason: Text, required: Short = ""
) -> Response:
    """Say whether duties wait for the running version to be approved."""
    room, name = asking.hub.room, study_named(study)
    releases.set_rule(room, asking.principal, name, required=required == "yes", revision=revision, reason=reason)
    return _back(study, "saved")


@router.post("/studies/{study}/blinding")
def declare(
    study: str, asking: Managing, revision: Annotated[int, Form(ge=0)], reason: Text, fields: Text = ""
) -> Response:
    """Declare what would unblind."""
    room, names = asking.hub.room, fields.replace(",", " ").split()
    blinding.set_rule(room, asking.principal, study_named(study), names, revision=revision, reason=reason)
    return _back(study, "saved")


def kinds(words: Wording) -> dict[RegisterKind, str]:
    """Return what the register holds, in words."""
    return {
        RegisterKind.AGREEMENT: words.text("Agreement"),
        RegisterKind.DELEGATED: words.text("Delegated duty"),
        RegisterKind.RETAINED: words.text("Retained duty"),
        RegisterKind.SUBCONTRACTOR: words.text("Sub-contractor"),
        RegisterKind.PROCESSING: words.text("Processing of personal data"),
    }


def _entry(reader: Reader, own: str, one: RegisterEntry) -> SimpleNamespace:
    words, today = reader.words, reader.local(reader.at).date()
    state, tone = words.text("waits for the other party"), "warn"
    if one.ended_at is not None:
        state, tone = words.text("ended"), ""
    elif one.stands(today):
        state, tone = words.text("in force"), "ok"
    elif one.confirmed_at is not None:
        state, tone = words.text("not in force"), ""
    alone = set(one.organizations) == {one.noted_for}
    return SimpleNamespace(
        id=one.id, study=one.study, kind=kinds(words)[one.kind], name=one.name, holder=one.holder, by=one.by,
        reference=one.reference, since=one.since, until=one.until, details=one.details, noted_by=one.noted_by,
        confirmed_by=one.confirmed_by, confirmed_at=one.confirmed_at, why=one.why_ended, state=state, tone=tone,
        open=one.ended_at is None, may_confirm=one.confirmed_at is None and (alone or own != one.noted_for),
    )  # fmt: skip


def _release(reader: Reader, running: str, one: Release) -> SimpleNamespace:
    words = reader.words
    state, tone = (words.text("withdrawn"), "") if one.withdrawn_at else (words.text("approved"), "ok")
    return SimpleNamespace(
        id=one.id, version=one.version, evidence=one.evidence, report=one.report, name=one.name, at=one.approved_at,
        state=state, tone=tone, open=one.withdrawn_at is None, running=one.version == running, why=one.why_withdrawn,
    )  # fmt: skip


def _address(study: str) -> str:
    return f"/oversight/studies{f'?study={frame.part(study)}' if study else ''}"


def _back(study: str, done: str) -> Response:
    return frame.go(_address(study_named(study)), done=done)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text}: is no day") from error
