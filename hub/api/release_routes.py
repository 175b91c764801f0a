"""Which version of the hub a study may use, and what a study declares to unblind."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, Field

from hub.api import etags
from hub.api.asking import Asking, may
from hub.api.etags import Changing, Stepping, Versioned, etag
from hub.api.meeting_scopes import study_named, study_scope
from hub.api.once import Creating
from hub.api.paging import Page, Paging, sliced
from hub.domain import wire
from hub.domain.blinding import DECLARED
from hub.domain.policy import Right
from hub.domain.releases import Release
from hub.ports.review import Proof
from hub.services.oversight import blinding, releases
from hub.services.oversight.releases import Approving

router = APIRouter(prefix="/studies/{study}", tags=["releases"])
Seeing = Annotated[Asking, may(Right.OVERSIGHT_READ, study_scope)]
Releasing = Annotated[Asking, may(Right.RELEASES_APPROVE, study_scope)]
Managing = Annotated[Asking, may(Right.OVERSIGHT_MANAGE, study_scope)]
Study = Annotated[str, Path(max_length=200, description="Protocol number; `-` for all studies")]
Why = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")]


class ReleaseForm(BaseModel):
    """The version that is approved, where its validation lies, and who one is, proved anew."""

    version: Annotated[str, Field(min_length=1, max_length=100, pattern=r"\S")]
    evidence: Annotated[str, Field(min_length=1, max_length=400, pattern=r"\S")]
    report: Annotated[str, Field(pattern="^([0-9a-f]{64})?$", description="SHA-256 of the report of hub validate")] = ""
    password: Annotated[str, Field(max_length=256)] = ""
    code: Annotated[str, Field(max_length=40)] = ""
    step_up: Annotated[str, Field(max_length=200)] = ""


class WithdrawForm(BaseModel):
    """Why."""

    reason: Why


class ReleaseSeen(Versioned):
    """A version approved for a study; *running* says whether it is the one that runs."""

    id: str
    study: str
    version: str
    evidence: str
    report: str
    approved_by: str
    name: str
    method: str
    approved_at: datetime
    withdrawn_by: str
    withdrawn_at: datetime | None
    why_withdrawn: str
    running: bool

    @classmethod
    def of(cls, found: Release, running: str) -> "ReleaseSeen":
        """Return the form of a release."""
        return cls.model_validate(wire.plain(found) | {"running": found.version == running, "etag": etag(found)})


class ReleaseRuleSeen(BaseModel):
    """Whether duties in the study wait for the running version to be approved; *running* names that version."""

    study: str
    required: bool
    running: str


class ReleaseRuleForm(BaseModel):
    """Whether duties are to wait."""

    required: bool
    reason: Why


class BlindingSeen(BaseModel):
    """What the study declares to unblind, beside what is known by its name: `field`, `kind.field` or `kind.*`."""

    study: str
    fields: list[str]


class BlindingForm(BaseModel):
    """What is declared from now on."""

    fields: Annotated[
        list[Annotated[str, Field(max_length=130, pattern=f"^{DECLARED.pattern}$")]], Field(max_length=200)
    ]
    reason: Why


@router.get("/releases")
def list_releases(study: Study, asking: Seeing, paging: Paging) -> Page[ReleaseSeen]:
    """List the versions that were approved for a study, the newest first."""
    found = releases.releases(asking.hub.room, study_named(study))
    return sliced(found, paging, form=lambda one: ReleaseSeen.of(one, asking.hub.version))


@router.post("/releases", status_code=201, response_model=ReleaseSeen)
def approve(study: Study, asking: Releasing, form: ReleaseForm, once: Creating) -> Response:
    """Approve a version for a study, proving anew who one is."""
    hub, told = asking.hub, Approving(study_named(study), form.version, form.evidence, form.report)
    proof = Proof(form.password, form.code, form.step_up)
    parts = (hub.room, hub.reauthentication, asking.principal)
    return once.answer(form, lambda: ReleaseSeen.of(releases.approve(*parts, told, proof=proof), hub.version))


@router.post("/releases/{release_id}/withdraw")
def withdraw(
    study: Study, release_id: Annotated[str, Path(max_length=64)], asking: Releasing, form: WithdrawForm,
    match: Stepping,
) -> ReleaseSeen:  # fmt: skip
    """Take an approval back."""
    name = study_named(study)
    match.check_kept(asking.hub.room.shelf, Release, release_id, study=name)
    after = releases.withdraw(asking.hub.room, asking.principal, name, release_id, reason=form.reason)
    return ReleaseSeen.of(after, asking.hub.version)


@router.get("/release-rule")
def rule(study: Study, asking: Seeing, response: Response) -> ReleaseRuleSeen:
    """Show whether duties in a study wait for the running version to be approved."""
    found = releases.rule(asking.hub.room, study_named(study))
    etags.put(response, ("release rule", found.study, found.revision))
    return ReleaseRuleSeen(study=found.study, required=found.required, running=asking.hub.version)


@router.put("/release-rule")
def set_rule(study: Study, asking: Releasing, form: ReleaseRuleForm, match: Changing) -> ReleaseRuleSeen:
    """Say whether duties wait; who waits has no right in the study from the next request on."""
    room, name = asking.hub.room, study_named(study)
    before = releases.rule(room, name)
    match.check(("release rule", before.study, before.revision))
    after = releases.set_rule(
        room, asking.principal, name, required=form.required, revision=before.revision, reason=form.reason
    )
    return ReleaseRuleSeen(study=after.study, required=after.required, running=asking.hub.version)


@router.get("/blinding")
def blinded(study: Study, asking: Seeing, response: Response) -> BlindingSeen:
    """Show what a study declares to unblind."""
    found = blinding.rule(asking.hub.room, study_named(study))
    etags.put(response, ("blinding", found.study, found.revision))
    return BlindingSeen(study=found.study, fields=list(found.fields))


@router.put("/blinding")
def set_blinding(study: Study, asking: Managing, form: BlindingForm, match: Changing) -> BlindingSeen:
    """Declare what would unblind; only somebody unblinded takes something back."""
    room, name = asking.hub.room, study_named(study)
    before = blinding.rule(room, name)
    match.check(("blinding", before.study, before.revision))
    after = blinding.set_rule(room, asking.principal, name, form.fields, revision=before.revision, reason=form.reason)
    return BlindingSeen(study=after.study, fields=list(after.fields))
