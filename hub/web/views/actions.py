"""The board of actions over all meetings."""

import json
from datetime import date
from types import SimpleNamespace
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request, Response

from hub.api.asking import Asking, may
from hub.api.governance_routes import seeing
from hub.domain.board import ActionState, BoardAction, ClosingState
from hub.domain.errors import UsageError
from hub.domain.policy import Right
from hub.ports import Wording
from hub.ports.browsing import Wanted
from hub.services.review.board import action, board, change_action
from hub.services.review.closing import judge
from hub.web import frame, names
from hub.web.meeting_view import address_of
from hub.web.reader import Reader
from hub.web.views.meetings import studies_of

router = APIRouter(prefix="/actions", include_in_schema=False)
Asked = Annotated[str, Query(max_length=200)]
_PAGE = 60
_MOST_LINES = 200
_OPEN = (ActionState.OPEN, ActionState.IN_PROGRESS)
_NEXT = {"start": ActionState.IN_PROGRESS, "done": ActionState.DONE, "open": ActionState.OPEN}


@router.get("")
def show(
    request: Request,
    asking: Annotated[Asking, may(Right.MEETINGS_READ)],
    state: Asked = "open",
    study: Asked = "",
    owner: Asked = "",
    after: Asked = "",
) -> Response:
    """Show actions by due day."""
    reader, room, who = frame.reader_of(asking), asking.hub.room, asking.principal
    today = reader.local(asking.at).date()
    asked: dict[str, dict[str, Any]] = {
        "open": {"states": _OPEN},
        "mine": {"states": _OPEN, "owner_email": who.user.email},
        "late": {"states": _OPEN, "late_on": today},
        "done": {"states": (ActionState.DONE,)},
        "cancelled": {"states": (ActionState.CANCELLED,)},
    }
    chosen = state if state in asked else "open"
    whose = _whose(owner.strip())
    found = board(room, who, study=study or None, after=_after(after), limit=_PAGE + 1, **(whose | asked[chosen]))
    more = found[:_PAGE][-1] if len(found) > _PAGE else None
    filters = {name: value for name, value in {"study": study, "owner": owner.strip()}.items() if value}
    kept = {"state": chosen, **filters}
    place = f"{(more.due or date.max).isoformat()} {more.id}" if more else ""
    return frame.show(
        request,
        asking,
        "actions.html",
        place="actions",
        states=_states(reader),
        asked=SimpleNamespace(state=chosen, study=study, owner=owner.strip()),
        filters=f"&{urlencode(filters)}" if filters else "",
        owners=sorted({one.owner for one in found if one.owner}),
        studies=[(one, one) for one in studies_of(asking)],
        rows=[_row(reader, one, today) for one in found[:_PAGE]],
        can_edit=reader.can("actions:edit"),
        next_page=f"/actions?{urlencode({**kept, 'after': place})}" if more else None,
        first_page=f"/actions?{urlencode(kept)}" if after else None,
    )


def _whose(owner: str) -> dict[str, str]:
    if not owner:
        return {}
    return {"owner_email": owner.lower()} if "@" in owner else {"owner": owner}


@router.get("/{meeting}/{item}")
def history(meeting: str, item: str, request: Request, asking: Annotated[Asking, may(Right.MEETINGS_READ)]) -> Response:
    """Show an action with all that became of it, the newest first."""
    reader, hub = frame.reader_of(asking), asking.hub
    found = action(hub.room, asking.principal, f"{meeting}/{item}")
    wanted = Wanted(record=found.id[:100], kind="action_item")
    lines, _ = hub.trail.page(wanted, seeing(asking, Right.MEETINGS_READ), before=None, limit=_MOST_LINES)
    words = reader.words
    return frame.show(
        request,
        asking,
        "action.html",
        place="actions",
        row=_row(reader, found, reader.local(asking.at).date()),
        lines=[
            SimpleNamespace(
                at=one.at, actor=one.actor, field=names.field(words, one.field), reason=one.reason,
                old=_plain(words, one.old), new=_plain(words, one.new),
            )
            for one in (line.entry for line in lines)
        ],
    )  # fmt: skip


