"""The governance meetings of a study, and who is told when something slips, as a YAML file says them."""

from datetime import date, datetime
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from hub.connectors.calendar.governed import Governance
from hub.connectors.declared import Strict, read_declared
from hub.domain.errors import UsageError
from hub.domain.governance import Plan, Planned, Plans
from hub.domain.recurring import Every, Otherwise, Recurrence, Series

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_NTH = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class _Moved(Strict):
    day: date
    begins: datetime
    minutes: int = Field(default=0, ge=0, le=1440)
    title: str = ""


class _Person(Strict):
    name: str
    address: str = Field(pattern=r"^[^@\s<>]+@[^@\s<>]+$")


class _Meeting(Strict):
    key: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")
    title: str = Field(min_length=1, max_length=255)
    begins: datetime
    zone: str
    minutes: int = Field(ge=1, le=1440)
    every: Every | None = None
    interval: int = Field(default=1, ge=1, le=99)
    weekdays: tuple[Day, ...] = ()
    nth: Literal["first", "second", "third", "fourth", "last"] | None = None
    until: date | None = None
    count: int | None = Field(default=None, ge=1, le=999)
    cancelled: tuple[date, ...] = ()
    moved: tuple[_Moved, ...] = ()
    location: str = ""
    text: str = ""
    people: tuple[_Person, ...] = ()
    series: str = Field(default="", max_length=200)
    """What meetings of it are called in the hub; the title where it is empty."""
    level: str = Field(default="", max_length=60)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if any(at.tzinfo is not None for at in (self.begins, *(one.begins for one in self.moved))):
            raise ValueError("begins is the time on the clock of zone: give it without an offset")
        if self.until and self.count:
            raise ValueError("takes either until or count")
        if (self.nth is None) != (self.every is not Every.MONTH or not self.weekdays):
            raise ValueError("weekdays of a month take nth, and nth takes weekdays of a month")
        if self.every is None and (self.cancelled or self.moved):
            raise ValueError("a meeting that is held once has no exceptions")
        days = [*self.cancelled, *(one.day for one in self.moved)]
        if len(set(days)) != len(days):
            raise ValueError("a day has two exceptions")
        return self

    def series_of(self, study: str) -> Series:
        """Return the series."""
        moved = [Otherwise(one.day, one.begins, one.minutes, one.title) for one in self.moved]
        return Series(
            uid=f"{study}/{self.key}@liaison-hub",
            title=self.title,
            begins=self.begins,
            zone=self.zone,
            minutes=self.minutes,
            recurrence=self._recurrence(),
            exceptions=tuple(sorted([*map(Otherwise, self.cancelled), *moved], key=lambda one: one.day)),
            location=self.location,
            text=self.text.strip(),
            people=tuple((one.name, one.address) for one in self.people),
        ).checked()

    def _recurrence(self) -> Recurrence | None:
        if self.every is None:
            return None
        weekdays = tuple(sorted({_DAYS.index(day) for day in self.weekdays}))
        if self.every is Every.WEEK and weekdays == (self.begins.weekday(),):
            weekdays = ()
        return Recurrence(
            self.every, self.interval, weekdays, _NTH[self.nth] if self.nth else None, self.until, self.count
        )


class _Plan(Strict):
    study: str = Field(pattern=r"^[^\s/]{1,100}$")
    meetings: tuple[_Meeting, ...] = Field(min_length=1)
    governance: Governance | None = None

    def planned(self) -> tuple[Planned, ...]:
        """Return its meetings."""
        return tuple(Planned(one.series_of(self.study), one.series or one.title, one.level) for one in self.meetings)


def load_plan(path: Path) -> list[Series]:
    """Return the series of a plan. UsageError names the file and what is wrong."""
    return [one.series for one in _read(path).planned()]


def load_plans(folder: Path) -> Plans:
    """Return the plans of *folder* whose clocks run; a file that will not do is told of, and hides no other study."""
    found, wrong, of = dict[str, Plan](), dict[str, str](), dict[str, str]()
    for path in sorted(folder.glob("*.yaml")):
        try:
            told = _read(path)
            if told.study in of:
                raise UsageError(f"{path}: {of[told.study]} has the plan of {told.study} already")
            of[told.study] = path.name
            if told.governance is not None:
                found[told.study] = told.governance.plan(told.study, told.planned())
        except UsageError as error:
            wrong[path.name] = str(error)
    return Plans(found, wrong)


def _read(path: Path) -> _Plan:
    try:
        told = read_declared(_Plan, path.read_text(encoding="utf-8"), str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read") from error
    keys = [one.key for one in told.meetings]
    if len(set(keys)) != len(keys):
        raise UsageError(f"{path}: meetings: two have the same key")
    return told
