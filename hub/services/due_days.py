"""Due dates held against the working days of whoever owns the action."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from hub.domain.errors import UsageError
from hub.domain.minutes import Action, Flag, Minutes
from hub.domain.workdays import Place, WorkCalendar
from hub.ports import WorkCalendars
from hub.services.working_days import began, recounted


def with_days_off(minutes: Minutes, calendars: WorkCalendars) -> Minutes:
    """Return *minutes* with a flag on each due date on which its owner does not work, naming the working day before.

    The owner's place is that of the roster, else the country of the meeting's zone; without either nothing is said.
    The date stays as it was agreed: a person moves it, or not. Only one that was said in working days is counted by
    the calendar of that place, and says so.
    """
    years = {action.due.year + step for action in minutes.actions if action.due for step in (-1, 0, 1)}
    if not years:
        return minutes
    known: dict[Place, WorkCalendar | None] = {}

    def calendar(place: Place) -> WorkCalendar | None:
        if place not in known:
            known[place] = _calendar(calendars, place, years)
        return known[place]

    places = {p.name: place_of(p.country) for p in minutes.meeting.participants if p.country}
    here = calendars.at(minutes.meeting.timezone)
    begin, actions, flags = began(minutes.meeting), [], []
    for number, said in enumerate(minutes.actions):
        place = places.get(said.owner or "") or here
        action, moved = recounted(said, begin, calendar(place) if place else None)
        actions.append(action)
        if reason := moved or _reason(action, place, calendar):
            flags.append(Flag(f"actions[{number}].due", reason))
    return replace(minutes, actions=tuple(actions), flags=(*minutes.flags, *flags))


def place_of(text: str) -> Place:
    """Return the place that "DE" or "DE-BY" names."""
    country, _, subdivision = text.strip().upper().partition("-")
    return Place(country, subdivision or None)


def _reason(action: Action, place: Place | None, calendar: Callable[[Place], WorkCalendar | None]) -> str | None:
    found = calendar(place) if place and action.due else None
    if found is None or action.due is None or (why := found.off(action.due)) is None:
        return None
    before = _said(found.last_before(action.due))
    return f"{_said(action.due)} is a day off in {found.place}: {why}; the working day before is {before}"


def _calendar(calendars: WorkCalendars, place: Place, years: set[int]) -> WorkCalendar | None:
    try:
        return calendars.of(place, years)
    except UsageError:
        return None  # a place that nobody knows the holidays of is no reason to refuse minutes


def _said(day: date) -> str:
    return f"{day:%A} {day:%Y-%m-%d}"
