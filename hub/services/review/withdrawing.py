"""A recording that its platform has deleted after it was taken in: noted, told, and decided on by a person.

The hub's own copy is kept for its period like any other, or goes before it where two people agree on that.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from hub.domain.cards import Card, CardPage, CardQuery, Standing
from hub.domain.errors import HubError, RetryableError, StandingError, UsageError
from hub.domain.people import Principal
from hub.domain.platforms import Asked, Withdrawal
from hub.domain.policy import Right
from hub.domain.versions import KeptTranscript
from hub.ports.platforms import Connected
from hub.services.review.room import Room, held, sight, working

log = structlog.get_logger()
_PAGE = 200
OLDER = 20
"""Meetings older than a look that the platform is asked about with it, in turn: those of years each come up again."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a look at a platform showed: files by meeting id, of meetings that began *since*."""

    since: datetime
    files: Mapping[str, frozenset[str]]

    def has(self, card: Card) -> bool:
        """Tell whether what was taken in of a meeting is there still."""
        return card.origin is not None and card.origin.file in self.files.get(card.meeting_id, ())


def look(room: Room, connected: Connected, principal: Principal, shown: Shown, named: Iterable[str]) -> tuple[str, ...]:
    """Note what was taken in and is deleted there by now, and what is there again; return ids of the former.

    Looked at are the meetings of the span, and those that a call has *named*. The platform itself is asked before
    anything is noted: what a list leaves out may be worked on, hidden, or expired.
    """
    gone = list[str]()
    for card in _brought(room, connected, principal, shown.since, named):
        if shown.has(card):
            _there_again(room, connected, principal, card)
        elif not card.withdrawn and _is_gone(room, connected, principal, card):
            gone.append(card.meeting_id)
    return (*gone, *_older(room, connected, principal, shown.since))


def _older(room: Room, connected: Connected, principal: Principal, since: datetime) -> Iterator[str]:
    """Ask about the next few meetings that began before *since*, newest first and then anew; yield ids of those gone.

    An outage ends the turn.
    """
    with room.shelf.reading() as unit:
        asked = unit.get(Asked, connected.name) or Asked(connected.name)
    turn, after = _turn(room, connected, principal, since, asked)
    try:
        yield from (card.meeting_id for card in turn if _is_gone(room, connected, principal, card))
    except RetryableError:
        return
    if after != asked:
        with room.shelf.writing() as unit:
            unit.put(after)


def _turn(
    room: Room, connected: Connected, principal: Principal, since: datetime, asked: Asked
) -> tuple[list[Card], Asked]:
    """Return the meetings whose turn it is, and where the next turn begins."""
    after = (asked.at, asked.meeting_id) if asked.at else None
    grants = sight(principal, room.clock(), Right.MEETINGS_WRITE)
    page = room.shelf.cards(CardQuery(grants, until=since, after=after, limit=_PAGE)) if grants else CardPage(())
    due = [card for card in page.cards if _is_of(card, connected) and not card.withdrawn]
    last = (due[OLDER - 1].at, due[OLDER - 1].meeting_id) if len(due) > OLDER else page.last
    return due[:OLDER], Asked(connected.name, *(last or (None, "")))


def _is_gone(room: Room, connected: Connected, principal: Principal, card: Card) -> bool:
    try:
        if card.origin is None or not connected.platform.deleted(card.origin):
            return False
    except RetryableError:
        raise
    except HubError as error:
        log.info("platform_meeting_unasked", system=connected.name, meeting=card.meeting_id, kind=type(error).__name__)
        return False
    return _note(room, connected, principal, card)


def keep(room: Room, principal: Principal, meeting_id: str, *, reason: str) -> Card:
    """Say that the hub keeps what it has of it for its period. StandingError where nobody asks for that."""
    if not reason.strip():
        raise UsageError("say why it is kept")
    with working(room, principal, meeting_id, Right.RETENTION_MANAGE) as work:
        left = work.card.withdrawn == Withdrawal.DESTROYED and work.unit.get(KeptTranscript, meeting_id) is not None
        if work.card.withdrawn != Withdrawal.TOLD and not left:
            raise StandingError(f"{work.card.title}: no deletion of its recording waits to be decided on")
        return work.change(withdrawn=str(Withdrawal.KEPT), reason=reason)


def withdrawn(room: Room, principal: Principal, right: Right, *, how: Withdrawal = Withdrawal.TOLD) -> Iterator[Card]:
    """Yield meetings whose recording was deleted where it came from: those of which nobody has said what is to become
    of ours, or where *how* says so, whose copy was destroyed.
    """
    return _every(room, CardQuery(sight(principal, room.clock(), right), withdrawn=str(how), limit=_PAGE))


def _every(room: Room, query: CardQuery) -> Iterator[Card]:
    after = query.after
    while query.sight:
        page = room.shelf.cards(replace(query, after=after))
        yield from page.cards
        if (after := page.last) is None:
            return


def _brought(
    room: Room, connected: Connected, principal: Principal, since: datetime, named: Iterable[str]
) -> Iterator[Card]:
    """Yield the meetings that the platform brought and whose file is here, each once."""
    grants, seen = sight(principal, room.clock(), Right.MEETINGS_WRITE), set[str]()
    for card in _every(room, CardQuery(grants, since=since, limit=_PAGE)):
        seen.add(card.meeting_id)
        if _is_of(card, connected):
            yield card
    for meeting_id in dict.fromkeys(named):
        with room.shelf.reading() as unit:
            named_one = unit.get(Card, meeting_id)
        if named_one is not None and meeting_id not in seen and _is_of(named_one, connected):
            yield named_one


def _is_of(card: Card, connected: Connected) -> bool:
    return card.origin is not None and card.origin.platform == connected.name and card.recording is not None


def _note(room: Room, connected: Connected, principal: Principal, card: Card) -> bool:
    with held(room, card.meeting_id, principal.actor) as work:
        if work.card.withdrawn or work.card.recording is None:
            return False
        why = f"{connected.name} has deleted what was taken in from there"
        if work.card.standing is Standing.WORKING:  # nothing is made of it any more before somebody has decided
            work.change(stopped_by=connected.name, standing=Standing.FAILED, reason=why)
        work.change(withdrawn=str(Withdrawal.TOLD), withdrawn_at=work.at, reason=why)
    return True


def _there_again(room: Room, connected: Connected, principal: Principal, card: Card) -> None:
    if card.withdrawn not in (Withdrawal.TOLD, Withdrawal.KEPT):
        return
    with held(room, card.meeting_id, principal.actor) as work:
        work.change(withdrawn="", withdrawn_at=None, reason=f"{connected.name} has it again")
