"""The meeting that a path names, and whose data it is."""

from typing import Annotated

from fastapi import Depends

from hub.api.asking import TheHub
from hub.domain.cards import Card
from hub.domain.errors import MissingError
from hub.domain.policy import Scope


def the_card(meeting_id: str, hub: TheHub) -> Card:
    """Return the meeting of the path. MissingError where there is none."""
    with hub.room.shelf.reading() as unit:
        card = unit.get(Card, meeting_id)
    if card is None:
        raise MissingError("there is no such thing")
    return card


def meeting_scope(card: Annotated[Card, Depends(the_card)]) -> Scope:
    """Return whose data the meeting of the path is."""
    return card.scope
