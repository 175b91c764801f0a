"""The communication plan of a study: its meetings, who answers within what time, and who is told when it slips."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from hub.domain.distribution import Channel
from hub.domain.recurring import Series
from hub.domain.workdays import WorkCalendar
from hub.domain.workhours import WorkHours

OWNER = "owner"
"""In a step: whoever owns the action; the study's contact where no address of theirs is known."""


class About(StrEnum):
    """What a clock runs for."""

    ACTION = "action"
    """From the morning of its due day, until it is done or cancelled."""
    MINUTES = "minutes"
    """From the end of a meeting, until its minutes are approved."""
    MEETING = "meeting"
    """From when a meeting of the plan was to end, until something of it is in the hub."""


@dataclass(frozen=True, slots=True)
class Step:
    """When a clock has run for so many working *days* or *hours*, *tell* are told, and it is said in *chats*.

    *tell* are keys of people, or `OWNER`. With a *level* of governance it is an escalation, else a reminder.
    """

    key: str
    days: int | None = None
    hours: int | None = None
    tell: tuple[str, ...] = ()
    chats: tuple[str, ...] = ()
    level: str = ""


@dataclass(frozen=True, slots=True)
class Contact:
    """One who is told."""

    name: str
    address: str
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class Planned:
    """A meeting of the plan. *name* is the series that meetings in the hub carry, *level* its level of governance."""

    series: Series
    name: str
    level: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is agreed for one study. Clocks that began before *since* are left alone."""

    study: str
    hours: WorkHours
    contact: Contact
    since: date
    people: Mapping[str, Contact] = field(default_factory=dict)
    meetings: tuple[Planned, ...] = ()
    steps: Mapping[About, tuple[Step, ...]] = field(default_factory=dict)

    def moment(self, step: Step, began: datetime, calendar: WorkCalendar) -> datetime:
        """Return when *step* of a clock that began then is due."""
        if step.hours is not None:
            return self.hours.after_hours(began, step.hours, calendar)
        return self.hours.after_days(began, step.days or 0, calendar)

    def due(self, about: About, began: datetime, calendar: WorkCalendar, now: datetime) -> tuple[Step, datetime] | None:
        """Return the last step that is due by *now*, and since when; the ones before it are passed over."""
        moments = [(self.moment(step, began, calendar), step) for step in self.steps.get(about, ())]
        past = [pair for pair in moments if pair[0] <= now]
        if not past:
            return None
        at, step = max(past, key=lambda pair: pair[0])
        return step, at

    def next(
        self, about: About, began: datetime, calendar: WorkCalendar, now: datetime
    ) -> tuple[Step, datetime] | None:
        """Return the step that comes next after *now*, and when; None where none is left."""
        moments = [(self.moment(step, began, calendar), step) for step in self.steps.get(about, ())]
        left = [pair for pair in moments if pair[0] > now]
        if not left:
            return None
        at, step = min(left, key=lambda pair: pair[0])
        return step, at


@dataclass(frozen=True, slots=True)
class Plans:
    """The communication plans whose clocks run, by study, and the files that will not do, each with the reason."""

    running: Mapping[str, Plan] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    """The name of a file to what is wrong with it, with its path and line."""


@dataclass(frozen=True, slots=True)
class Running:
    """A clock that runs. *ref* names what for: `meeting/item`, a meeting, or `series/day`."""

    about: About
    ref: str
    title: str
    """Of the meeting."""
    began: datetime
    day: date
    """The due day, or the day of the meeting."""
    meeting_id: str = ""
    owner: Contact | None = None


class NoticeState(StrEnum):
    """Where a notice stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    DROPPED = "dropped"
    """What it was about was settled before it went out."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One step of one clock to one recipient. *id* is made of all three, so that nobody is told the same twice."""

    id: str
    study: str
    about: About
    ref: str
    meeting_id: str
    title: str
    day: date
    step: str
    level: str
    channel: Channel
    to: Contact
    """The address of a chat is its name."""
    due_at: datetime
    made_at: datetime
    state: NoticeState = NoticeState.WAITING
    attempts: int = 0
    next_at: datetime | None = None
    receipt: str = ""
    error: str = ""
    ended_at: datetime | None = None

    @property
    def record(self) -> str:
        """Return what its lines in the audit trail are of: a meeting, or the study's plan."""
        return self.ref if self.meeting_id else f"{self.study}/{self.ref}"


def notice_id(study: str, clock: Running, step: Step, channel: Channel, to: Contact) -> str:
    """Return the name of a notice; an action that gets another due day has another clock."""
    parts = (study, clock.about, clock.ref, clock.began.isoformat(), step.key, channel, to.address.casefold())
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()
