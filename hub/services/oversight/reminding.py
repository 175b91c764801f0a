"""People are told by mail that something waits for them, once each: reviews due, periods ended, incidents, locks.

A reminder says that there is something and where, never what it holds. It is claimed before it is sent, so that of
several processes one sends it.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from hub.domain.oversight import Incident
from hub.domain.people import Principal, User
from hub.domain.personal import PersonalRequest
from hub.domain.policy import Right, Scope, Verdict, decide, holds
from hub.domain.reminders import Reminder, ReminderKind, ReviewKind
from hub.ports import Leases, Wording
from hub.ports.browsing import Browser, Wanted
from hub.ports.review import Mail, Mailer
from hub.services import outbox
from hub.services.accounts.acting import held
from hub.services.accounts.desk import Desk
from hub.services.oversight.reviews_due import RIGHTS, standing
from hub.services.review import study_retention
from hub.services.review.retained import ended
from hub.services.review.room import Room, entry
from hub.services.review.study_retention import Stacks

_LEASE_S = 300.0
_SOON = timedelta(hours=24)
"""So long before a clock of 72 hours runs out one is told again."""
_WEEK = timedelta(days=7)
_PAGE = 200
_KINDS = {ReviewKind.TRAIL: ReminderKind.TRAIL_REVIEW, ReviewKind.ACCESS: ReminderKind.ACCESS_REVIEW}
_PAGES = {ReviewKind.TRAIL: "/audit/reviews", ReviewKind.ACCESS: "/administration/access-review"}


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody is to be told: *key* names the matter, so that it is told once."""

    kind: ReminderKind
    key: str
    link: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Telling:
    """All that reminders need. Nothing is told where there is no *mailer*."""

    room: Room
    desk: Desk
    browser: Browser
    stacks: Stacks
    leases: Leases
    mailer: Mailer | None
    wording: Callable[[str], Wording]
    address: str
    """Where the pages are, or empty."""


def tell(telling: Telling) -> int:
    """Note what is due to whom and send what was not sent yet; return how many mails went out."""
    mailer = telling.mailer
    if mailer is None or not telling.leases.take("reminders", _LEASE_S):
        return 0
    try:
        _note(telling)
        return sum(_sent(telling, mailer, one) for one in _waiting(telling.room))
    finally:
        telling.leases.release("reminders")


def stirred(telling: Telling) -> tuple[str, ...]:
    """Return what people are told of at once: where it differs from the time before, `tell` has something to say."""
    with telling.room.shelf.reading() as unit:
        incidents = unit.several(Incident, state="open")
    return (*(one.id for one in incidents), *(told.key for _, told in _locks(telling)))


def _note(telling: Telling) -> None:
    with telling.room.shelf.reading() as unit:
        incidents = unit.several(Incident, state="open")
        requests = unit.several(PersonalRequest, state="open")
    locks = _locks(telling)
    for principal in _people(telling.desk):
        for told in (
            *_reviews(telling, principal),
            *_periods(telling, principal),
            *_incidents(telling, principal, incidents),
            *_requests(telling, principal, requests),
            *(one for scope, one in locks if _may(telling, principal, Right.USERS_MANAGE, scope)),
        ):
            _keep(telling, principal.user, told)


def _people(desk: Desk) -> Iterator[Principal]:
    """Yield whoever has a role and an open account, with what the roles give."""
    after = ""
    while found := desk.accounts.accounts(after=after, limit=_PAGE):
        after = found[-1].user.email
        for account in found:
            grants = held(desk, account.user.id) if account.user.state == "active" else ()
            if grants:
                yield Principal(account.user, grants, "reminders")


def _reviews(telling: Telling, principal: Principal) -> Iterator[Told]:
    organization, now = principal.user.organization, telling.room.clock()
    for kind, right in RIGHTS.items():
        if _may(telling, principal, right, Scope(frozenset({organization}))):
            found = standing(telling.room, telling.browser, organization, kind)
            if found.due_at is not None and found.overdue(now):
                yield Told(_KINDS[kind], f"{kind}/{organization}/{found.due_at:%Y-%m-%d}", _PAGES[kind])


def _periods(telling: Telling, principal: Principal) -> Iterator[Told]:
    if not holds(principal, Right.RETENTION_MANAGE, at=telling.room.clock()):
        return
    found = [one.since for one in ended(telling.room, principal)]
    found += [one.since for one in study_retention.ended(telling.room, telling.stacks, principal)]
    if found:
        yield Told(ReminderKind.PERIOD_ENDED, f"{max(found):%Y-%m-%d}", "/administration/retention", len(found))


