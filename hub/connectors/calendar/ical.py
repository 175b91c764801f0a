"""A series as iCalendar (RFC 5545), with the zone's own rules, and back."""

from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from hub.domain.invited import Answer, Answered, Reply
from hub.domain.recurring import Every, Otherwise, Recurrence, Series

if TYPE_CHECKING:
    from icalendar import Event

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_EVERY = {Every.DAY: "DAILY", Every.WEEK: "WEEKLY", Every.MONTH: "MONTHLY"}
_WRITTEN = "X-LIAISON-WRITTEN"
_ANSWERS = {str(one).upper(): one for one in Answer}


def written(series: Series, *, at: datetime, organizer: str = "") -> bytes:
    """Return the calendar object that *series* is; cancelled days are EXDATEs, moved ones events with RECURRENCE-ID."""
    from icalendar import Calendar

    made = Calendar()
    made.add("prodid", "-//Liaison hub//meetings//EN")
    made.add("version", "2.0")
    zone = ZoneInfo(series.zone)
    made.add_component(_master(series, zone, at, organizer))
    for one in series.exceptions:
        if one.begins is not None:
            made.add_component(_moved(series, one, zone, at, organizer))
    ends = series.recurrence.until if series.recurrence and series.recurrence.until else None
    made.add_missing_timezones(
        first_date=date(series.begins.year, 1, 1), last_date=date((ends or series.begins).year + 10, 1, 1)
    )
    return bytes(made.to_ical())


def read(content: bytes) -> tuple[Series | None, str | None]:
    """Return the series that a calendar object says, None where it is none of ours, and what was written last.

    The latter is None where it is no calendar object at all, `?` where it is one that the hub has not written.
    """
    from icalendar import Calendar

    try:
        events = list(Calendar.from_ical(content).walk("VEVENT"))
        master = next(one for one in events if "RECURRENCE-ID" not in one)
        mark = str(master.get(_WRITTEN) or "?")
    except (ValueError, IndexError, KeyError, StopIteration, AttributeError, TypeError):
        return None, None
    try:
        return _series(master, [one for one in events if one is not master]), mark
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, OSError):
        return None, mark


def answers_in(content: bytes) -> tuple[Answered, ...]:
    """Return what attendees answered, by a calendar object or a reply; what cannot be read is left out."""
    return tuple(one.answered for one in replies(content))


def replies(content: bytes) -> list[Reply]:
    """Return each attendee's answer in a calendar object, with the series that it is to."""
    from icalendar import Calendar

    try:
        events = Calendar.from_ical(content).walk("VEVENT")
        return [Reply(str(event["UID"]), one) for event in events for one in _answers(event)]
    except (ValueError, IndexError, KeyError, AttributeError, TypeError, OverflowError, OSError):
        return []


def _answers(event: Any) -> list[Answered]:
    stamped = event.get("DTSTAMP")
    at = stamped.dt if stamped is not None and isinstance(stamped.dt, datetime) else None
    of = event.get("RECURRENCE-ID")
    day = None if of is None else of.dt.date() if isinstance(of.dt, datetime) else of.dt
    told = [(_address(one), str(one.params.get("PARTSTAT", ""))) for one in _listed(event.get("ATTENDEE", []))]
    return [Answered(address, _ANSWERS[state.upper()], day, at) for address, state in told if state.upper() in _ANSWERS]


def _master(series: Series, zone: ZoneInfo, at: datetime, organizer: str) -> "Event":
    event = _event(series, at, organizer)
    _times(event, series.begins.replace(tzinfo=zone), series.minutes)
    event.add("summary", series.title)
    event.add(_WRITTEN, series.fingerprint)
    if series.recurrence is not None:
        event.add("rrule", _rule(series.recurrence, series.begins, zone))
    for one in series.exceptions:
        if one.begins is None:
            event.add("exdate", datetime.combine(one.day, series.begins.time(), zone))
    return event


def _moved(series: Series, one: Otherwise, zone: ZoneInfo, at: datetime, organizer: str) -> "Event":
    assert one.begins is not None  # noqa: S101 - the caller looked
    event = _event(series, at, organizer)
    event.add("recurrence-id", datetime.combine(one.day, series.begins.time(), zone))
    _times(event, one.begins.replace(tzinfo=zone), one.minutes or series.minutes)
    event.add("summary", one.title or series.title)
    return event


