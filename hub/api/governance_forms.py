"""How the communication plan of a study, its clocks and its figures are told."""

from datetime import date, datetime, timedelta

from pydantic import BaseModel

from hub.domain.figures import Figures, Share
from hub.domain.governance import About, Contact, Plan, Planned, Step
from hub.domain.recurring import Every
from hub.services.governance.seeing import Ticking, next_held


class PersonSeen(BaseModel):
    """One who is told."""

    name: str
    address: str

    @classmethod
    def of(cls, one: Contact) -> "PersonSeen":
        """Return the form of a person of the plan."""
        return cls(name=one.name, address=one.address)


class PlannedSeen(BaseModel):
    """A meeting of the plan: each *interval* of *every*, null where it is held once. *next_at* is in its own *zone*."""

    key: str
    title: str
    series: str
    level: str
    zone: str
    minutes: int
    every: Every | None
    interval: int
    next_at: datetime | None
    people: list[PersonSeen]

    @classmethod
    def of(cls, one: Planned, now: datetime) -> "PlannedSeen":
        """Return the form of a planned meeting."""
        series, often = one.series, one.series.recurrence
        return cls(
            key=series.uid.partition("@")[0].rpartition("/")[2],
            title=series.title,
            series=one.name,
            level=one.level,
            zone=series.zone,
            minutes=series.minutes,
            every=often.every if often else None,
            interval=often.interval if often else 1,
            next_at=next_held(one, now),
            people=[PersonSeen(name=name, address=address) for name, address in series.people],
        )


class StepSeen(BaseModel):
    """After so many working *days* or *hours* of a clock, *tell* and *chats* are told; a *level* makes it escalate."""

    about: About
    key: str
    days: int | None
    hours: int | None
    tell: list[str]
    chats: list[str]
    level: str

    @classmethod
    def of(cls, about: About, one: Step) -> "StepSeen":
        """Return the form of a step."""
        return cls(
            about=about,
            key=one.key,
            days=one.days,
            hours=one.hours,
            tell=list(one.tell),
            chats=list(one.chats),
            level=one.level,
        )


class PlanSeen(BaseModel):
    """The communication plan of a study. Working hours are those of *place*, on the clock of *zone*."""

    study: str
    since: date
    place: str
    zone: str
    opens: str
    closes: str
    contact: PersonSeen
    people: dict[str, PersonSeen]
    meetings: list[PlannedSeen]
    steps: list[StepSeen]

    @classmethod
    def of(cls, one: Plan, now: datetime) -> "PlanSeen":
        """Return the form of a plan as it stands *now*."""
        return cls(
            study=one.study,
            since=one.since,
            place=str(one.hours.place),
            zone=one.hours.zone,
            opens=f"{one.hours.opens:%H:%M}",
            closes=f"{one.hours.closes:%H:%M}",
            contact=PersonSeen.of(one.contact),
            people={key: PersonSeen.of(person) for key, person in one.people.items()},
            meetings=[PlannedSeen.of(meeting, now) for meeting in one.meetings],
            steps=[StepSeen.of(about, step) for about, steps in one.steps.items() for step in steps],
        )


class ClockSeen(BaseModel):
    """A clock that runs for *day*: the *step* that stands by now, and the one to come; null where there is none."""

    about: About
    ref: str
    meeting: str
    title: str
    day: date
    began_at: datetime
    owner: PersonSeen
    late: bool
    step: str | None
    next_step: str | None
    next_at: datetime | None

    @classmethod
    def of(cls, one: Ticking) -> "ClockSeen":
        """Return the form of a clock."""
        return cls(
            about=one.clock.about,
            ref=one.clock.ref,
            meeting=one.clock.meeting_id,
            title=one.clock.title,
            day=one.clock.day,
            began_at=one.clock.began,
            owner=PersonSeen.of(one.owner),
            late=one.late,
            step=one.told.key if one.told else None,
            next_step=one.next.key if one.next else None,
            next_at=one.next_at,
        )


class ShareSeen(BaseModel):
    """*part* of *whole*; null where nobody has said what the whole is."""

    part: int
    whole: int | None

    @classmethod
    def of(cls, one: Share) -> "ShareSeen":
        """Return the form of a share."""
        return cls(part=one.part, whole=one.whole)


class FiguresSeen(BaseModel):
    """The figures of a study. Times are seconds by the clock, half of all lie within them; null where there are none.

    *whole* is false where there were too many records to count them all.
    """

    enrolled: ShareSeen
    sites_active: ShareSeen
    queries_open: int
    queries_closed: int
    query_time_s: float | None
    queries_in_48_hours: ShareSeen
    deviations_open: ShareSeen
    deviations_grave: int
    approval_time_s: float | None
    minutes_open: int
    actions_done: ShareSeen
    actions_late: int
    whole: bool

    @classmethod
    def of(cls, one: Figures) -> "FiguresSeen":
        """Return the form of the figures."""
        return cls(
            enrolled=ShareSeen.of(one.enrolled),
            sites_active=ShareSeen.of(one.sites_active),
            queries_open=one.queries_open,
            queries_closed=one.queries_closed,
            query_time_s=_seconds(one.query_time),
            queries_in_48_hours=ShareSeen.of(one.queries_in_time),
            deviations_open=ShareSeen.of(one.deviations_open),
            deviations_grave=one.deviations_grave,
            approval_time_s=_seconds(one.approval_time),
            minutes_open=one.minutes_open,
            actions_done=ShareSeen.of(one.actions_done),
            actions_late=one.actions_late,
            whole=one.whole,
        )


def _seconds(time: timedelta | None) -> float | None:
    return time.total_seconds() if time is not None else None
