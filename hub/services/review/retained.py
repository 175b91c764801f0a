"""What of all meetings may be destroyed, is held, or was destroyed: the lists of those who manage retention."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.domain.cards import Card, CardQuery
from hub.domain.people import Grant, Principal
from hub.domain.platforms import Withdrawal
from hub.domain.policy import Scope, Verdict, decide
from hub.domain.retention import (
    DEFAULT_MONTHS,
    OF_MEETINGS,
    OF_RECORDINGS,
    Destruction,
    DestructionState,
    Hold,
    Period,
    RecordClass,
    ends_at,
)
from hub.services.review import withdrawing
from hub.services.review.contents import is_there
from hub.services.review.retention import MANAGE, period
from hub.services.review.room import Room, sight
from hub.services.review.routes import study_scope

_PAGE = 200
_MOST = 100
_LEAST_DAYS = 28
"""A month has no fewer: what is found by it is looked at exactly."""


@dataclass(frozen=True, slots=True)
class Ended:
    """A class of a meeting whose period is over since *since*: its destruction may be asked for."""

    card: Card
    record_class: RecordClass
    since: datetime


def withdrawn(room: Room, principal: Principal) -> list[tuple[Card, tuple[RecordClass, ...]]]:
    """Return the meetings whose recording was deleted where it came from, with what of it may be asked for; undecided.

    What is held stays among them: it is said there, and cannot be destroyed. So does one whose recording was destroyed
    while its words are there still.
    """
    told = [(card, _may_be_asked(room, card)) for card in withdrawing.withdrawn(room, principal, MANAGE)]
    gone = withdrawing.withdrawn(room, principal, MANAGE, how=Withdrawal.DESTROYED)
    return [*told, *((card, left) for card in gone if (left := _may_be_asked(room, card)))]


def _may_be_asked(room: Room, card: Card) -> tuple[RecordClass, ...]:
    with room.shelf.reading() as unit:
        asked = {one.record_class for one in unit.several(Destruction, meeting_id=card.meeting_id) if _waits(one)}
        return tuple(one for one in OF_RECORDINGS if one not in asked and is_there(unit, card, one))


def _waits(one: Destruction) -> bool:
    return one.state not in (DestructionState.REFUSED, DestructionState.ENDED)


def holds(room: Room, principal: Principal) -> list[Hold]:
    """Return the holds that stand, oldest first: those the principal manages."""
    with room.shelf.reading() as unit:
        standing = [one for one in unit.several(Hold) if one.released_at is None]
    mine = [one for one in standing if _may(room, principal, _of_hold(room, principal, one))]
    return sorted(mine, key=lambda one: one.placed_at)


def destructions(room: Room, principal: Principal, found: Sequence[Destruction]) -> list[Destruction]:
    """Return those of *found* that were destroyed or are asked to be, of meetings the principal manages."""
    told = [one for one in found if one.state is not DestructionState.ENDED]
    cards = cards_of(room, told)
    return [one for one in told if (card := cards.get(one.meeting_id)) and _may(room, principal, card.scope)]


def cards_of(room: Room, found: Sequence[Destruction]) -> dict[str, Card]:
    """Return the meetings of destructions."""
    ids = tuple({one.meeting_id for one in found})
    with room.shelf.reading() as unit:
        return {card.meeting_id: card for card in unit.several(Card, meeting_id=ids)}


def ended(room: Room, principal: Principal) -> list[Ended]:
    """Return what may be destroyed by now, longest ago first; up to a hundred meetings.

    What is held, or asked for already, is left out.
    """
    now, held = room.clock(), holds(room, principal)
    stays = {one.meeting_id or f"study {one.study}" for one in held}
    found = list[Ended]()
    for card in _old(room, sight(principal, now, MANAGE)):
        if card.meeting_id not in stays and f"study {card.study}" not in stays:
            found += [one for one in _ended(room, card) if one.since <= now]
        if len(found) >= _MOST:
            break
    return sorted(found, key=lambda one: one.since)


def _old(room: Room, grants: tuple[Grant, ...]) -> Iterator[Card]:
    """Yield the meetings for which the shortest period of all is over."""
    with room.shelf.reading() as unit:
        shortest = min((one.months for one in unit.several(Period)), default=DEFAULT_MONTHS)
    before = room.clock() - timedelta(days=shortest * _LEAST_DAYS)
    after = None
    while True:
        page = room.shelf.cards(CardQuery(grants, until=before, after=after, limit=_PAGE))
        yield from page.cards
        if not page.more:
            return
        after = (page.cards[-1].at, page.cards[-1].meeting_id)


def _ended(room: Room, card: Card) -> list[Ended]:
    until = {one: ends_at(card.at, period(room, one, card.study or "").months) for one in OF_MEETINGS}
    if min(until.values()) > room.clock():
        return []
    with room.shelf.reading() as unit:
        known = {one.record_class for one in unit.several(Destruction, meeting_id=card.meeting_id) if _waits(one)}
        return [Ended(card, one, until[one]) for one in OF_MEETINGS if one not in known and is_there(unit, card, one)]


def _of_hold(room: Room, principal: Principal, held: Hold) -> Scope:
    if not held.meeting_id:
        return study_scope(room, principal, held.study)
    with room.shelf.reading() as unit:
        card = unit.get(Card, held.meeting_id)
    return card.scope if card is not None else Scope(frozenset())


def _may(room: Room, principal: Principal, scope: Scope) -> bool:
    return decide(principal, MANAGE, scope, at=room.clock()) is Verdict.ALLOWED
