"""What the hub holds of one person, wherever it lies: gathered to be told, and to know what may be erased (GDPR 15)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from hub.domain import wire
from hub.domain.accounts import Account
from hub.domain.approvals import Signature
from hub.domain.blinding import Blinding
from hub.domain.board import BoardQuery
from hub.domain.cards import Card, CardQuery
from hub.domain.communications import Asked
from hub.domain.distribution import Dispatch, DistributionRule
from hub.domain.meeting import Participant
from hub.domain.people import EVERY, Grant, Role
from hub.domain.places import scope_of_record
from hub.domain.policy import Scope
from hub.domain.training import Qualification
from hub.domain.voices import VoiceProfile
from hub.ports import Ledger
from hub.ports.browsing import Browser, Wanted
from hub.ports.communications import CommunicationLog
from hub.services.accounts.desk import Desk
from hub.services.accounts.keeping import plain_grant, told
from hub.services.review.room import Room
from hub.services.trail_reading import TrailReader
from hub.services.voices import Voices

_PAGE = 200
_MOST = 10_000
"""Of one class: who asks for more is told that there is more."""


@dataclass(frozen=True, slots=True)
class Places:
    """Where personal data may lie."""

    room: Room
    desk: Desk
    trail: TrailReader
    browser: Browser
    log: CommunicationLog
    voices: Voices
    ledger: Ledger
    blinding: Callable[[], Blinding]


@dataclass(frozen=True, slots=True)
class Person:
    """Whose data is looked for, among what *organization* may see; *account* is theirs, where they have one there.

    What would unblind is looked through only where *unblinded*: nobody blinded is told of it in this way.
    """

    email: str
    organization: str
    account: Account | None
    unblinded: bool = False

    def is_in(self, one: Participant) -> bool:
        """Tell whether a participant is the person: by address, or by name where the account's party is theirs."""
        if one.email:
            return one.email.casefold() == self.email
        user = self.account.user if self.account else None
        return user is not None and one.name == user.name and one.organization in (None, "", user.organization)

    @property
    def sight(self) -> tuple[Grant, ...]:
        """Return what all of the organization's data is listed by."""
        return (Grant(Role.AUDITOR, self.organization, unblinded=self.unblinded),)

    def sees(self, scope: Scope) -> bool:
        """Tell whether something is the organization's."""
        if scope.unblinding and not self.unblinded:
            return False
        return self.organization in scope.organizations or self.organization == EVERY


def person(places: Places, email: str, organization: str, *, unblinded: bool) -> Person:
    """Return who is looked for; an account counts where it is the organization's own."""
    address = email.strip().casefold()
    account = places.desk.accounts.named(email=address)
    theirs = account is not None and account.user.organization == organization
    return Person(address, organization, account if theirs else None, unblinded)


def held_of(places: Places, one: Person) -> dict[str, list[Any]]:
    """Return all that is held of a person, by class, as plain JSON values; empty classes are left out."""
    found: dict[str, list[Any]] = {**_of_the_account(places, one), **_of_meetings(places, one)}
    found["actions"] = [
        wire.plain(action)
        for action in places.room.shelf.actions(BoardQuery(one.sight, owner_email=one.email, limit=_MOST))
    ]
    found["recipient in distribution rules"] = [
        {"study": rule.study, "as": wire.plain(recipient)} for rule, recipient in recipient_in(places, one)
    ]
    found["messages in the communication log"] = list(_messages(places, one))
    found["contacts in records of the sync"] = list(_contacts(places, one))
    found["entries of the audit trail"] = list(_entries(places, one))
    return {what: entries for what, entries in found.items() if entries}


def recipient_in(places: Places, one: Person) -> Iterator[tuple[DistributionRule, Any]]:
    """Yield the rules of the organization's studies that send to the person."""
    with places.room.shelf.reading() as unit:
        rules = unit.several(DistributionRule)
    for rule in rules:
        if rule.study and one.organization in places.room.shelf.parties(rule.study):
            for recipient in rule.recipients:
                if recipient.address.casefold() == one.email:
                    yield rule, recipient


