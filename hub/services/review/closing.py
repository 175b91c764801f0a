"""A person agrees that an action is done, by what was said of it in a later meeting; or does not."""

from dataclasses import replace
from typing import Any

from hub.domain.board import ActionState, BoardAction, Closing, ClosingState
from hub.domain.cards import Card, Standing
from hub.domain.errors import MissingError, StandingError
from hub.domain.people import Principal
from hub.domain.policy import Right, Verdict, decide
from hub.domain.versions import WorkingDraft
from hub.services.review.board import action, put_action
from hub.services.review.editing import note_changes
from hub.services.review.room import Room, Work, fresh, held, seen
from hub.services.review.series import DONE

_MOVING = (Standing.DRAFT, Standing.CHANGES_REQUESTED)
"""Minutes that still follow; those that go round or are signed stay as they are."""


def judge(
    room: Room, principal: Principal, action_id: str, *, agree: bool, revision: int, reason: str = ""
) -> BoardAction:
    """Close an action by the passage that says it is done, or set the passage aside; the later minutes follow.

    One transaction: the action with its evidence, the draft of the later meeting, the lines of the trail. StandingError
    where no passage waits to be judged, StaleError where *revision* is outdated.
    """
    found = action(room, principal, action_id)
    asked = _asked(found)
    seen(room, principal, found.meeting_id, Right.ACTIONS_EDIT)
    seen(room, principal, asked.meeting_id)
    with held(room, asked.meeting_id, principal.actor) as later:  # the later meeting first, as its drafting does
        later.unit.hold(found.meeting_id)
        work = _work(later, principal, found)
        standing = later.unit.get(BoardAction, action_id) or found
        fresh(revision, standing.revision, "the action")
        closing = _asked(standing)
        decided = replace(
            closing,
            state=ClosingState.AGREED if agree else ClosingState.DECLINED,
            by=principal.user.email,
            at=later.at,
        )
        values: dict[str, Any] = {"closing": decided} | ({"state": ActionState.DONE} if agree else {})
        _follow(later, action_id, agree=agree)
        after = put_action(work, standing, values, reason=reason or _why(closing, agree=agree))
        work.close()
        return after


def _asked(found: BoardAction) -> Closing:
    if found.asks is None:
        raise StandingError(f"{found.id}: nothing that was said of it waits to be judged")
    return found.asks


def _work(later: Work, principal: Principal, found: BoardAction) -> Work:
    card = later.unit.get(Card, found.meeting_id)
    if card is None or decide(principal, Right.ACTIONS_EDIT, card.scope, at=later.at) is not Verdict.ALLOWED:
        raise MissingError(f"{found.id}: there is no such action")
    return Work(later.unit, card, principal.actor, later.at)


def _why(closing: Closing, *, agree: bool) -> str:
    said = f"“{closing.evidence.quote}” ({closing.meeting}, {closing.held_on.isoformat()})"
    return f"done, as said: {said}" if agree else f"not done by what was said: {said}"


def _follow(later: Work, action_id: str, *, agree: bool) -> None:
    draft = later.unit.get(WorkingDraft, later.card.meeting_id)
    if draft is None or later.card.standing not in _MOVING:
        return
    values: dict[str, Any] = {"state": DONE} if agree else {"state": "open", "said": None}
    before = draft.draft.minutes
    carried = tuple(replace(one, **values) if one.id == action_id else one for one in before.carried)
    if carried == before.carried:
        return
    made = replace(draft.draft, minutes=replace(before, carried=carried))
    note_changes(later, draft.draft, made, reason="judged by a person")
    later.unit.put(replace(draft, draft=made, revision=draft.revision + 1, at=later.at, open=True))


__all__ = ["judge"]
