"""Actions over all meetings, and what waits for one."""

from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response

from hub.api import etags
from hub.api.asking import Asking, may, oneself
from hub.api.etags import Changing
from hub.api.meeting_forms import MeetingSeen
from hub.api.meeting_scopes import meeting_scope
from hub.api.paging import Page, Paging, sealed
from hub.api.sending_forms import (
    ActionForm,
    ActionSeen,
    ClosingForm,
    CopyListed,
    DispatchSeen,
    FailedDispatch,
    HomeSeen,
    ToSignSeen,
    WaitingCopy,
)
from hub.domain.board import ActionState, BoardAction
from hub.domain.policy import Right
from hub.services.review import board, closing
from hub.services.review.home import home

router = APIRouter(tags=["actions"])


@router.get("/actions")
def list_actions(
    asking: Annotated[Asking, may(Right.MEETINGS_READ)],
    paging: Paging,
    state: Annotated[list[ActionState] | None, Query()] = None,
    owner_email: Annotated[str | None, Query(max_length=254)] = None,
    owner: Annotated[str | None, Query(max_length=200, description="Name, as the minutes give it")] = None,
    study: Annotated[str | None, Query(max_length=200)] = None,
    late: Annotated[bool, Query()] = False,  # noqa: FBT002 - a query parameter
) -> Page[ActionSeen]:
    """List actions of approved minutes by due day; *late* are those past it and not done."""
    today = _today(asking)
    found = board.board(
        asking.hub.room,
        asking.principal,
        states=tuple(state or ()),
        owner_email=owner_email,
        owner=owner,
        study=study,
        late_on=today if late else None,
        after=paging.place(date, str),
        limit=paging.limit + 1,
    )
    page = found[: paging.limit]
    following = sealed((page[-1].due or date.max).isoformat(), page[-1].id) if len(found) > paging.limit else None
    return Page(items=[ActionSeen.of(one, today) for one in page], next=following)


@router.get("/actions/{meeting_id}/{item}")
def show(
    meeting_id: str, item: str, asking: Annotated[Asking, may(Right.MEETINGS_READ, meeting_scope)], response: Response
) -> ActionSeen:
    """Show an action."""
    return _seen(asking, board.action(asking.hub.room, asking.principal, f"{meeting_id}/{item}"), response)


@router.patch("/actions/{meeting_id}/{item}")
def change(
    meeting_id: str,
    item: str,
    asking: Annotated[Asking, may(Right.ACTIONS_EDIT, meeting_scope)],
    form: ActionForm,
    match: Changing,
    response: Response,
) -> ActionSeen:
    """Change state, owner or due day of an action; the approved minutes stay as they were signed."""
    room, principal = asking.hub.room, asking.principal
    before = board.action(room, principal, f"{meeting_id}/{item}")
    match.check((before.id, before.revision))
    after = board.change_action(
        room, principal, before.id, revision=before.revision, reason=form.reason, **form.values()
    )
    return _seen(asking, after, response)


@router.post("/actions/{meeting_id}/{item}/closing")
def close(
    meeting_id: str,
    item: str,
    asking: Annotated[Asking, may(Right.ACTIONS_EDIT, meeting_scope)],
    form: ClosingForm,
    match: Changing,
    response: Response,
) -> ActionSeen:
    """Agree that an action is done by what was said in a later meeting, or decline; nothing closes by itself."""
    room, principal = asking.hub.room, asking.principal
    before = board.action(room, principal, f"{meeting_id}/{item}")
    match.check((before.id, before.revision))
    after = closing.judge(room, principal, before.id, agree=form.agree, revision=before.revision, reason=form.reason)
    return _seen(asking, after, response)


@router.get("/home")
def waiting(asking: Annotated[Asking, oneself()]) -> HomeSeen:
    """Show what waits for one: signatures, actions, copies, what failed."""
    found, today = home(asking.hub.room, asking.principal), _today(asking)
    return HomeSeen(
        to_sign=[
            ToSignSeen(meeting=MeetingSeen.of(one.card), version=one.version, meaning=one.meaning)
            for one in found.to_sign
        ],
        sent_back=[MeetingSeen.of(card) for card in found.sent_back],
        actions=[ActionSeen.of(one, today) for one in found.actions],
        copies=[WaitingCopy(meeting=MeetingSeen.of(card), copied=CopyListed.listed(one)) for card, one in found.copies],
        failed=[
            FailedDispatch(meeting=MeetingSeen.of(card), dispatch=DispatchSeen.of(one)) for card, one in found.failed
        ],
        broken=[MeetingSeen.of(card) for card in found.broken],
    )


def _seen(asking: Asking, action: BoardAction, response: Response) -> ActionSeen:
    etags.put(response, (action.id, action.revision))
    return ActionSeen.of(action, _today(asking))


def _today(asking: Asking) -> date:
    try:
        zone = ZoneInfo(asking.principal.user.timezone)
    except (KeyError, ValueError, OSError):
        zone = ZoneInfo("UTC")
    return asking.at.astimezone(zone).date()