def _incidents(telling: Telling, principal: Principal, incidents: Sequence[Incident]) -> Iterator[Told]:
    now = telling.room.clock()
    for one in incidents:
        if not _may(telling, principal, Right.OVERSIGHT_READ, one.scope) or not _may_act(telling, principal, one.scope):
            continue
        link = f"/oversight/incidents/{one.id}"
        if principal.actor != one.reported_by:
            yield Told(ReminderKind.INCIDENT, one.id, link)
        if one.due_at is not None and one.due_at - now <= _SOON:
            yield Told(ReminderKind.BREACH_CLOCK, one.id, link)


def _may_act(telling: Telling, principal: Principal, scope: Scope) -> bool:
    """Tell whether it is theirs to follow it: who manages oversight, and who keeps accounts or the system."""
    rights = (Right.OVERSIGHT_MANAGE, Right.USERS_MANAGE, Right.SYSTEM_OPERATE)
    return any(_may(telling, principal, right, scope) for right in rights)


def _requests(telling: Telling, principal: Principal, requests: Sequence[PersonalRequest]) -> Iterator[Told]:
    today = telling.room.clock().date()
    for one in requests:
        if one.due_on - today <= _WEEK and _may(telling, principal, Right.USERS_MANAGE, one.scope):
            yield Told(ReminderKind.PERSONAL_REQUEST, one.id, "/administration/personal")


def _locks(telling: Telling) -> list[tuple[Scope, Told]]:
    """Return the locks of the last day, each with whose account it is (21 CFR 11.300(d))."""
    since = telling.room.clock() - timedelta(days=1)
    found = []
    lines = telling.browser.trail(Wanted(kind="user", field="lock", since=since), before=None, limit=_PAGE)
    for number, line, _ in lines:
        user = telling.desk.accounts.account(line.record_id).user
        told = Told(ReminderKind.LOCKED, str(number), f"/administration/users/{user.id}")
        found.append((Scope(frozenset({user.organization})), told))
    return found


def _may(telling: Telling, principal: Principal, right: Right, scope: Scope) -> bool:
    return decide(principal, right, scope, at=telling.room.clock()) is Verdict.ALLOWED


def _keep(telling: Telling, user: User, told: Told) -> None:
    name = hashlib.sha256(f"{told.kind}\x00{told.key}\x00{user.id}".encode()).hexdigest()
    with telling.room.shelf.reading() as unit:
        if unit.get(Reminder, name) is not None:
            return
    now = telling.room.clock()
    made = Reminder(name, told.kind, user.email, user.id, user.locale, now, told.link, told.count)
    with telling.room.shelf.writing() as unit:
        unit.add(made)
        said = {"to": user.email, "about": told.key}
        unit.audit([entry("the hub", now, "reminder", name, told.kind, None, said, "")])


def _waiting(room: Room) -> list[Reminder]:
    """Return what is to go out; what was lost under way is sent again under the same Message-ID."""
    return [*outbox.rested(room, Reminder, state="waiting"), *outbox.rested(room, Reminder, state=outbox.SENDING)]


def _sent(telling: Telling, mailer: Mailer, waiting: Reminder) -> bool:
    room = telling.room
    mine = outbox.claimed(room, waiting)
    if mine is None:
        return False
    came = outbox.tried(lambda: mailer.send(_mail(telling, mine)), attempts=mine.attempts, clock=room.clock)
    if came.sent:
        outbox.ended(room, replace(mine, state="sent", sent_at=room.clock(), said=came.said))
    elif came.next_at is not None:
        outbox.ended(room, replace(mine, state="waiting", next_at=came.next_at, said=came.said))
    else:
        outbox.ended(room, replace(mine, state="failed", said=came.said))
    return came.sent


def _mail(telling: Telling, one: Reminder) -> Mail:
    words = telling.wording(one.locale)
    said = said_of(words, one)
    link = f"\n{telling.address}{one.link}\n" if telling.address else ""
    return Mail(one.to, said, f"{said}\n{link}", f"<reminder-{one.id[:40]}@liaison-hub>", one.locale)


def said_of(words: Wording, one: Reminder) -> str:
    """Return what a reminder says, in one line."""
    if one.kind is ReminderKind.PERIOD_ENDED:
        return words.plural(
            "The retention period of {count} class of records has ended.",
            "The retention period of {count} classes of records has ended.",
            one.count,
        )
    return {
        ReminderKind.TRAIL_REVIEW: words.text("A review of the audit trail is due."),
        ReminderKind.ACCESS_REVIEW: words.text("A review of access is due."),
        ReminderKind.INCIDENT: words.text("An incident was reported."),
        ReminderKind.BREACH_CLOCK: words.text("The authority is to be told of a breach within a day."),
        ReminderKind.PERSONAL_REQUEST: words.text("A request about personal data is to be answered within a week."),
        ReminderKind.LOCKED: words.text("An account was locked after wrong passwords."),
    }[one.kind]
