"""Who is to be told by the communication plan is told: each step of each clock once, and noted in the audit trail.

A notice is claimed before it goes out. Where a process ends between the two a mail is sent again under the same
Message-ID, since an escalation that never comes does more harm than one that comes twice; what was said in a chat is
not, and a person looks.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from hub.domain.audit import Entry
from hub.domain.distribution import Channel, message_id
from hub.domain.errors import UsageError
from hub.domain.governance import OWNER, Contact, Notice, NoticeState, Plan, Running, Step, notice_id
from hub.domain.workdays import WorkCalendar
from hub.ports import Wording, WorkCalendars
from hub.ports.review import Announcer, Mailer
from hub.services import outbox
from hub.services.governance.clocks import running
from hub.services.governance.words import announcement, mail
from hub.services.review.room import Room, entry


@dataclass(frozen=True, slots=True)
class Ways:
    """How people are told. *address* is where the hub's pages are, or empty."""

    mailer: Mailer | None
    announcer: Announcer | None
    wording: Callable[[str], Wording]
    address: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """What a look at the plans came to: notices made, dropped, sent, and one line for each that failed."""

    made: int = 0
    dropped: int = 0
    sent: int = 0
    failed: tuple[str, ...] = ()


def run_plans(room: Room, ways: Ways, plans: Sequence[Plan], calendars: WorkCalendars) -> Told:
    """Tell who is to be told by now. Done again, or beside another, nobody is told the same twice."""
    made = dropped = 0
    for plan in plans:
        new, gone = _noted(room, plan, calendars)
        made, dropped = made + new, dropped + gone
    due, lost = _waiting(room, {plan.study for plan in plans})
    came = [*lost, *(_send(room, ways, one) for one in due)]
    failed = tuple(one.error for one in came if one and one.state is not NoticeState.SENT)
    return Told(made, dropped, sum(one is not None and one.state is NoticeState.SENT for one in came), failed)


def calendar_of(plan: Plan, calendars: WorkCalendars, year: int) -> WorkCalendar:
    """Return the working days that the clocks of *plan* go by."""
    return calendars.of(plan.hours.place, range(year - 1, year + 2))


def _noted(room: Room, plan: Plan, calendars: WorkCalendars) -> tuple[int, int]:
    """Keep the notices that are due and not kept yet, and drop what waits for nothing any more."""
    now = room.clock()
    calendar = calendar_of(plan, calendars, now.year)
    with room.shelf.reading() as unit:
        clocks = running(unit, plan, now)
        due = [one for clock in clocks for one in _notices(plan, clock, calendar, room)]
        new = [one for one in due if unit.get(Notice, one.id) is None]
        waiting = unit.several(Notice, study=plan.study, state=NoticeState.WAITING)
    wanted = {one.id for one in due}
    gone = [one for one in waiting if one.id not in wanted]
    if not new and not gone:
        return 0, 0
    with room.shelf.writing() as unit:
        for one in new:
            unit.add(one)
        # what another process has claimed since goes out, and is not dropped
        still = [one for one in gone if unit.get(Notice, one.id, hold=True) == one]
        dropped = [replace(one, state=NoticeState.DROPPED, ended_at=now) for one in still]
        for one in dropped:
            unit.put(one)
        settled = [line(one, NoticeState.WAITING, "settled, or a later step is due", room) for one in dropped]
        unit.audit([*[line(one, None, "", room) for one in new], *settled])
    return len(new), len(dropped)


def _notices(plan: Plan, clock: Running, calendar: WorkCalendar, room: Room) -> Iterator[Notice]:
    now = room.clock()
    found = plan.due(clock.about, clock.began, calendar, now)
    if found is None:
        return
    step, due_at = found
    for channel, to in _recipients(plan, step, clock):
        yield Notice(
            id=notice_id(plan.study, clock, step, channel, to),
            study=plan.study,
            about=clock.about,
            ref=clock.ref,
            meeting_id=clock.meeting_id,
            title=clock.title,
            day=clock.day,
            step=step.key,
            level=step.level,
            channel=channel,
            to=to,
            due_at=due_at,
            made_at=now,
        )


def _recipients(plan: Plan, step: Step, clock: Running) -> list[tuple[Channel, Contact]]:
    people = [(clock.owner or plan.contact) if one == OWNER else plan.people[one] for one in step.tell]
    once = {one.address.casefold(): one for one in people}
    chats = [(Channel.CHAT, Contact(name, name)) for name in step.chats]
    return [*((Channel.MAIL, one) for one in once.values()), *chats]


def _waiting(room: Room, studies: set[str]) -> tuple[list[Notice], list[Notice]]:
    """Return what is to go out now, and what was under way in a chat when a process ended: that stands as failed."""
    late = outbox.rested(room, Notice, state=NoticeState.SENDING)
    why = "the hub stopped while it was sent: look whether it stands there"
    chats = [replace(one, error=why) for one in late if one.channel is Channel.CHAT]
    lost = [_ended(room, replace(one, state=NoticeState.FAILED, ended_at=room.clock())) for one in chats]
    again = [one for one in late if one.channel is Channel.MAIL]
    due = [*outbox.rested(room, Notice, state=NoticeState.WAITING), *again]
    return [one for one in due if one.study in studies], lost


def _send(room: Room, ways: Ways, waiting: Notice) -> Notice | None:
    mine = outbox.claimed(room, waiting, state=NoticeState.SENDING)
    if mine is None:
        return None
    came = outbox.tried(lambda: _sent(ways, mine), attempts=mine.attempts, clock=room.clock)
    if came.sent:
        return _ended(room, replace(mine, state=NoticeState.SENT, receipt=came.said, error="", ended_at=room.clock()))
    if came.next_at is not None:
        return _ended(room, replace(mine, state=NoticeState.WAITING, next_at=came.next_at, error=came.said))
    return _ended(room, replace(mine, state=NoticeState.FAILED, error=came.said, ended_at=room.clock()))


def _sent(ways: Ways, claimed: Notice) -> str:
    words = ways.wording(claimed.to.locale)
    if claimed.channel is Channel.CHAT:
        if ways.announcer is None:
            raise UsageError("no chat is set up in HUB_HOME/chats")
        return ways.announcer.announce(claimed.to.address, announcement(claimed, words, ways.address))
    if ways.mailer is None:
        raise UsageError("no mail server is set: HUB_SMTP_HOST")
    return ways.mailer.send(mail(claimed, words, ways.address, message_id(claimed.id)))


def _ended(room: Room, after: Notice) -> Notice:
    outbox.ended(room, after, [line(after, NoticeState.SENDING, after.receipt or after.error, room)])
    return after


def line(one: Notice, old: NoticeState | None, reason: str, room: Room) -> Entry:
    """Return the line of the trail of a notice, as it stands now and stood before."""
    new = {"state": one.state, "step": one.step, "to": one.to.address, "due": one.due_at.isoformat()}
    new |= {"level": one.level} if one.level else {}
    kind = "notice" if one.meeting_id else "governance"
    return entry("hub", room.clock(), kind, one.record, str(one.about), old, new, reason)
