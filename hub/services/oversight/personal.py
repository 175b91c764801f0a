"""Requests of persons about their own data: noted, answered in time; what no rule keeps is erased (GDPR 12 to 17)."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from hub.domain import wire
from hub.domain.distribution import DistributionRule
from hub.domain.errors import MissingError, StandingError, UsageError
from hub.domain.people import Principal
from hub.domain.personal import Outcome, PersonalRequest, Wish
from hub.domain.policy import Right, Scope, Verdict, decide
from hub.ports.review import ShelfUnit
from hub.services.oversight.holdings import Person, Places, held_of, person, recipient_in
from hub.services.review.room import Room, allowed, entry, fresh
from hub.services.voices import forget

REQUEST = "personal request"
"""The kind of its lines in the trail."""
RECORD = "part of the trial's record, kept until its retention ends: EU CTR Art. 58, 21 CFR 11.10(e); GDPR 17(3)(b)"
ATTRIBUTION = "says who did what in the trial's record: 21 CFR 11.10(e), ICH E6(R3) 4.2.2; GDPR 17(3)(b)"
ELSEWHERE = "comes from the systems named; ask who keeps them"
_KEPT = {
    "account": ATTRIBUTION,
    "roles": ATTRIBUTION,
    "tokens": ATTRIBUTION,
    "training": ATTRIBUTION,
    "signatures": ATTRIBUTION,
    "entries of the audit trail": ATTRIBUTION,
    "contacts in records of the sync": ELSEWHERE,
}
_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks; *organization* answers."""

    email: str
    wish: Wish
    received_on: date
    organization: str = ""


def note(room: Room, principal: Principal, told: Asked) -> PersonalRequest:
    """Note a request; it is due within a month of its receipt."""
    organization = told.organization.strip() or principal.user.organization
    allowed(room, principal, Right.USERS_MANAGE, Scope(frozenset({organization})), what=organization)
    email = told.email.strip().casefold()
    said = "say whose data it is about by their address, and on which day it was asked"
    if "@" not in email or len(email) > 254:
        raise UsageError(said, field="email")
    if told.received_on > room.clock().date():
        raise UsageError(said, field="received_on")
    made = PersonalRequest(
        room.new_id(), organization, email, told.wish, told.received_on, principal.actor, room.clock()
    )
    with room.shelf.writing() as unit:
        unit.add(made)
        unit.audit([entry(principal.actor, room.clock(), REQUEST, made.id, "noted", None, wire.plain(made), "")])
    return made


def requests(room: Room, principal: Principal, *, state: str = "") -> Sequence[PersonalRequest]:
    """Return all requests that *principal* may see: the open ones first, the one that is due first of them.

    With *state* only those that stand there.
    """
    with room.shelf.reading() as unit:
        found = unit.several(PersonalRequest, **({"state": state} if state else {}))
    mine = [one for one in found if _may(room, principal, one)]
    return sorted(mine, key=lambda one: (one.state != "open", one.due_on, one.id))


def request(room: Room, principal: Principal, id: str) -> PersonalRequest:
    """Return one. MissingError where there is none that *principal* may see."""
    with room.shelf.reading() as unit:
        found = unit.get(PersonalRequest, id)
    if found is None or not _may(room, principal, found):
        raise MissingError("there is no such request")
    return found


def data(places: Places, principal: Principal, id: str) -> dict[str, list[Any]]:
    """Return all that is held of the person of a request, by class; that it was handed out is in the trail.

    What would unblind is left out for a blinded *principal*: somebody unblinded tells the person of that.
    """
    found = request(places.room, principal, id)
    scope = Scope(frozenset({found.organization}), unblinding=True)
    unblinded = decide(principal, Right.USERS_MANAGE, scope, at=places.room.clock()) is Verdict.ALLOWED
    held = held_of(places, person(places, found.email, found.organization, unblinded=unblinded))
    counts = {what: len(entries) for what, entries in held.items()}
    with places.room.shelf.writing() as unit:
        unit.audit([entry(principal.actor, places.room.clock(), REQUEST, id, "told", None, counts, "")])
    return held


