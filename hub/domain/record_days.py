"""Days that minutes took from the study's record are taken back where others read the minutes than might know them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hub.domain.known_days import HOLDS
from hub.domain.minutes import Action, Carried, Minutes
from hub.domain.versions import Draft, Mark

TAKEN_BACK = "its day was from the study's record, which not everybody who reads these minutes now may know"
"""Why an action has no day any more; it names nothing of the record."""


def without_days(minutes: Minutes) -> Minutes:
    """Return *minutes* without any day from the study's record, and without a reason that tells what it holds."""
    return _without(minutes, None)


def draft_without_days(draft: Draft, *, but: Draft | None = None) -> Draft:
    """Return *draft* likewise; what the machine proposed, or stood when it was rejected, tells none either.

    What the draft *but* tells of the same item stays, whoever changed its words or its owner since.
    """
    marks = but.marks if but else ()
    stay = [(one.item, _day(item)) for one in marks for item in (one.proposed, one.last)]
    return Draft(_without(draft.minutes, but.minutes if but else None), tuple(_mark(one, stay) for one in draft.marks))


def tells_days(draft: Draft) -> bool:
    """Tell whether *draft* holds anything that was taken from the study's record."""
    return draft_without_days(draft) != draft


def _without(minutes: Minutes, stay: Minutes | None) -> Minutes:
    actions = {(one.id, one.due, one.due_source, one.due_reason) for one in stay.actions} if stay else set()
    carried = {(one.id, one.due) for one in stay.carried} if stay else set()
    return replace(
        minutes,
        actions=tuple(
            one if (one.id, one.due, one.due_source, one.due_reason) in actions else _action(one)
            for one in minutes.actions
        ),
        carried=tuple(one if (one.id, one.due) in carried else _carried(one) for one in minutes.carried),
    )


def _carried(one: Carried) -> Carried:
    return replace(one, due=None, late_days=0, of_record=False) if one.of_record else one


def _action(action: Action) -> Action:
    if action.due_source is None and not _tells(action.due_reason):
        return action
    return replace(action, due=None, due_source=None, due_reason=TAKEN_BACK)


def _mark(mark: Mark, stay: Sequence[tuple[str, Any]]) -> Mark:
    proposed, last = (one if (mark.item, _day(one)) in stay else _told(one) for one in (mark.proposed, mark.last))
    return replace(mark, proposed=proposed, last=last)


def _day(item: Mapping[str, Any] | None) -> tuple[Any, ...]:
    return tuple((item or {}).get(name) for name in ("due", "due_source", "due_reason"))


def _told(item: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    if item is None or not (item.get("due_source") or _tells(item.get("due_reason"))):
        return item
    kept = {name: value for name, value in item.items() if name != "due_source"}
    return kept | {"due": None, "due_reason": TAKEN_BACK}


def _tells(reason: str | None) -> bool:
    return HOLDS in (reason or "")
