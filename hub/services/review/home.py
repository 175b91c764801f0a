"""What waits for one person: reviews and signatures, sent-back minutes, actions, copies, deliveries that failed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from hub.domain.approvals import Meaning, Review, ReviewState
from hub.domain.board import ActionState, BoardAction, BoardQuery
from hub.domain.cards import Card, CardQuery, Standing
from hub.domain.distribution import Dispatch, DispatchState
from hub.domain.localized import CopyState, LocalizedCopy
from hub.domain.people import Principal
from hub.domain.policy import Right, Verdict, decide
from hub.ports.review import ShelfUnit
from hub.services.review.approving import open_to
from hub.services.review.room import Room, sight

Thing = TypeVar("Thing", LocalizedCopy, Dispatch)
_SHOWN = 50


@dataclass(frozen=True, slots=True)
class ToSign:
    """A version that waits for the person's own signature, with the meaning it is asked for in."""

    card: Card
    version: int
    meaning: Meaning


@dataclass(frozen=True, slots=True)
class Home:
    """All that waits for one person, the most urgent first in each list."""

    to_sign: tuple[ToSign, ...]
    sent_back: tuple[Card, ...]
    actions: tuple[BoardAction, ...]
    copies: tuple[tuple[Card, LocalizedCopy], ...]
    failed: tuple[tuple[Card, Dispatch], ...]
    alerts: tuple[Card, ...]
    """Drafts that mention what a person has to look at at once."""
    broken: tuple[Card, ...]
    """Meetings whose recording could not be worked through."""


def home(room: Room, principal: Principal) -> Home:
    """Return what waits for *principal*, up to fifty of a kind."""
    with room.shelf.reading() as unit:
        to_sign = tuple(_to_sign(room, principal, unit))[:_SHOWN]
        drafts = unit.several(LocalizedCopy, state=CopyState.DRAFT)
        copies = tuple(_with_card(room, principal, unit, drafts, Right.TRANSLATIONS_APPROVE))
        unsent = unit.several(Dispatch, state=DispatchState.FAILED)
        failed = tuple(_with_card(room, principal, unit, unsent, Right.MINUTES_DISTRIBUTE))
    return Home(
        to_sign,
        _cards(room, principal, Standing.CHANGES_REQUESTED, Right.MINUTES_EDIT),
        tuple(_my_actions(room, principal)),
        copies[:_SHOWN],
        failed[:_SHOWN],
        tuple(_alarming(room, principal)),
        _cards(room, principal, Standing.FAILED, Right.MEETINGS_WRITE),
    )


def _to_sign(room: Room, principal: Principal, unit: ShelfUnit) -> Iterator[ToSign]:
    for review in sorted(unit.several(Review, state=ReviewState.OPEN), key=lambda one: one.asked_at):
        card = unit.get(Card, review.meeting_id)
        if card is not None:
            for meaning in open_to(room, unit, principal, card.scope, review):
                yield ToSign(card, review.version, meaning)


def _with_card(
    room: Room, principal: Principal, unit: ShelfUnit, things: Sequence[Thing], right: Right
) -> Iterator[tuple[Card, Thing]]:
    for thing in things:
        card = unit.get(Card, thing.meeting_id)
        if card is not None and decide(principal, right, card.scope, at=room.clock()) is Verdict.ALLOWED:
            yield card, thing


def _cards(room: Room, principal: Principal, standing: Standing, right: Right) -> tuple[Card, ...]:
    query = CardQuery(sight(principal, room.clock(), right), standing=standing, limit=_SHOWN)
    return room.shelf.cards(query).cards


def _alarming(room: Room, principal: Principal) -> Iterator[Card]:
    for standing in (Standing.DRAFT, Standing.CHANGES_REQUESTED, Standing.IN_REVIEW):
        yield from (card for card in _cards(room, principal, standing, Right.MINUTES_EDIT) if card.alerts)


def _my_actions(room: Room, principal: Principal) -> list[BoardAction]:
    states = (ActionState.OPEN, ActionState.IN_PROGRESS)
    seen = sight(principal, room.clock())
    return room.shelf.actions(BoardQuery(seen, states, owner_email=principal.user.email, limit=_SHOWN))
