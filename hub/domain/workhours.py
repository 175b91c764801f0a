"""The hours in which people answer, and moments that lie so many working days or hours of them away."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hub.domain.workdays import Place, WorkCalendar


@dataclass(frozen=True, slots=True)
class WorkHours:
    """Working days of *place*, from *opens* to *closes* on the clock of *zone* (IANA)."""

    place: Place
    zone: str
    opens: time = time(9)
    closes: time = time(17)

    def opening(self, day: date) -> datetime:
        """Return when *day* opens."""
        return datetime.combine(day, self.opens, ZoneInfo(self.zone))

    def after_days(self, begin: datetime, days: int, calendar: WorkCalendar) -> datetime:
        """Return the opening of the day that lies *days* working days after that of *begin*; before it where negative.

        With 0 it is that day itself, working or not.
        """
        return self.opening(calendar.later(begin.astimezone(ZoneInfo(self.zone)).date(), days))

    def after_hours(self, begin: datetime, hours: int, calendar: WorkCalendar) -> datetime:
        """Return the moment at which *hours* working hours have gone by since *begin*."""
        zone = ZoneInfo(self.zone)
        left, at = timedelta(hours=hours), begin.astimezone(zone)
        while True:
            opens, closes = self.opening(at.date()), datetime.combine(at.date(), self.closes, zone)
            if calendar.off(at.date()) is None and at < closes:
                at = max(at, opens)
                if at + left <= closes:
                    return at + left
                left -= closes - at
            at = self.opening(calendar.later(at.date(), 1))
