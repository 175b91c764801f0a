"""On which days people work where they are: the week of the country, its holidays, and closings of their own."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

_LONGEST = 60  # days; longer than any holidays


@dataclass(frozen=True, slots=True)
class Place:
    """A country (ISO 3166-1, such as DE) and perhaps a part of it (ISO 3166-2 without the country, such as BY)."""

    country: str
    subdivision: str | None = None

    def __str__(self) -> str:
        return f"{self.country}-{self.subdivision}" if self.subdivision else self.country


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """The working days of *place*. *weekend* holds weekdays (Monday 0), *holidays* their names by day.

    *estimated* are holidays whose day follows the moon and may yet move by one.
    """

    place: Place
    weekend: frozenset[int] = frozenset({5, 6})
    holidays: Mapping[date, str] = field(default_factory=dict)
    estimated: frozenset[date] = frozenset()

    def off(self, day: date) -> str | None:
        """Return why nobody works on *day*, or None where they do."""
        if day in self.holidays:
            return f"{self.holidays[day]}{' (may move by a day)' if day in self.estimated else ''}"
        return "weekend" if day.weekday() in self.weekend else None

    def last_before(self, day: date) -> date:
        """Return the last working day before *day*."""
        return self._next(day, -1)

    def later(self, day: date, count: int) -> date:
        """Return the day that lies *count* working days after *day*; before it where negative."""
        for _ in range(abs(count)):
            day = self._next(day, 1 if count > 0 else -1)
        return day

    def _next(self, day: date, step: int) -> date:
        for _ in range(_LONGEST):
            day += timedelta(days=step)
            if self.off(day) is None:
                return day
        raise ValueError(f"{self.place}: no working day within {_LONGEST} days of {day}")
