"""A series as Graph's event, and back. Graph tells times in UTC, and the zone that they were given in beside them."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hub.domain.errors import RejectedError
from hub.domain.invited import Answer, Answered
from hub.domain.recurring import Every, Otherwise, Recurrence, Series

_SET = "7f2d1e0c-5b1e-4c9a-9d7e-1c0a5e3b6f42"
FORM = f"String {{{_SET}}} Name LiaisonSeries"
"""Names the property that holds the series' uid."""
WRITTEN = f"String {{{_SET}}} Name LiaisonWritten"
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_ANSWERS = {
    "accepted": Answer.ACCEPTED,
    "declined": Answer.DECLINED,
    "tentativelyAccepted": Answer.TENTATIVE,
    "none": Answer.OPEN,
    "notResponded": Answer.OPEN,
}
_NTH = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}


def event_of(series: Series, *, written: str) -> dict[str, Any]:
    """Return the event that *series* is; one made twice by a repeated request is one, by its transactionId."""
    ends = series.begins + timedelta(minutes=series.minutes)
    return {
        "subject": series.title,
        "body": {"contentType": "text", "content": series.text},
        "start": _time(series.begins, series.zone),
        "end": _time(ends, series.zone),
        "location": {"displayName": series.location},
        "attendees": [
            {"emailAddress": {"name": name, "address": address}, "type": "required"} for name, address in series.people
        ],
        "recurrence": _recurrence(series) if series.recurrence else None,
        "transactionId": hashlib.sha256(series.uid.encode()).hexdigest()[:32],
        "singleValueExtendedProperties": [{"id": FORM, "value": series.uid}, {"id": WRITTEN, "value": written}],
    }


def instances_of(series: Series, one: Otherwise) -> dict[str, Any]:
    """Return what makes an instance an exception."""
    assert one.begins is not None  # noqa: S101 - the caller looked
    ends = one.begins + timedelta(minutes=one.minutes or series.minutes)
    title = one.title or series.title
    return {"subject": title, "start": _time(one.begins, series.zone), "end": _time(ends, series.zone)}


def instance_of(rows: list[Any], series: Series, day: date) -> str | None:
    """Return the id of the instance whose rule's day is *day*."""
    zone = ZoneInfo(series.zone)
    for row in rows:
        try:
            told = row.get("originalStart") or f"{row['start']['dateTime'][:19]}Z"
            if datetime.fromisoformat(told).astimezone(zone).date() == day:
                return str(row["id"])
        except (ValueError, KeyError, TypeError, AttributeError):
            continue  # not one of ours to judge
    return None


def series_of(event: dict[str, Any], exceptions: list[Any]) -> tuple[Series | None, str]:
    """Return the series that an event says, None where it says none of ours, and what was written last.

    RejectedError where it does not carry the properties by which it was found.
    """
    properties = event.get("singleValueExtendedProperties")
    entries = [one for one in properties if isinstance(one, dict)] if isinstance(properties, list) else []
    told = {one.get("id"): one.get("value") for one in entries if isinstance(one.get("id"), str)}
    uid, mark = told.get(FORM), told.get(WRITTEN)
    if not isinstance(uid, str) or not isinstance(mark, str):
        raise RejectedError("an event that was found by the hub's own properties comes without them")
    try:
        return _series(event, uid, exceptions), mark
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, OSError):
        return None, mark


def answers_of(event: dict[str, Any], exceptions: list[Any]) -> tuple[Answered, ...]:
    """Return what attendees answered, to the series and to single occurrences; what cannot be read is left out."""
    whole = _answers(event, None)
    single = [one for row in exceptions if isinstance(row, dict) for one in _answers(row, _day_of(row, event))]
    return (*whole, *(one for one in single if (one.address, one.answer) not in {(w.address, w.answer) for w in whole}))


def _answers(row: dict[str, Any], day: date | None) -> list[Answered]:
    attendees = row.get("attendees")
    found = list[Answered]()
    for one in attendees if isinstance(attendees, list) else []:
        try:
            address, status = str(one["emailAddress"]["address"]).lower(), one["status"]
            answer, told = _ANSWERS[status["response"]], datetime.fromisoformat(status["time"])
        except (ValueError, KeyError, TypeError):
            continue
        found.append(Answered(address, answer, day, told if answer is not Answer.OPEN and told.tzinfo else None))
    return found