def erase(places: Places, principal: Principal, id: str) -> PersonalRequest:
    """Erase what no rule keeps; each class that stays is named with the rule that keeps it.

    StandingError for a request that asks for something else, or while the person's account is open. Called again
    after a crash it finishes what was begun.
    """
    found = request(places.room, principal, id)
    if found.wish is not Wish.ERASURE or found.state != "open":
        raise StandingError("only what an open request asks to be erased is erased")
    who = person(places, found.email, found.organization, unblinded=True)  # of which only counts are told
    if who.account is not None and who.account.user.state != "deactivated":
        raise StandingError(f"{found.email}: deactivate the account first")
    held = held_of(places, who)
    # 1 what proves or shows the person and serves nobody any more
    gone = _erased_account(places, principal, who)
    # 2 where they would be written to
    gone["recipient in distribution rules"] = _erased_recipient(places, principal, who)
    # 3 what came of it
    outcomes = [Outcome(what, count, "erased") for what, count in gone.items() if count]
    outcomes += [
        Outcome(what, len(entries), "kept", _KEPT.get(what, RECORD))
        for what, entries in held.items()
        if what not in gone
    ]
    with _changing(places.room, principal, id) as (unit, before):
        gone_before = (one for one in before.outcomes if one.done == "erased")  # what is kept is told as it is now
        after = replace(before, revision=before.revision + 1, outcomes=(*gone_before, *outcomes))
        unit.put(after)
        told = wire.plain(outcomes)
        unit.audit([entry(principal.actor, places.room.clock(), REQUEST, id, "erased", None, told, "")])
    return after


def answer(
    room: Room, principal: Principal, id: str, *, text: str, refused: bool = False, revision: int
) -> PersonalRequest:
    """Note what the person was answered, or why their wish was refused; the request is closed."""
    if not text.strip() or len(text) > _LONGEST:
        raise UsageError("say what the person was answered")
    with _changing(room, principal, id) as (unit, before):
        fresh(revision, before.revision, "the request")
        after = replace(
            before, state="refused" if refused else "answered", revision=before.revision + 1, answer=text.strip(),
            answered_by=principal.actor, answered_at=room.clock(),
        )  # fmt: skip
        unit.put(after)
        unit.audit(
            [entry(principal.actor, room.clock(), REQUEST, id, "state", before.state, after.state, text.strip())]
        )
    return after


def _erased_account(places: Places, principal: Principal, who: Person) -> dict[str, int]:
    account, desk = who.account, places.desk
    if account is None:
        return {}
    bare = replace(
        account, password=None, former=(), secret=None, confirmed=False, recovery=(), subject=None,
        user=replace(account.user, locale="en", timezone="UTC"),
    )  # fmt: skip
    proofs = int(bare != account)
    if proofs:
        line = desk.entry("erased", account.user.id, by=principal.actor, old="password, second factor, locale, zone")
        desk.accounts.change(bare, audit=[line])
    line = desk.entry("erased", account.user.id, by=principal.actor, old="addresses and browsers of sessions")
    voice = int(places.voices.profiles.profile(account.user.id) is not None)
    if voice:
        forget(places.voices, account.user, by=principal.actor, reason="GDPR 17")
    return {
        "password, second factor, locale and zone": proofs,
        "voice": voice,
        "sessions": desk.sessions.forget(account.user.id, audit=[line]),
    }


def _erased_recipient(places: Places, principal: Principal, who: Person) -> int:
    count = 0
    for rule, recipient in list(recipient_in(places, who)):
        with places.room.shelf.writing() as unit:
            before = unit.get(DistributionRule, rule.study, hold=True)
            if before is None or recipient not in before.recipients:
                continue
            left = tuple(one for one in before.recipients if one.address.casefold() != who.email)
            unit.put(replace(before, recipients=left, revision=before.revision + 1))
            told = [{"channel": recipient.channel, "why": "erased on request"}]
            at = places.room.clock()
            unit.audit([entry(principal.actor, at, "rule", rule.study, "distribution rule", told, None, "GDPR 17")])
            count += len(before.recipients) - len(left)
    return count


def _may(room: Room, principal: Principal, one: PersonalRequest) -> bool:
    return decide(principal, Right.USERS_MANAGE, one.scope, at=room.clock()) is Verdict.ALLOWED


@contextmanager
def _changing(room: Room, principal: Principal, id: str) -> Iterator[tuple[ShelfUnit, PersonalRequest]]:
    with room.shelf.writing() as unit:
        before = unit.get(PersonalRequest, id, hold=True)
        if before is None or not _may(room, principal, before):
            raise MissingError("there is no such request")
        if before.state != "open":
            raise StandingError("it is answered already")
        yield unit, before
