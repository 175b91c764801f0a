"""Actions of approved minutes, followed up over all meetings."""

from dataclasses import replace
from datetime import date
from typing import Any

from hub.domain import wire
from hub.domain.board import UNDER_WAY, ActionState, BoardAction, BoardQuery
from hub.domain.errors import MissingError, UsageError
from hub.domain.people import Principal
from hub.domain.policy import Right
from hub.domain.versions import Version
from hub.services.review.room import Room, Work, fresh, seen, sight, working


def enter(work: Work, version: Version) -> None:
    """Let the actions of a version that was just approved stand on the board; one that stood there keeps its state.

    An action that the version does not hold any more is cancelled.
    """
    minutes, meeting_id = version.draft.minutes, work.card.meeting_id
    emails = {person.name: person.email.lower() for person in minutes.meeting.participants if person.email}
    stood = {one.item: one for one in work.unit.several(BoardAction, meeting_id=meeting_id)}
    for action in minutes.actions:
        owner_email = emails.get(action.owner or "")
        said = {
            "text": action.text,
            "owner": action.owner,
            "owner_email": owner_email,
            "due": action.due,
            "of_record": action.due_source is not None,
        }
        known = stood.pop(action.id, None) or BoardAction(
            f"{meeting_id}/{action.id}",
            meeting_id,
            action.id,
            action.text,
            action.evidence.quote,
            work.at,
            study=work.card.study,
            revision=0,
        )
        put_action(work, known, said, reason=f"version {version.number} was approved")
    for gone in stood.values():
        if gone.under_way:
            put_action(work, gone, {"state": ActionState.CANCELLED}, reason=f"not in version {version.number} any more")


def board(room: Room, principal: Principal, **asked: Any) -> list[BoardAction]:
    """Return actions of the meetings that the principal may see, by due day; *asked* are fields of `BoardQuery`."""
    return room.shelf.actions(BoardQuery(sight(principal, room.clock()), **asked))


def action(room: Room, principal: Principal, action_id: str) -> BoardAction:
    """Return one action. MissingError where there is none that the principal may see."""
    with room.shelf.reading() as unit:
        found = unit.get(BoardAction, action_id)
    if found is None:
        raise MissingError(f"{action_id}: there is no such action")
    seen(room, principal, found.meeting_id)
    return found


def change_action(
    room: Room, principal: Principal, action_id: str, *, revision: int, reason: str = "", **values: Any
) -> BoardAction:
    """Change *state*, *owner*, *owner_email* or *due* of an action; the approved minutes stay as they were signed.

    StaleError where *revision* is outdated; UsageError where an action is cancelled, or given another day or owner,
    without a *reason*.
    """
    if set(values) - {"state", "owner", "owner_email", "due"}:
        raise UsageError("the board changes state, owner and due day of an action")
    if not isinstance(values.get("due"), date | None):
        raise UsageError("due: is no day")
    needs_reason = set(values) != {"state"} or values["state"] is ActionState.CANCELLED
    if needs_reason and not reason.strip():
        raise UsageError("say why the action changes: it stands so in approved minutes")
    found = action(room, principal, action_id)
    with working(room, principal, found.meeting_id, Right.ACTIONS_EDIT) as work:
        standing = work.unit.get(BoardAction, action_id) or found
        fresh(revision, standing.revision, "the action")
        if values.get("due", standing.due) != standing.due:
            values["of_record"] = False
        if standing.state is ActionState.DONE and values.get("state") in UNDER_WAY:
            values["closing"] = None  # what was said and agreed stays in the trail
        return put_action(work, standing, values, reason=reason)


def put_action(work: Work, before: BoardAction, values: dict[str, Any], *, reason: str) -> BoardAction:
    """Store an action with other *values*, each noted, and return it."""
    after = replace(before, **values, revision=before.revision + 1, changed_at=work.at, changed_by=work.actor)
    for name, new in values.items():
        old = getattr(before, name) if before.revision else None
        if old != new and name != "of_record":
            work.note("action_item", name, _plain(old), _plain(new), of=before.item, reason=reason)
    if not before.revision:
        work.note("action_item", "state", None, str(after.state), of=before.item, reason=reason)
    work.unit.put(after)
    return after


def _plain(value: Any) -> Any:
    return wire.plain(value)
