"""The due day of an action with what tells where it came from, or why there is none."""

from dataclasses import replace

from hub.domain.minutes import Action
from hub.nlp.dates import SpokenDate


def due_on(action: Action, due: SpokenDate | None) -> Action:
    """Return *action* due on the day that was spoken of."""
    if due is None:
        return action
    reason = due.reason if due.day is None else None
    return replace(action, due=due.day, due_as_spoken=due.text, due_source=due.source, due_reason=reason)