def _of_the_account(places: Places, one: Person) -> dict[str, list[Any]]:
    if one.account is None:
        return {}
    user, desk = one.account.user, places.desk
    with places.room.shelf.reading() as unit:
        trained = unit.several(Qualification, user_id=user.id)
    return {
        "account": [told(user)],
        "roles": [plain_grant(held.grant) | {"given_by": held.given_by} for held in desk.accounts.held(user.id)],
        "sessions": [_session(session) for session in desk.sessions.all(user.id)],
        "tokens": [{"name": token.name, "made_at": token.made_at.isoformat()} for token in desk.tokens.tokens(user.id)],
        "training": [wire.plain(one) for one in trained],
        "voice": [_voice(profile)] if (profile := places.voices.profiles.profile(user.id)) else [],
    }


def _voice(profile: VoiceProfile) -> dict[str, Any]:
    """Return the consent and whence the voice is known; its vectors leave the hub for nobody."""
    learned = [{"meeting": one.meeting_id, "at": one.learned_at.isoformat()} for one in profile.samples]
    return {"agreed_at": profile.agreed_at.isoformat(), "how": profile.how, "learned from": learned}


def _session(session: Any) -> dict[str, Any]:
    kept: dict[str, Any] = wire.plain(session)
    return {name: kept[name] for name in ("agent", "address", "began_at", "seen_at", "ended_at", "method")}


def _of_meetings(places: Places, one: Person) -> dict[str, list[Any]]:
    took_part, signed, sent = list[Any](), list[Any](), list[Any]()
    for cards in _pages(places, one):
        known = {card.meeting_id: card for card in cards}
        took_part += [
            {"meeting": card.title, "at": card.at.isoformat(), "study": card.study, "as": wire.plain(who)}
            for card in cards
            for who in card.meeting.participants
            if one.is_in(who)
        ]
        with places.room.shelf.reading() as unit:
            signatures = unit.several(Signature, meeting_id=tuple(known))
            dispatches = unit.several(Dispatch, meeting_id=tuple(known))
        signed += [wire.plain(each) for each in signatures if each.email.casefold() == one.email]
        sent += [
            {"meeting": known[each.meeting_id].title, "at": each.asked_at.isoformat(), "to": each.recipient.address}
            for each in dispatches
            if each.recipient.address.casefold() == one.email
        ]
    return {"meetings": took_part[:_MOST], "signatures": signed[:_MOST], "minutes sent": sent[:_MOST]}


def _pages(places: Places, one: Person) -> Iterator[tuple[Card, ...]]:
    after = None
    while True:
        page = places.room.shelf.cards(CardQuery(one.sight, after=after, limit=_PAGE))
        if page.cards:
            yield page.cards
        if not page.more:
            return
        after = (page.cards[-1].at, page.cards[-1].meeting_id)


def _messages(places: Places, one: Person) -> Iterator[Any]:
    name = one.account.user.name if one.account else None
    studies = {card.study for cards in _pages(places, one) for card in cards if card.study}
    for study in sorted(studies):
        before = None
        while True:
            come = places.log.find(Asked(study, before=before, limit=_PAGE), one.sees)
            for logged in come:
                if logged.said.author_id.casefold() == one.email or logged.said.author in (one.email, name):
                    yield {"channel": logged.channel.name, "at": logged.said.at.isoformat(), "text": logged.said.text}
            if len(come) < _PAGE:
                break
            before = come[-1].number


def _contacts(places: Places, one: Person) -> Iterator[Any]:
    after, agreements, blinding = "", places.ledger.agreements(), places.blinding()
    while come := places.browser.records("contact", after=after, limit=_PAGE):
        for placed in come:
            told = str(placed.record.fields.get("email") or "").casefold() == one.email
            if told and one.sees(scope_of_record(placed, agreements)):
                shown = blinding.shown(
                    placed.record.fields, kind="contact", study=placed.protocol, unblinded=one.unblinded
                )
                yield {"systems": sorted(placed.systems), **shown}
        after = come[-1].record.id


def _entries(places: Places, one: Person) -> Iterator[Any]:
    for number, line in enumerate(places.trail.all(Wanted(actor=one.email), one.sees)):
        if number == _MOST:
            return
        entry = line.entry
        yield {"at": entry.at.isoformat(), "kind": entry.kind, "record": entry.record_id, "field": entry.field}