@router.post("/{meeting}/{item}")
def change(
    meeting: str,
    item: str,
    asking: Annotated[Asking, may(Right.ACTIONS_EDIT)],
    do: Annotated[str, Form(max_length=20)],
    version: Annotated[int, Form(ge=0)],
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Start an action, finish it, or open it again."""
    if do not in _NEXT:
        raise UsageError(f"{do}: is nothing that can be done with an action")
    change_action(
        asking.hub.room, asking.principal, f"{meeting}/{item}", revision=version, reason=reason, state=_NEXT[do]
    )
    return frame.go("/actions", done="saved")


@router.post("/{meeting}/{item}/closing")
def judged(
    meeting: str,
    item: str,
    asking: Annotated[Asking, may(Right.ACTIONS_EDIT)],
    do: Annotated[str, Form(max_length=20)],
    version: Annotated[int, Form(ge=0)],
    back: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Close an action by what was said of it, or set that aside; *back* is the meeting that one came from."""
    if do not in ("agree", "decline"):
        raise UsageError(f"{do}: is nothing that can be done with a passage")
    judge(asking.hub.room, asking.principal, f"{meeting}/{item}", agree=do == "agree", revision=version)
    return frame.go(f"{address_of(back)}#carried" if back else "/actions", **({} if back else {"done": "saved"}))


def _plain(words: Wording, value: str | None) -> str:
    """Return a value of the trail as people read it."""
    plain = json.loads(value) if value else None
    if isinstance(plain, dict):  # what was said of its end
        plain = plain.get("state")
    names = {str(state): name for state, (name, _) in _named(words).items()}
    return "–" if plain is None else names.get(str(plain), str(plain))


def _named(words: Wording) -> dict[ActionState, tuple[str, str]]:
    return {
        ActionState.OPEN: (words.text("open"), ""),
        ActionState.IN_PROGRESS: (words.text("under way"), "info"),
        ActionState.DONE: (words.text("done"), "ok"),
        ActionState.CANCELLED: (words.text("cancelled"), ""),
    }


def _states(reader: Reader) -> list[tuple[str, str]]:
    words = reader.words
    return [
        ("open", words.text("Open")),
        ("mine", words.text("My actions")),
        ("late", words.text("Late")),
        ("done", words.text("Done")),
        ("cancelled", words.text("Cancelled")),
    ]


def _row(reader: Reader, one: BoardAction, today: date) -> SimpleNamespace:
    words = reader.words
    steps = {
        ActionState.OPEN: [("start", words.text("Start")), ("done", words.text("Done"))],
        ActionState.IN_PROGRESS: [("done", words.text("Done"))],
        ActionState.DONE: [("open", words.text("Open again"))],
        ActionState.CANCELLED: [],
    }
    state, tone = (words.text("late"), "bad") if one.late(today) else _named(words)[one.state]
    by = reader.by(one.changed_by, one.changed_at) if one.changed_at and one.changed_by else ""
    return SimpleNamespace(
        id=one.id, address=f"/actions/{frame.part(one.meeting_id)}/{frame.part(one.item)}", text=one.text,
        owner=one.owner, due=one.due, state=state, tone=tone, by=by, version=one.revision, steps=steps[one.state],
        meeting=f"{address_of(one.meeting_id)}#item-{frame.part(one.item)}", study=one.study,
        said=_said(one), asks=one.asks is not None,
    )  # fmt: skip


def _said(one: BoardAction) -> SimpleNamespace | None:
    """Return the passage that says it is done, where it waits to be judged or was agreed to."""
    closing = one.closing
    if closing is None or not (one.asks or closing.state is ClosingState.AGREED):
        return None
    return SimpleNamespace(
        quote=closing.evidence.quote, who=closing.said_by or "", meeting=closing.meeting, day=closing.held_on,
        address=address_of(closing.meeting_id),
    )  # fmt: skip


def _after(text: str) -> tuple[date, str] | None:
    day, _, id = text.partition(" ")  # noqa: A001 - an action's own name
    try:
        return (date.fromisoformat(day), id) if id else None
    except ValueError:
        return None