def _event(series: Series, at: datetime, organizer: str) -> "Event":
    from icalendar import Event, vCalAddress

    event = Event()
    event.add("uid", series.uid)
    event.add("dtstamp", at.astimezone(UTC))
    if series.location:
        event.add("location", series.location)
    if series.text:
        event.add("description", series.text)
    for name, address in series.people:
        person = vCalAddress(f"mailto:{address}")
        person.params["CN"] = name
        event.add("attendee", person)
    if series.people and organizer:
        event.add("organizer", vCalAddress(f"mailto:{organizer}"))
    return event


def _times(event: "Event", begins: datetime, minutes: int) -> None:
    event.add("dtstart", begins)
    event.add("dtend", (begins.replace(tzinfo=None) + timedelta(minutes=minutes)).replace(tzinfo=begins.tzinfo))


def _rule(told: Recurrence, begins: datetime, zone: ZoneInfo) -> dict[str, Any]:
    rule: dict[str, Any] = {"FREQ": _EVERY[told.every], "INTERVAL": told.interval}
    if told.every is Every.WEEK:
        rule["BYDAY"] = [_DAYS[day] for day in sorted(told.weekdays or (begins.weekday(),))]
        rule["WKST"] = "MO"
    if told.every is Every.MONTH and told.nth is not None:
        rule["BYDAY"] = [_DAYS[day] for day in sorted(told.weekdays)]
        rule["BYSETPOS"] = told.nth
    if told.until is not None:  # in UTC, as DTSTART has a zone
        rule["UNTIL"] = datetime.combine(told.until, time(23, 59, 59), zone).astimezone(UTC)
    if told.count is not None:
        rule["COUNT"] = told.count
    return rule


def _series(master: Any, others: list[Any]) -> Series:
    begins: datetime = master["DTSTART"].dt
    zone = begins.tzinfo
    people = master.get("ATTENDEE", [])
    cancelled = [
        Otherwise(one.dt.astimezone(zone).date()) for entry in _listed(master.get("EXDATE", [])) for one in entry.dts
    ]
    title, minutes = str(master.get("SUMMARY", "")), _minutes(master)
    moved = [_otherwise(one, zone, title, minutes) for one in others]
    return Series(
        uid=str(master["UID"]),
        title=title,
        begins=begins.replace(tzinfo=None),
        zone=str(getattr(zone, "key", "")),
        minutes=minutes,
        recurrence=_recurrence(master["RRULE"], begins, zone) if "RRULE" in master else None,
        exceptions=tuple(sorted([*cancelled, *moved], key=lambda one: one.day)),
        location=str(master.get("LOCATION", "")),
        text=str(master.get("DESCRIPTION", "")),
        people=tuple((str(one.params.get("CN", "")), _address(one)) for one in _listed(people)),
    )


def _otherwise(event: Any, zone: Any, title: str, minutes: int) -> Otherwise:
    of, begins = event["RECURRENCE-ID"].dt.astimezone(zone), event["DTSTART"].dt.astimezone(zone)
    named, lasts = str(event.get("SUMMARY", "")), _minutes(event)
    return Otherwise(
        of.date(),
        begins.replace(tzinfo=None),
        minutes=0 if lasts == minutes else lasts,
        title="" if named == title else named,
    )


def _recurrence(rule: Any, begins: datetime, zone: Any) -> Recurrence:
    known = {"FREQ", "INTERVAL", "BYDAY", "BYSETPOS", "UNTIL", "COUNT", "WKST"}
    if set(rule) - known:
        raise ValueError("a rule that the hub does not write")
    every = next(one for one, name in _EVERY.items() if name == rule["FREQ"][0])
    weekdays = tuple(_DAYS.index(str(day)) for day in rule.get("BYDAY", []))
    if every is Every.WEEK and weekdays == (begins.weekday(),):
        weekdays = ()
    until = rule["UNTIL"][0] if "UNTIL" in rule else None
    return Recurrence(
        every,
        interval=int(rule.get("INTERVAL", [1])[0]),
        weekdays=weekdays,
        nth=int(rule["BYSETPOS"][0]) if "BYSETPOS" in rule else None,
        until=_day(until, zone),
        count=int(rule["COUNT"][0]) if "COUNT" in rule else None,
    )


def _day(told: Any, zone: Any) -> date | None:
    if isinstance(told, datetime):
        return told.astimezone(zone).date()
    return told if isinstance(told, date) else None


def _minutes(event: Any) -> int:
    lasts = event["DTEND"].dt.replace(tzinfo=None) - event["DTSTART"].dt.replace(tzinfo=None)
    return int(lasts.total_seconds() // 60)


def _listed(told: Any) -> list[Any]:
    return told if isinstance(told, list) else [told]


def _address(told: Any) -> str:
    return str(told).lower().removeprefix("mailto:")
