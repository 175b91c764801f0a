"""Comments on items of minutes, and having what nobody has judged drafted again."""

from typing import Annotated

from fastapi import APIRouter, Form, Response

from hub.api.asking import Asking, may
from hub.domain.approvals import Remark
from hub.domain.policy import Right
from hub.services.review import approving, redrafting
from hub.services.review.room import seen
from hub.web import frame, meeting_view
from hub.web.shown import Shown

router = APIRouter(prefix="/meetings/{id}", include_in_schema=False)
Reading = Annotated[Asking, may(Right.MEETINGS_READ)]
Editing = Annotated[Asking, may(Right.MINUTES_EDIT)]


@router.post("/remarks")
def comment(
    id: str,
    asking: Reading,
    version: Annotated[int, Form(ge=1)],
    item: Annotated[str, Form(max_length=100)],
    text: Annotated[str, Form(max_length=4000)],
) -> Response:
    """Comment on an item; who may edit or approve these minutes may."""
    approving.comment(asking.hub.room, asking.principal, id, version, text, item=item)
    return frame.go(f"{meeting_view.address_of(id)}#item-{frame.part(item)}", done="added")


@router.post("/remarks/{remark}")
def settle(
    id: str, remark: str, asking: Editing, shown: Shown, item: Annotated[str, Form(max_length=100)] = ""
) -> Response:
    """Say that a comment was answered."""
    seen(asking.hub.room, asking.principal, id, Right.MINUTES_EDIT)
    shown.check_kept(asking.hub.room.shelf, Remark, remark, meeting_id=id)
    approving.settle(asking.hub.room, asking.principal, id, remark)
    anchor = f"#item-{frame.part(item)}" if item else ""
    return frame.go(f"{meeting_view.address_of(id)}{anchor}", done="saved")


@router.post("/redraft")
def draft_again(id: str, asking: Editing) -> Response:
    """Have the minutes drafted again from the transcript as it stands."""
    redrafting.ask(asking.hub.room, asking.hub.jobs.submit, asking.principal, id)
    return frame.go(meeting_view.address_of(id), done="again")
