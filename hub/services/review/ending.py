"""Periods that have ended are told: in the trail, and to who decides what is destroyed (ICH E6(R3) 3.16.3)."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from hub.domain.cards import Card, CardQuery
from hub.domain.people import EVERY, Grant, Role
from hub.domain.retention import (
    DEFAULT_MONTHS,
    OF_MEETINGS,
    Destruction,
    DestructionState,
    Period,
    RecordClass,
    ends_at,
)
from hub.ports.review import ShelfUnit
from hub.services.review import contents
from hub.services.review.retention import key_of, period
from hub.services.review.room import Room, held

_PAGE = 200
_ALL = (Grant(Role.AUDITOR, EVERY, unblinded=True),)
_SHORTEST = timedelta(days=28)
"""A month at its shortest."""


def tell_ended(room: Room) -> int:
    """Note of each class of each meeting, once, that its period has ended; return how many were noted."""
    count = 0
    for card in _older(room, room.clock() - _least_months(room) * _SHORTEST):
        for record_class in OF_MEETINGS:
            count += _noted(room, card, record_class)
    return count


def _noted(room: Room, card: Card, record_class: RecordClass) -> bool:
    key, months = key_of(card.meeting_id, record_class), period(room, record_class, card.study or "").months
    if room.clock() < ends_at(card.at, months) or _known(room, key):
        return False
    with held(room, card.meeting_id, "hub") as work:
        if work.unit.get(Destruction, key) is not None or not contents.is_there(work.unit, work.card, record_class):
            return False
        why = f"its period of {months} months has ended"
        work.unit.put(Destruction(key, card.meeting_id, record_class, why, "hub", work.at, DestructionState.ENDED))
        work.note("destruction", "state", None, DestructionState.ENDED, of=record_class, reason=why)
    return True


def _known(room: Room, key: str) -> bool:
    with room.shelf.reading() as unit:
        return unit.get(Destruction, key) is not None


def _least_months(room: Room) -> int:
    def least(unit: ShelfUnit) -> int:
        return min((one.months for one in unit.several(Period)), default=DEFAULT_MONTHS)

    with room.shelf.reading() as unit:
        return min(least(unit), DEFAULT_MONTHS)


def _older(room: Room, than: datetime) -> Iterator[Card]:
    after = None
    while True:
        page = room.shelf.cards(CardQuery(_ALL, until=than, after=after, limit=_PAGE))
        yield from page.cards
        if not page.more:
            return
        after = (page.cards[-1].at, page.cards[-1].meeting_id)
