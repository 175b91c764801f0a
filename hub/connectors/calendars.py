"""Working days from the holidays package and the weekends of CLDR, with closings of one's own laid over them."""

from collections.abc import Iterable, Mapping
from datetime import date

from hub.domain.errors import UsageError
from hub.domain.workdays import Place, WorkCalendar


class HolidayCalendars:
    """`WorkCalendars`. *closings* are further days off by place: a sponsor's shutdown, a site's move."""

    def __init__(self, closings: Mapping[Place, Mapping[date, str]] | None = None) -> None:
        self._closings = closings or {}

    def of(self, place: Place, years: Iterable[int]) -> WorkCalendar:
        """Return a calendar; see `WorkCalendars.of`."""
        import holidays

        wanted = sorted(set(years))
        try:
            found = holidays.country_holidays(place.country, subdiv=place.subdivision, years=wanted, language="en_US")
        except NotImplementedError as error:
            raise UsageError(
                f"{place}: no country, or part of one, whose holidays are known (write DE, or DE-BY)"
            ) from error
        names = {day: str(name) for day, name in found.items()}
        estimated = frozenset(day for day, name in names.items() if "(estimated)" in name)
        known = {day: name.replace(" (estimated)", "") for day, name in names.items()}
        return WorkCalendar(place, _weekend(place.country), {**known, **self._closings.get(place, {})}, estimated)

    def at(self, zone: str | None) -> Place | None:
        """Return the country of a zone; see `WorkCalendars.at`."""
        from babel.core import get_global

        country = get_global("zone_territories").get(zone or "", "001")
        return None if country in ("001", "ZZ") else Place(country)


def _weekend(country: str) -> frozenset[int]:
    """Return the weekdays off: from the first to the last of the weekend as CLDR has it; Saturday and Sunday if not."""
    from babel import Locale, UnknownLocaleError

    try:
        week = Locale.parse(f"und_{country}")
    except (UnknownLocaleError, ValueError):
        return frozenset({5, 6})
    return frozenset((week.weekend_start + step) % 7 for step in range((week.weekend_end - week.weekend_start) % 7 + 1))
