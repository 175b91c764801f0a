"""Who reads minutes of before a meeting went to others: what was taken from the study's record opens to nobody new."""

from datetime import datetime

from hub.domain.cards import Card, Former, Standing
from hub.domain.distribution import Dispatch
from hub.domain.errors import MissingError
from hub.domain.people import Principal
from hub.domain.policy import Right, Verdict, decide
from hub.domain.record_days import tells_days
from hub.domain.versions import Version
from hub.ports.review import ShelfUnit
from hub.services.review.room import Room

DECIDED = (Standing.APPROVED, Standing.DISTRIBUTED)
"""Standings of a meeting whose newest minutes are signed."""


def left(card: Card, at: datetime) -> Former:
    """Return whose a meeting was that goes to others at *at*: approved minutes go along, as they were signed."""
    version = card.version - 1 if card.standing in DECIDED else card.version
    return Former(at, version, card.organizations, card.study, card.unblinding)


def opened(room: Room, principal: Principal, card: Card, version: Version) -> bool:
    """Tell whether *principal*, who sees the meeting, may read a version of it.

    One that tells days of the study's record is for those alone who might read the meeting when it was made.
    """
    return _might(room, principal, card, version.number) or not tells_days(version.draft)


def version_for(room: Room, principal: Principal, card: Card, unit: ShelfUnit, number: int) -> Version:
    """Return a version for *principal*, who sees the meeting: whatever a person does with one begins with this.

    MissingError, in the same words, where there is none and where they may not read it.
    """
    found = unit.get(Version, card.meeting_id, number)
    if found is None or not opened(room, principal, card, found):
        raise MissingError(f"{card.meeting_id}: there is no version {number} of its minutes")
    return found


def readable(room: Room, principal: Principal, card: Card, unit: ShelfUnit, number: int) -> bool:
    """Tell whether *principal* may know of what came of a version: a remark, a copy, a delivery."""
    if _might(room, principal, card, number):
        return True
    found = unit.get(Version, card.meeting_id, number)
    return found is None or not tells_days(found.draft)


def told_of(room: Room, principal: Principal, card: Card, unit: ShelfUnit, sent: Dispatch) -> bool:
    """Tell whether *principal*, who sees the meeting, may know of a delivery.

    Receipts may be kept longer than minutes. Of what is destroyed nothing tells any more which days were in it: who
    might read the meeting when it was sent may know.
    """
    if not card.former:
        return True
    found = unit.get(Version, card.meeting_id, sent.version)
    if found is not None and sent.is_of(found.at):  # not one made anew, which has the same number
        return opened(room, principal, card, found)
    return _in(room, principal, next((one for one in card.former if sent.asked_at <= one.until), None))


def _might(room: Room, principal: Principal, card: Card, number: int) -> bool:
    return _in(room, principal, next((one for one in card.former if number <= one.version), None))  # where it was made


def _in(room: Room, principal: Principal, then: Former | None) -> bool:
    if then is None:
        return True
    return decide(principal, Right.MEETINGS_READ, then.scope, at=room.clock()) is Verdict.ALLOWED
