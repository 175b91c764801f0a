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
    return _without(minutes, ())


def draft_without_days(draft: Draft, *, but: Draft | None = None) -> Draft:
    """Return *draft* likewise; what the machine proposed, or stood when it was rejected, tells none either.

    What is word for word in the draft *but* stays.
    """
    stay: tuple[Action | Carried, ...] = (*but.minutes.actions, *but.minutes.carried) if but else ()
    marks = but.marks if but else ()
    return Draft(_without(draft.minutes, stay), tuple(one if one in marks else _mark(one) for one in draft.marks))


def tells_days(draft: Draft) -> bool:
    """Tell whether *draft* holds anything that was taken from the study's record."""
    return draft_without_days(draft) != draft


def _without(minutes: Minutes, stay: Sequence[Action | Carried]) -> Minutes:
    return replace(
        minutes,
        actions=tuple(one if one in stay else _action(one) for one in minutes.actions),
        carried=tuple(one if one in stay else _carried(one) for one in minutes.carried),
    )


def _carried(one: Carried) -> Carried:
    return replace(one, due=None, late_days=0, of_record=False) if one.of_record else one


def _action(action: Action) -> Action:
    if action.due_source is None and not _tells(action.due_reason):
        return action
    return replace(action, due=None, due_source=None, due_reason=TAKEN_BACK)


def _mark(mark: Mark) -> Mark:
    return replace(mark, proposed=_told(mark.proposed), last=_told(mark.last))


def _told(item: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    if item is None or not (item.get("due_source") or _tells(item.get("due_reason"))):
        return item
    kept = {name: value for name, value in item.items() if name != "due_source"}
    return kept | {"due": None, "due_reason": TAKEN_BACK}


def _tells(reason: str | None) -> bool:
    return HOLDS in (reason or "")
