"""What waits for one person: reviews and signatures, sent-back minutes, actions, copies, deliveries that failed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from hub.domain.approvals import Meaning, Review, ReviewState, Signature
from hub.domain.board import ActionState, BoardAction, BoardQuery
from hub.domain.cards import Card, CardQuery, Standing
from hub.domain.distribution import Dispatch, DispatchState
from hub.domain.localized import CopyState, LocalizedCopy
from hub.domain.people import Principal
from hub.domain.platforms import Withdrawal
from hub.domain.policy import Right
from hub.domain.waiting import Waiting, WaitingQuery
from hub.ports.review import ShelfUnit
from hub.services.review import earlier
from hub.services.review.approving import asked_for
from hub.services.review.room import Room, sight

_SHOWN = 21
"""So many of a kind are read: one more than a page shows, so that it can say that there are more."""
_READINGS = 20
"""So many times a list is read on at most where what was found is hidden from the person."""

_UNDECIDED = (Standing.DRAFT, Standing.CHANGES_REQUESTED, Standing.IN_REVIEW)


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
    drafts: tuple[Card, ...]
    """Drafts that the person may edit and that nobody has sent round."""
    withdrawn: tuple[Card, ...] = ()
    """Meetings whose recording was deleted where it came from, and whose copy here waits for a decision."""


def home(room: Room, principal: Principal) -> Home:
    """Return what waits for *principal*, up to 21 of a kind: as little of the store is read as that takes."""
    edits, writes = (sight(principal, room.clock(), right) for right in (Right.MINUTES_EDIT, Right.MEETINGS_WRITE))
    sent_back, alarming, broken, drafts, withdrawn = room.shelf.lists(
        (
            CardQuery(edits, standing=Standing.CHANGES_REQUESTED, limit=_SHOWN),
            CardQuery(edits, standings=_UNDECIDED, alarming=True, limit=_SHOWN),
            CardQuery(writes, standing=Standing.FAILED, limit=_SHOWN),
            CardQuery(edits, standing=Standing.DRAFT, limit=_SHOWN),
            CardQuery(writes, withdrawn=str(Withdrawal.TOLD), limit=_SHOWN),
        )
    )
    return Home(
        tuple(islice(_to_sign(room, principal), _SHOWN)),
        sent_back.cards,
        tuple(_my_actions(room, principal)),
        tuple(_waiting(room, principal, LocalizedCopy, CopyState.DRAFT, Right.TRANSLATIONS_APPROVE)),
        tuple(_waiting(room, principal, Dispatch, DispatchState.FAILED, Right.MINUTES_DISTRIBUTE)),
        alarming.cards,
        broken.cards,
        drafts.cards,
        withdrawn.cards,
    )


def _to_sign(room: Room, principal: Principal) -> Iterator[ToSign]:
    """Return what the person may sign, of reviews read some at a time: most may wait for others."""
    query = WaitingQuery(Review, ReviewState.OPEN, sight(principal, room.clock(), Right.MINUTES_SIGN))
    while query.sight and principal.scopes is None:
        found = room.shelf.waiting(query)
        signed = _signatures(room, [review for _, review in found])
        for card, review in found:
            there = signed.get((review.meeting_id, review.version), [])
            for meaning in asked_for(room, principal, card.scope, review, there):
                yield ToSign(card, review.version, meaning)
        if len(found) < query.limit:
            return
        query = replace(query, last=found[-1][1])


def _signatures(room: Room, reviews: Sequence[Review]) -> dict[tuple[str, int], list[Signature]]:
    found: dict[tuple[str, int], list[Signature]] = {}
    with room.shelf.reading() as unit:
        for one in unit.several(Signature, meeting_id=tuple({review.meeting_id for review in reviews})):
            found.setdefault((one.meeting_id, one.version), []).append(one)
    return found


def _waiting(
    room: Room, principal: Principal, kind: type[Waiting], state: CopyState | DispatchState, right: Right
) -> list[tuple[Card, Waiting]]:
    """Return what waits, read some at a time: some of it may be hidden from who joined a meeting later."""
    query = WaitingQuery(kind, state, sight(principal, room.clock(), right), limit=_SHOWN)
    told: list[tuple[Card, Waiting]] = []
    for _ in range(_READINGS if query.sight else 0):
        found = room.shelf.waiting(query)
        with room.shelf.reading() as unit:
            told += [(card, one) for card, one in found if _may_know(room, principal, card, unit, one)]
        if len(told) >= _SHOWN or len(found) < query.limit:
            break
        query = replace(query, last=found[-1][1])
    return told[:_SHOWN]


def _may_know(room: Room, principal: Principal, card: Card, unit: ShelfUnit, one: Any) -> bool:
    if isinstance(one, Dispatch):
        return earlier.told_of(room, principal, card, unit, one)
    return earlier.readable(room, principal, card, unit, one.version)


def _my_actions(room: Room, principal: Principal) -> list[BoardAction]:
    states, seen = (ActionState.OPEN, ActionState.IN_PROGRESS), sight(principal, room.clock())
    if not seen:
        return []
    return room.shelf.actions(BoardQuery(seen, states, owner_email=principal.user.email, limit=_SHOWN))
