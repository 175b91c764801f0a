"""Approved minutes go to whom the study's rule names: each recipient once for each version, as an outbox."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from hub.domain.approvals import Review, ReviewState
from hub.domain.audit import stamp
from hub.domain.cards import Card, Standing
from hub.domain.distribution import Channel, Dispatch, DispatchState, Recipient
from hub.domain.errors import MissingError, StandingError
from hub.domain.localized import CopyState, LocalizedCopy
from hub.domain.people import Principal
from hub.domain.policy import Right
from hub.domain.versions import Version
from hub.ports.review import ShelfUnit
from hub.services.review import earlier
from hub.services.review.room import Room, Work, seen, working
from hub.services.review.routes import recipients_of

RECORDS = Recipient("records", Channel.RECORDS, attach=(), calendar=False)


def distribute(
    room: Room, principal: Principal, meeting_id: str, number: int, *, also: Sequence[Recipient] = ()
) -> list[Dispatch]:
    """Have an approved version sent to those whom the study's rule names, and to *also*; returns all its deliveries.

    Whoever has it, or is to get it, gets it no second time. What would unblind goes only to recipients who may know.
    MissingError where there is no such version for them; StandingError where it is not approved, or a copy in a
    recipient's language is not.
    """
    with working(room, principal, meeting_id, Right.MINUTES_DISTRIBUTE) as work:
        version = earlier.version_for(room, principal, work.card, work.unit, number)
        review = work.unit.get(Review, meeting_id, number)
        if review is None or review.state is not ReviewState.APPROVED:
            raise StandingError(f"version {number} is not approved: only approved minutes are sent out")
        allowed = readers(work.card, [*recipients_of(work.unit, work.card.study).recipients, *also])
        _need_copies(work, version, allowed)
        for recipient in (RECORDS, *allowed):
            _add(work, version, recipient, asked_by=principal.user.email)
        if number == work.card.version and work.card.standing is Standing.APPROVED:
            work.change(standing=Standing.DISTRIBUTED)
        sent = work.unit.several(Dispatch, meeting_id=meeting_id, version=number)
        return [one for one in sent if one.is_of(version.at)]


def dispatches(room: Room, principal: Principal, meeting_id: str, number: int) -> list[Dispatch]:
    """Return what was or is to be sent of a version, with receipts and failures; these may outlive it.

    MissingError where there is neither a version nor a receipt of it that they may see.
    """
    card = seen(room, principal, meeting_id)
    with room.shelf.reading() as unit:
        found = unit.several(Dispatch, meeting_id=meeting_id, version=number)
        told = [one for one in found if earlier.told_of(room, principal, card, unit, one)]
        if not told:
            earlier.version_for(room, principal, card, unit, number)
        return told


def receipts(room: Room, principal: Principal, meeting_id: str) -> list[Dispatch]:
    """Return what was sent of the minutes of a meeting, of whichever version: they may be there no more."""
    card = seen(room, principal, meeting_id)
    with room.shelf.reading() as unit:
        found = unit.several(Dispatch, meeting_id=meeting_id)
        return [one for one in found if earlier.told_of(room, principal, card, unit, one)]


def send_again(room: Room, principal: Principal, meeting_id: str, dispatch_id: str, *, reason: str) -> Dispatch:
    """Let a delivery that failed be tried anew.

    StandingError where it did not fail, or its version is destroyed or not approved.
    """
    with working(room, principal, meeting_id, Right.MINUTES_DISTRIBUTE) as work:
        before = work.unit.get(Dispatch, dispatch_id)
        hidden = before is None or not earlier.told_of(room, principal, work.card, work.unit, before)
        if before is None or before.meeting_id != meeting_id or hidden:
            raise MissingError(f"{dispatch_id}: there is no such delivery")
        if before.state is not DispatchState.FAILED:
            raise StandingError(f"the delivery to {before.recipient.address} is {before.state}")
        version_of(work.unit, before)
        after = replace(before, state=DispatchState.WAITING, attempts=0, next_at=work.at, error="", ended_at=None)
        work.unit.put(after)
        work.note("dispatch", "state", before.state, after.state, of=before.id[:16], reason=reason)
        return after


def version_of(unit: ShelfUnit, sent: Dispatch) -> Version:
    """Return the version that a delivery brings. StandingError where it is destroyed or not approved.

    A delivery outlives its version, and minutes made anew have the number of destroyed ones: these go out by deliveries
    of their own, once they are approved.
    """
    meeting_id, number = sent.meeting_id, sent.version
    version = unit.get(Version, meeting_id, number)
    if version is None:
        raise StandingError(f"{meeting_id}: version {number} is not there any more")
    if not sent.is_of(version.at):
        raise StandingError(f"{meeting_id}: version {number} that was to be sent is destroyed; distribute the new one")
    review = unit.get(Review, meeting_id, number)
    if review is None or review.state is not ReviewState.APPROVED:
        raise StandingError(f"version {number} is not approved: only approved minutes are sent out")
    return version


def dispatch_id(meeting_id: str, number: int, recipient: Recipient, *, kept_at: datetime | None = None) -> str:
    """Return the name of one delivery: the same version to the same recipient has the same one.

    Minutes made anew after all were destroyed begin with number 1 again: *kept_at*, when the version was kept, tells
    the two apart. Deliveries of earlier releases have a name without it.
    """
    parts = [meeting_id, str(number), recipient.channel, recipient.address.lower(), recipient.locale]
    whole = "\n".join(parts if kept_at is None else [*parts, stamp(kept_at)])
    return hashlib.sha256(whole.encode()).hexdigest()[:40]


def _add(work: Work, version: Version, recipient: Recipient, *, asked_by: str) -> None:
    meeting_id, number = version.meeting_id, version.number
    key = dispatch_id(meeting_id, number, recipient, kept_at=version.at)
    before = work.unit.get(Dispatch, dispatch_id(meeting_id, number, recipient))
    has_it = before is not None and before.is_of(version.at)
    if has_it or work.unit.get(Dispatch, key) is not None:
        return
    work.unit.add(Dispatch(key, meeting_id, number, recipient, asked_by, work.at, next_at=work.at))
    told = {"channel": recipient.channel, "address": recipient.address, "locale": recipient.locale}
    work.note("dispatch", "asked", None, told, of=key[:16])


def readers(card: Card, people: Sequence[Recipient]) -> list[Recipient]:
    """Return those of *people* who may know what the minutes hold."""
    return [one for one in people if one.unblinded or not card.unblinding]


def foreign(version: Version, people: Sequence[Recipient]) -> list[str]:
    """Return the locales of *people* that the version does not stand in itself."""
    own = version.draft.minutes.language.split("-")[0]
    return sorted({one.locale for one in people if one.locale.split("-")[0] != own})


def _need_copies(work: Work, version: Version, people: Sequence[Recipient]) -> None:
    for locale in foreign(version, people):
        found = work.unit.get(LocalizedCopy, version.meeting_id, version.number, locale)
        if found is None:
            raise StandingError(f"somebody gets these minutes in {locale}, and that copy has not been made")
        if found.state is not CopyState.APPROVED:
            raise StandingError(f"somebody gets these minutes in {locale}, and that copy is not approved yet")
