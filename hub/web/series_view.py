"""What earlier meetings of the series left, as the page of a meeting shows it."""

from collections.abc import Mapping
from types import SimpleNamespace

from hub.api.asking import Asking
from hub.domain.board import BoardAction
from hub.domain.cards import Card
from hub.domain.errors import HubError
from hub.domain.minutes import Carried, Minutes
from hub.domain.policy import Right
from hub.domain.transcript import Segment
from hub.services.review import board
from hub.web import frame, item_view
from hub.web.meeting_view import address_of
from hub.web.reader import Reader

_TONES = {"open": "", "said_done": "warn", "done": "ok"}


def carried(
    asking: Asking, reader: Reader, card: Card, minutes: Minutes, spoken: Mapping[str, Segment]
) -> list[SimpleNamespace]:
    """Return the carried actions; those that wait to be judged with where a person does that."""
    may = asking.may(Right.ACTIONS_EDIT, card.scope)
    return [
        _row(reader, one, _action(asking, one) if one.said else None, spoken, minutes.language, may=may)
        for one in minutes.carried
    ]


def _row(
    reader: Reader, one: Carried, action: BoardAction | None, spoken: Mapping[str, Segment], language: str, *, may: bool
) -> SimpleNamespace:
    words = reader.words
    states = {"open": words.text("open"), "said_done": words.text("said to be done"), "done": words.text("done")}
    asks = may and action is not None and action.asks is not None and one.said is not None
    said = item_view.passage(one.said.segments, one.said.quote, spoken, language) if one.said else None
    meeting, _, item = one.id.partition("/")
    return SimpleNamespace(
        id=one.id, text=one.text, state=states[one.state], tone=_TONES[one.state], meeting=one.meeting,
        held_on=one.held_on, owner=one.owner, due=one.due, late_days=one.late_days, said=said, asks=asks,
        version=action.revision if action else 0, address=f"{address_of(meeting)}#item-{frame.part(item)}",
        closing=f"/actions/{frame.part(meeting)}/{frame.part(item)}/closing",
    )  # fmt: skip


def _action(asking: Asking, one: Carried) -> BoardAction | None:
    try:
        return board.action(asking.hub.room, asking.principal, one.id)
    except HubError:  # gone with its meeting, or not the reader's to see
        return None