def _day_of(row: dict[str, Any], event: dict[str, Any]) -> date | None:
    try:
        zone = ZoneInfo(event["originalStartTimeZone"])
        return datetime.fromisoformat(row["originalStart"]).astimezone(zone).date()
    except (ValueError, KeyError, TypeError, OverflowError, OSError):
        return None


def _series(event: dict[str, Any], uid: str, exceptions: list[Any]) -> Series:
    zone = ZoneInfo(event["originalStartTimeZone"])
    begins, ends = _local(event["start"], zone), _local(event["end"], zone)
    title, minutes = event["subject"], round((ends - begins).total_seconds() / 60)
    cancelled = [Otherwise(date.fromisoformat(one[-10:])) for one in event.get("cancelledOccurrences") or []]
    moved = [_otherwise(one, zone, title, minutes) for one in exceptions]
    people = [one["emailAddress"] for one in event.get("attendees") or []]
    return Series(
        uid=uid,
        title=title,
        begins=begins,
        zone=zone.key,
        minutes=minutes,
        recurrence=_rule(event["recurrence"], begins) if event.get("recurrence") else None,
        exceptions=tuple(sorted([*cancelled, *moved], key=lambda one: one.day)),
        location=(event.get("location") or {}).get("displayName", ""),
        text=event["body"]["content"].replace("\r\n", "\n").strip(),
        people=tuple((one.get("name", ""), one["address"].lower()) for one in people),
    )


def _otherwise(row: Any, zone: ZoneInfo, title: str, minutes: int) -> Otherwise:
    begins, ends = _local(row["start"], zone), _local(row["end"], zone)
    lasts = round((ends - begins).total_seconds() / 60)
    return Otherwise(
        datetime.fromisoformat(row["originalStart"]).astimezone(zone).date(),
        begins,
        minutes=0 if lasts == minutes else lasts,
        title="" if row["subject"] == title else row["subject"],
    )


def _recurrence(series: Series) -> dict[str, Any]:
    told = series.recurrence
    assert told is not None  # noqa: S101 - the caller looked
    days = [_DAYS[day] for day in told.weekdays or (series.begins.weekday(),)]
    pattern: dict[str, Any] = {"interval": told.interval}
    if told.every is Every.DAY:
        pattern |= {"type": "daily"}
    elif told.every is Every.WEEK:
        pattern |= {"type": "weekly", "daysOfWeek": days, "firstDayOfWeek": "monday"}
    elif told.nth is None:
        pattern |= {"type": "absoluteMonthly", "dayOfMonth": series.begins.day}
    else:
        pattern |= {"type": "relativeMonthly", "daysOfWeek": days, "index": _NTH[told.nth]}
    ends: dict[str, Any] = {"type": "noEnd"}
    if told.until is not None:
        ends = {"type": "endDate", "endDate": told.until.isoformat()}
    elif told.count is not None:
        ends = {"type": "numbered", "numberOfOccurrences": told.count}
    ends |= {"startDate": series.begins.date().isoformat(), "recurrenceTimeZone": series.zone}
    return {"pattern": pattern, "range": ends}


def _rule(told: dict[str, Any], begins: datetime) -> Recurrence:
    pattern, ends = told["pattern"], told["range"]
    kind = pattern["type"]
    every = {"daily": Every.DAY, "weekly": Every.WEEK, "absoluteMonthly": Every.MONTH, "relativeMonthly": Every.MONTH}
    weekdays = tuple(_DAYS.index(day) for day in pattern.get("daysOfWeek") or [])
    if kind == "weekly" and weekdays == (begins.weekday(),):
        weekdays = ()
    relative = kind == "relativeMonthly"
    return Recurrence(
        every[kind],
        interval=int(pattern["interval"]),
        weekdays=weekdays if kind in ("weekly", "relativeMonthly") else (),
        nth=next(number for number, name in _NTH.items() if name == pattern["index"]) if relative else None,
        until=date.fromisoformat(ends["endDate"]) if ends["type"] == "endDate" else None,
        count=int(ends["numberOfOccurrences"]) if ends["type"] == "numbered" else None,
    )


def _time(at: datetime, zone: str) -> dict[str, str]:
    return {"dateTime": at.isoformat(timespec="seconds"), "timeZone": zone}


def _local(told: dict[str, Any], zone: ZoneInfo) -> datetime:
    at = datetime.fromisoformat(told["dateTime"][:19])
    given = UTC if told.get("timeZone") == "UTC" else ZoneInfo(told["timeZone"])
    return at.replace(tzinfo=given).astimezone(zone).replace(tzinfo=None)
