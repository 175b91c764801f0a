"""Approved minutes are sent out: by the study's rule, with receipts and failures."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from hub.api import etags
from hub.api.asking import Asking, may
from hub.api.etags import Changing, Stepping
from hub.api.meeting_scopes import meeting_scope, study_named, study_scope, the_card
from hub.api.minutes_forms import ReasonForm
from hub.api.once import Creating
from hub.api.paging import Page, Paging, sliced
from hub.api.sending_forms import DispatchSeen, RuleForm, RuleSeen, SendForm
from hub.domain.distribution import Dispatch
from hub.domain.policy import Right
from hub.services.review import delivering, distributing, routes

router = APIRouter(tags=["distribution"])
Number = Annotated[int, Path(ge=1, le=1_000_000)]
Reading = Annotated[Asking, may(Right.MEETINGS_READ, meeting_scope)]
Sending = Annotated[Asking, may(Right.MINUTES_DISTRIBUTE, meeting_scope)]
OfStudy = Annotated[Asking, may(Right.MEETINGS_READ, study_scope)]
Study = Annotated[str, Path(max_length=200, description="Protocol number; `-` for all without a rule of their own")]
_DISPATCHES = "/meetings/{meeting_id}/versions/{number}/dispatches"


@router.get(_DISPATCHES)
def show(meeting_id: str, number: Number, asking: Reading, paging: Paging) -> Page[DispatchSeen]:
    """List what was or is to be sent of a version."""
    found = distributing.dispatches(asking.hub.room, asking.principal, meeting_id, number)
    return sliced(found, paging, form=DispatchSeen.of)


@router.post(_DISPATCHES, status_code=202, response_model=list[DispatchSeen])
def send(meeting_id: str, number: Number, asking: Sending, form: SendForm, once: Creating) -> Response:
    """Send an approved version to whom the study's rule names; whoever has it gets it no second time."""
    hub, also = asking.hub, [one.recipient() for one in form.also]

    def begin() -> list[DispatchSeen]:
        found = distributing.distribute(hub.room, asking.principal, meeting_id, number, also=also)
        hub.jobs.submit(delivering.KIND, {}, by=asking.principal, scope=the_card(meeting_id, hub).scope)
        return [DispatchSeen.of(one) for one in found]

    return once.answer(form, begin, status=202)


@router.post("/meetings/{meeting_id}/dispatches/{dispatch_id}/again")
def again(meeting_id: str, dispatch_id: str, asking: Sending, form: ReasonForm, match: Stepping) -> DispatchSeen:
    """Let a delivery that failed be tried anew."""
    match.check_kept(asking.hub.room.shelf, Dispatch, dispatch_id, meeting_id=meeting_id)
    found = distributing.send_again(asking.hub.room, asking.principal, meeting_id, dispatch_id, reason=form.reason)
    return DispatchSeen.of(found)


@router.get("/studies/{study}/distribution")
def rule(study: Study, asking: OfStudy, response: Response) -> RuleSeen:
    """Show who gets the minutes of a study."""
    name = study_named(study)
    found = routes.recipients(asking.hub.room, name)
    etags.put(response, (found.study, found.revision))
    return RuleSeen.of(found)


@router.put("/studies/{study}/distribution")
def set_rule(
    study: Study,
    asking: Annotated[Asking, may(Right.MINUTES_DISTRIBUTE, study_scope)],
    form: RuleForm,
    match: Changing,
    response: Response,
) -> RuleSeen:
    """Set who gets the minutes of a study."""
    room, name = asking.hub.room, study_named(study)
    before = routes.recipients(room, name)
    match.check((before.study, before.revision))
    people = [one.recipient() for one in form.recipients]
    after = routes.set_recipients(room, asking.principal, name, people, revision=before.revision, reason=form.reason)
    etags.put(response, (after.study, after.revision))
    return RuleSeen.of(after)
