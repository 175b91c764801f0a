"""What runs by the plan of a study and who was told, as far as who asks may see the meetings that it is about."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hub.domain.cards import Card
from hub.domain.communications import Asked, message_id
from hub.domain.distribution import Channel
from hub.domain.distribution import message_id as mail_id
from hub.domain.governance import About, Contact, Notice, Plan, Planned, Running, Step
from hub.domain.people import Principal
from hub.domain.policy import Scope
from hub.domain.workdays import WorkCalendar
from hub.ports import WorkCalendars
from hub.ports.communications import CommunicationLog
from hub.services.governance.clocks import running
from hub.services.governance.telling import calendar_of
from hub.services.review.room import Room

Sees = Callable[[Scope], bool]
_AHEAD = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Ticking:
    """A clock that runs. *told* is the step that stands by now, *next* the one to come; None where there is none."""

    clock: Running
    owner: Contact
    """Who owns the action; the contact of the study where nobody with an address does, and for meetings."""
    late: bool
    told: Step | None = None
    next: Step | None = None
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to a notice: the message in the communication log, and when it was said."""

    message: str
    at: datetime


def sees_plan(room: Room, principal: Principal, study: str, sees: Sees) -> bool:
    """Tell whether who asks may see the plan of a study: its parties, by their meetings, may.

    Before its first meeting nobody knows the parties: those may whose duty names the study, or all organizations.
    """
    named = frozenset(grant.organization for grant in principal.grants if grant.study == study)
    return sees(Scope(room.shelf.parties(study) or named, study))


def notices_of(room: Room, study: str, sees: Sees, *, plan: bool) -> list[Notice]:
    """Return the notices of a study, last made first; of a meeting only where its scope is seen.

    With *plan* those too that are of no meeting, since one of the plan was not held.
    """
    with room.shelf.reading() as unit:
        found = unit.several(Notice, study=study)
        cards = unit.several(Card, meeting_id=tuple({one.meeting_id for one in found if one.meeting_id}))
    seen = {card.meeting_id for card in cards if sees(card.scope)} | ({""} if plan else set())
    return sorted((one for one in found if one.meeting_id in seen), key=lambda one: one.made_at, reverse=True)


def clocks_of(room: Room, plan: Plan, calendars: WorkCalendars, sees: Sees) -> list[Ticking]:
    """Return the clocks that run, what is late first, then by the day they run for."""
    now = room.clock()
    calendar = calendar_of(plan, calendars, now.year)
    with room.shelf.reading() as unit:
        found = running(unit, plan, now)
        cards = unit.several(Card, meeting_id=tuple({one.meeting_id for one in found if one.meeting_id}))
    seen = {card.meeting_id for card in cards if sees(card.scope)} | {""}
    every = [_ticking(plan, one, calendar, now) for one in found if one.meeting_id in seen]
    return sorted(every, key=lambda one: (not one.late, one.clock.day, one.clock.ref))


def _ticking(plan: Plan, clock: Running, calendar: WorkCalendar, now: datetime) -> Ticking:
    past, coming = plan.due(clock.about, clock.began, calendar, now), plan.next(clock.about, clock.began, calendar, now)
    late = past is not None
    if clock.about is About.ACTION:  # its steps may begin before its day, and end long after
        late = clock.day < now.astimezone(ZoneInfo(plan.hours.zone)).date()
    step, at = coming or (None, None)
    return Ticking(clock, clock.owner or plan.contact, late, past[0] if past else None, step, at)


def next_held(planned: Planned, now: datetime) -> datetime | None:
    """Return when a planned meeting is held next, in its own zone; None where it is held no more within a year."""
    held = planned.series.occurrences(until=(now + _AHEAD).date())
    return next((at for at, minutes in held if at + timedelta(minutes=minutes) > now), None)


def answers_of(log: CommunicationLog, study: str, notices: Iterable[Notice], sees: Sees) -> Mapping[str, Answer]:
    """Return the latest answer to each mail of *notices* that stands in the communication log, by the notice's id.

    The notice itself, which stands there too where it was sent to a captured mailbox, is none.
    """
    boxes = [one for one in log.channels(sees) if one.study == study and one.platform == "mail"]
    found: dict[str, Answer] = {}
    for one in notices:
        for box in boxes if one.channel is Channel.MAIL else ():
            thread = message_id(box, mail_id(one.id))
            said = [it for it in log.find(Asked(study, thread=thread, limit=2), sees) if it.message != thread]
            if said and (one.id not in found or found[one.id].at < said[0].said.at):
                found[one.id] = Answer(said[0].message, said[0].said.at)
    return found
