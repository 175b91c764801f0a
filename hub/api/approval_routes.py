"""The approval of a version: sent round, remarked on, sent back, signed; and the rule of each study for it."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from hub.api import etags
from hub.api.asking import Asking, may
from hub.api.etags import Changing, Stepping
from hub.api.meeting_scopes import meeting_scope, study_named, study_scope
from hub.api.minutes_forms import RemarkForm, RemarkSeen, RoundSeen, RouteForm, RouteSeen, SignatureForm
from hub.api.once import Creating
from hub.domain.approvals import Remark
from hub.domain.policy import Right
from hub.ports.review import Proof
from hub.services.review import approving, needing, routes
from hub.services.review.approving import Round
from hub.services.review.meetings import meeting

router = APIRouter(tags=["approvals"])
Number = Annotated[int, Path(ge=1, le=1_000_000)]
Reading = Annotated[Asking, may(Right.MEETINGS_READ, meeting_scope)]
Editing = Annotated[Asking, may(Right.MINUTES_EDIT, meeting_scope)]
Approving = Annotated[Asking, may(Right.MINUTES_APPROVE, meeting_scope)]
Signing = Annotated[Asking, may(Right.MINUTES_SIGN, meeting_scope)]
OfStudy = Annotated[Asking, may(Right.MEETINGS_READ, study_scope)]
Study = Annotated[str, Path(max_length=200, description="Protocol number; `-` for all without a rule of their own")]
_VERSION = "/meetings/{meeting_id}/versions/{number}"


@router.get(_VERSION + "/review")
def show(meeting_id: str, number: Number, asking: Reading, response: Response) -> RoundSeen:
    """Show how far the approval of a version is."""
    return _seen(approving.round_of(asking.hub.room, asking.principal, meeting_id, number), response)


@router.post(_VERSION + "/review", status_code=201, response_model=RoundSeen)
def submit(
    meeting_id: str, number: Number, asking: Editing, once: Creating, match: Stepping, response: Response
) -> Response:
    """Send the newest version round."""

    def made() -> RoundSeen:
        match.check(version_of(approving.round_of(asking.hub.room, asking.principal, meeting_id, number)))
        approving.submit(asking.hub.room, asking.principal, meeting_id, number)
        return show(meeting_id, number, asking, response)

    return once.answer({}, made, sets=response)


@router.post(_VERSION + "/changes")
def request_changes(
    meeting_id: str, number: Number, asking: Approving, form: RemarkForm, match: Stepping, response: Response
) -> RoundSeen:
    """Send a version back to its editors."""
    match.check(version_of(approving.round_of(asking.hub.room, asking.principal, meeting_id, number)))
    approving.request_changes(asking.hub.room, asking.principal, meeting_id, number, form.text)
    return show(meeting_id, number, asking, response)


@router.post(_VERSION + "/remarks", status_code=201, response_model=RemarkSeen)
def comment(meeting_id: str, number: Number, asking: Reading, form: RemarkForm, once: Creating) -> Response:
    """Remark on a version; whoever may edit or approve it may."""

    def made() -> RemarkSeen:
        said = approving.comment(asking.hub.room, asking.principal, meeting_id, number, form.text, item=form.item)
        return RemarkSeen.of(said)

    return once.answer(form, made)


@router.post("/meetings/{meeting_id}/remarks/{remark_id}/settle")
def settle(meeting_id: str, remark_id: str, asking: Editing, match: Stepping) -> RemarkSeen:
    """Say that a remark was answered."""
    match.check_kept(asking.hub.room.shelf, Remark, remark_id, meeting_id=meeting_id)
    return RemarkSeen.of(approving.settle(asking.hub.room, asking.principal, meeting_id, remark_id))


@router.post(_VERSION + "/signatures", status_code=201, response_model=RoundSeen)
def sign(
    meeting_id: str,
    number: Number,
    asking: Signing,
    form: SignatureForm,
    once: Creating,
    match: Stepping,
    response: Response,
) -> Response:
    """Sign a version (21 CFR 11): with the hash that was looked at, a meaning, and the password anew."""
    hub = asking.hub
    proof = Proof(form.password, form.code, form.step_up)
    signer = (hub.room, hub.reauthentication, asking.principal)

    def made() -> RoundSeen:
        match.check(version_of(approving.round_of(hub.room, asking.principal, meeting_id, number)))
        after = approving.sign(*signer, meeting_id, number, sha256=form.sha256, meaning=form.meaning, proof=proof)
        if after.approved:
            needing.ask(hub.room, hub.jobs.submit, asking.principal, meeting(hub.room, asking.principal, meeting_id))
        return _seen(after, response)

    return once.answer(form, made, sets=response)


@router.get("/studies/{study}/approval-route")
def route(study: Study, asking: OfStudy, response: Response) -> RouteSeen:
    """Show who signs the minutes of a study."""
    found = routes.route(asking.hub.room, study_named(study))
    etags.put(response, (found.study, found.revision))
    return RouteSeen.of(found)


@router.put("/studies/{study}/approval-route")
def set_route(
    study: Study,
    asking: Annotated[Asking, may(Right.MINUTES_APPROVE, study_scope)],
    form: RouteForm,
    match: Changing,
    response: Response,
) -> RouteSeen:
    """Set who signs the minutes of a study; reviews under way keep the route they began with."""
    room, name = asking.hub.room, study_named(study)
    before = routes.route(room, name)
    match.check((before.study, before.revision))
    after = routes.set_route(
        room,
        asking.principal,
        name,
        [one.step() for one in form.steps],
        ordered=form.ordered,
        revision=before.revision,
        reason=form.reason,
    )
    etags.put(response, (after.study, after.revision))
    return RouteSeen.of(after)


def version_of(found: Round) -> tuple[object, ...]:
    """Return what the entity tag of a round is made of."""
    state = found.review.state if found.review else None
    said = [(one.id, one.settled) for one in found.remarks]
    return found.version.sha256, state, [one.id for one in found.signatures], said


def _seen(found: Round, response: Response) -> RoundSeen:
    etags.put(response, version_of(found))
    return RoundSeen.of(found)
