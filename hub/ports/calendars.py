"""What the hub needs to know of working days."""

from collections.abc import Iterable
from typing import Protocol

from hub.domain.workdays import Place, WorkCalendar


class WorkCalendars(Protocol):
    """Knows working days of countries."""

    def of(self, place: Place, years: Iterable[int]) -> WorkCalendar:
        """Return the calendar of *place* for *years*. UsageError for a country or a part of it that is not known."""

    def at(self, zone: str | None) -> Place | None:
        """Return the country that a time zone (IANA name) lies in, or None where it is none's alone."""
