"""Who was told, as far as who asks may see the meetings that it was about."""

from collections.abc import Callable

from hub.domain.cards import Card
from hub.domain.governance import Notice
from hub.domain.policy import Scope
from hub.services.review.room import Room


def notices_of(room: Room, study: str, sees: Callable[[Scope], bool]) -> list[Notice]:
    """Return the notices of a study, last made first; of a meeting only where its scope is seen."""
    with room.shelf.reading() as unit:
        found = unit.several(Notice, study=study)
        cards = unit.several(Card, meeting_id=tuple({one.meeting_id for one in found if one.meeting_id}))
    seen = {card.meeting_id for card in cards if sees(card.scope)} | {""}
    return sorted((one for one in found if one.meeting_id in seen), key=lambda one: one.made_at, reverse=True)
