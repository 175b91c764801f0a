"""A governance meeting as a series: how often, in which zone, and where an occurrence is moved or falls away."""

import hashlib
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.domain import wire
from hub.domain.errors import UsageError

_MOST = 1000


class Every(StrEnum):
    """The step of a series."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Recurrence:
    """How often: each *interval* days, weeks or months, until a day (inclusive) or so many times, or without end.

    *weekdays* (Monday is 0) are of a week, or with *nth* (1 to 4, -1 the last) the one of a month; a month without
    them has its day of the first occurrence, and months that have no such day are passed over.
    """

    every: Every
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    nth: int | None = None
    until: date | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Otherwise:
    """The occurrence of *day* is held at another time or is not held; *begins* is None where it is cancelled."""

    day: date
    begins: datetime | None = None
    minutes: int = 0
    title: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One meeting, or a series of them. *begins* is the time on the clock of *zone* (IANA), so that it stays when the
    zone's rules or summer time change. *uid* names it for ever.
    """

    uid: str
    title: str
    begins: datetime
    zone: str
    minutes: int
    recurrence: Recurrence | None = None
    exceptions: tuple[Otherwise, ...] = ()
    location: str = ""
    text: str = ""
    people: tuple[tuple[str, str], ...] = ()
    """(name, address) of those who are invited, by address."""

    @property
    def fingerprint(self) -> str:
        """Return what two series share that say the same; calendars set names, order and white space in their way."""
        people = tuple(sorted(("", address.casefold()) for _, address in self.people))
        plain = replace(self, people=people, text=" ".join(self.text.split()))
        return hashlib.sha256(wire.dumps(plain).encode()).hexdigest()[:32]

    def checked(self) -> "Series":
        """Return the series. UsageError says what in it cannot be."""
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise UsageError(f"{self.title}: {self.zone} is no IANA zone") from error
        days = set(self.days(until=max((one.day for one in self.exceptions), default=self.begins.date())))
        if self.begins.date() not in days:
            raise UsageError(f"{self.title}: its first day, {self.begins.date()}, is none of its own days")
        for one in self.exceptions:
            if one.day not in days:
                raise UsageError(f"{self.title}: {one.day} has an exception but is none of its days")
        return self

    def days(self, *, until: date) -> Iterator[date]:
        """Yield the days that it has by its rule, the cancelled ones among them, at most 1,000."""
        told = self.recurrence
        if told is None:
            yield self.begins.date()
            return
        last = min(until, told.until or until)
        for number, day in enumerate(_days(told, self.begins.date())):
            if day > last or number >= min(told.count or _MOST, _MOST):
                return
            yield day

    def occurrences(self, *, until: date) -> list[tuple[datetime, int]]:
        """Return when it is held (with zone) and for how many minutes, in order, up to the rule's day *until*."""
        zone = ZoneInfo(self.zone)
        other = {one.day: one for one in self.exceptions}
        held: list[tuple[datetime, int]] = []
        for day in self.days(until=until):
            moved = other.get(day)
            if moved is None:
                held.append((datetime.combine(day, self.begins.time(), zone), self.minutes))
            elif moved.begins is not None:
                held.append((moved.begins.replace(tzinfo=zone), moved.minutes or self.minutes))
        return sorted(held)


def _days(told: Recurrence, first: date) -> Iterator[date]:
    steps: Iterator[date]
    if told.every is Every.DAY:
        steps = (first + timedelta(days=told.interval * number) for number in range(10 * _MOST))
    elif told.every is Every.WEEK:
        steps = _of_weeks(told, first)
    else:
        steps = _of_months(told, first)
    return (day for day in steps if day >= first)


def _of_weeks(told: Recurrence, first: date) -> Iterator[date]:
    monday = first - timedelta(days=first.weekday())
    for number in range(10 * _MOST):
        week = monday + timedelta(weeks=told.interval * number)
        yield from (week + timedelta(days=day) for day in sorted(told.weekdays or (first.weekday(),)))


def _of_months(told: Recurrence, first: date) -> Iterator[date]:
    for number in range(10 * _MOST):
        year, month = divmod(first.year * 12 + first.month - 1 + told.interval * number, 12)
        if year > 9999:
            return
        length = monthrange(year, month + 1)[1]
        if told.nth is None:
            if first.day <= length:
                yield date(year, month + 1, first.day)
            continue
        fitting = [date(year, month + 1, day) for day in range(1, length + 1)]
        fitting = [day for day in fitting if day.weekday() in told.weekdays]
        place = told.nth if told.nth < 0 else told.nth - 1
        if -len(fitting) <= place < len(fitting):
            yield fitting[place]
