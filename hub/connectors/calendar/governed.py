"""Who is told when something of a study slips, as the file of its plan says it."""

from collections.abc import Mapping
from datetime import date, time
from typing import Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from hub.connectors.declared import Strict
from hub.domain.governance import OWNER, About, Contact, Plan, Planned, Step
from hub.domain.locales import LOCALES
from hub.domain.workdays import Place
from hub.domain.workhours import WorkHours

_CLOCK = r"^([01]\d|2[0-3]):[0-5]\d$"


class _Step(Strict):
    key: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    days: int | None = Field(default=None, ge=-30, le=365)
    hours: int | None = Field(default=None, ge=1, le=1000)
    tell: tuple[str, ...] = ()
    chats: tuple[str, ...] = ()
    level: str = Field(default="", max_length=60)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.days is None) == (self.hours is None):
            raise ValueError("a step takes either days or hours, both of work")
        if not self.tell and not self.chats:
            raise ValueError(f"{self.key} tells nobody: name people in tell, or chats")
        return self


class _Person(Strict):
    name: str
    address: str = Field(pattern=r"^[^@\s<>]+@[^@\s<>]+$")
    locale: str = "en"

    @field_validator("locale")
    @classmethod
    def _known(cls, locale: str) -> str:
        if locale not in LOCALES:
            raise ValueError(f"is none of {', '.join(LOCALES)}")
        return locale


class Governance(Strict):
    """Clocks of a study. *opens* and *closes* are times in quotes, on the clock of *zone*."""

    since: date
    place: str = Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")
    zone: str
    opens: str = Field(default="09:00", pattern=_CLOCK)
    closes: str = Field(default="17:00", pattern=_CLOCK)
    contact: str
    people: Mapping[str, _Person] = Field(min_length=1)
    actions: tuple[_Step, ...] = ()
    minutes: tuple[_Step, ...] = ()
    meetings: tuple[_Step, ...] = ()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        _zone(self.zone)
        if self.opens >= self.closes:
            raise ValueError("opens lies before closes")
        for steps, known in (
            (self.actions, {*self.people, OWNER}),
            (self.minutes, {*self.people}),
            (self.meetings, {*self.people}),
        ):
            if strange := [name for step in steps for name in step.tell if name not in known]:
                raise ValueError(f"tell names {strange[0]}, who is not among people")
            if len({step.key for step in steps}) != len(steps):
                raise ValueError("two steps of a clock have the same key")
        if self.contact not in self.people:
            raise ValueError("contact is none of people")
        return self

    def plan(self, study: str, meetings: tuple[Planned, ...]) -> Plan:
        """Return the plan of a study."""
        country, _, part = self.place.partition("-")
        opens, closes = time.fromisoformat(self.opens), time.fromisoformat(self.closes)
        people = {key: Contact(**one.model_dump()) for key, one in self.people.items()}
        told = {About.ACTION: self.actions, About.MINUTES: self.minutes, About.MEETING: self.meetings}
        return Plan(
            study=study,
            hours=WorkHours(Place(country, part or None), self.zone, opens, closes),
            contact=people[self.contact],
            since=self.since,
            people=people,
            meetings=meetings,
            steps={about: tuple(Step(**one.model_dump()) for one in steps) for about, steps in told.items()},
        )


def _zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name} is no IANA zone") from error
