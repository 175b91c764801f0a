"""A calendar behind Graph: series with instances, exceptions and cancellations, times told in UTC, ETags that count."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hub.connectors.calendar.graph_forms import FORM
from tests.connectors.peer import Answer, Asked, told
from tests.connectors.vendors.graph import GraphServer, error

BOX = "minutes@meridian.test"
_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_WANTED = re.compile(rf"singleValueExtendedProperties/Any\(ep: ep/id eq '{re.escape(FORM)}' and ep/value eq '(.*)'\)")


class CalendarServer(GraphServer):
    """The default calendar of one mailbox."""

    def __init__(self) -> None:
        super().__init__()
        self.events: dict[str, dict[str, Any]] = {}
        self.versions = 0
        one = r"/users/([^/]+)/events"
        self.route("GET", one, self.found)
        self.route("POST", one, self.make)
        self.route("GET", rf"{one}/([^/]+)", lambda _, _u, known: self.one(known))
        self.route("PATCH", rf"{one}/([^/]+)", lambda asked, _u, known: self.change(asked, known))
        self.route("DELETE", rf"{one}/([^/]+)", lambda asked, _u, known: self.remove(asked, known))
        self.route("GET", rf"{one}/([^/]+)/instances", lambda asked, _u, known: self.instances(asked, known))

    def found(self, asked: Asked, user: str) -> Answer:
        """Return the events that carry the property asked for, or all."""
        if user != BOX:
            return error(404, "ErrorInvalidUser", "The requested user is invalid.")
        wanted = _WANTED.fullmatch(asked.params.get("$filter", ""))
        if "$filter" in asked.params and wanted is None:
            return error(400, "ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes.")
        uid = wanted[1].replace("''", "'") if wanted else None
        rows = [one for one in self.events.values() if uid is None or _property(one) == uid]
        return self.paged(asked, [self._shown(one) for one in rows])

    def make(self, asked: Asked, user: str) -> Answer:
        """Make an event; one with the same transactionId is the same event."""
        del user
        body = json.loads(asked.body)
        for event in self.events.values():
            if body.get("transactionId") and event["transactionId"] == body["transactionId"]:
                return told(201, self._shown(event))
        known = f"AQMk{len(self.events) + 1:04d}="
        self.events[known] = {"id": known, "moved": {}, "gone": []} | body
        return told(201, self._shown(self._touched(self.events[known])))

    def one(self, known: str) -> Answer:
        """Return an event with its exceptions."""
        if known not in self.events:
            return error(404, "ErrorItemNotFound", "The specified object was not found in the store.")
        event = self.events[known]
        gone = [f"OID.{known}.{day}" for day in event["gone"]]
        moved = [self._instance(event, date.fromisoformat(day)) for day in sorted(event["moved"])]
        return told(200, {"id": known, "cancelledOccurrences": gone, "exceptionOccurrences": moved})

    def change(self, asked: Asked, known: str) -> Answer:
        """Change an event or an instance; another recurrence ends the exceptions that there were."""
        series, _, day = known.partition(".")
        event = self.events.get(series)
        if event is None:
            return error(404, "ErrorItemNotFound", "The specified object was not found in the store.")
        if (only := asked.headers.get("if-match")) and only != event["etag"]:
            return error(412, "ErrorIrresolvableConflict", "The change key passed is not current.")
        body = json.loads(asked.body)
        if day:
            event["moved"][day] = event["moved"].get(day, {}) | body
            return told(200, self._instance(self._touched(event), date.fromisoformat(day)))
        if "recurrence" in body:
            event["moved"], event["gone"] = {}, []
        properties = {one["id"]: one for one in event["singleValueExtendedProperties"]}
        properties |= {one["id"]: one for one in body.pop("singleValueExtendedProperties", [])}
        event |= {**body, "singleValueExtendedProperties": list(properties.values())}
        return told(200, self._shown(self._touched(event)))

    def remove(self, asked: Asked, known: str) -> Answer:
        """Take an event away, or cancel an instance."""
        series, _, day = known.partition(".")
        event = self.events.get(series)
        if event is None or day in event["gone"]:
            return error(404, "ErrorItemNotFound", "The specified object was not found in the store.")
        if (only := asked.headers.get("if-match")) and only != event["etag"]:
            return error(412, "ErrorIrresolvableConflict", "The change key passed is not current.")
        if day:
            self._touched(event)["gone"].append(day)
        else:
            del self.events[series]
        return Answer(204)

    def instances(self, asked: Asked, known: str) -> Answer:
        """Return the instances in a span."""
        event = self.events[known]
        first, last = (datetime.fromisoformat(asked.params[name]) for name in ("startDateTime", "endDateTime"))
        days = [first.date() + timedelta(days=number) for number in range((last - first).days + 1)]
        rows = [self._instance(event, day) for day in days if _is_day(event, day) and str(day) not in event["gone"]]
        return self.paged(asked, rows)

    def _instance(self, event: dict[str, Any], day: date) -> dict[str, Any]:
        zone = ZoneInfo(event["start"]["timeZone"])
        begins = datetime.fromisoformat(event["start"]["dateTime"])
        lasts = datetime.fromisoformat(event["end"]["dateTime"]) - begins
        at = datetime.combine(day, begins.time())
        plain = {"subject": event["subject"], "start": _given(at, zone), "end": _given(at + lasts, zone)}
        shown = plain | event["moved"].get(str(day), {})
        original = datetime.combine(day, begins.time(), zone).astimezone(UTC)
        return {
            "id": f"{event['id']}.{day}",
            "type": "exception" if str(day) in event["moved"] else "occurrence",
            "originalStart": original.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "subject": shown["subject"],
            "start": _utc(shown["start"]),
            "end": _utc(shown["end"]),
        }

    def _shown(self, event: dict[str, Any]) -> dict[str, Any]:
        zone = event["start"]["timeZone"]
        content = event["body"]["content"].replace("\n", "\r\n") + "\r\n"
        times = {"start": _utc(event["start"]), "end": _utc(event["end"]), "originalStartTimeZone": zone}
        kept = {name: value for name, value in event.items() if name not in ("moved", "gone", "etag")}
        return kept | times | {"@odata.etag": event["etag"], "body": {"contentType": "text", "content": content}}

    def _touched(self, event: dict[str, Any]) -> dict[str, Any]:
        self.versions += 1
        event["etag"] = f'W/"v{self.versions}"'
        return event


def _property(event: dict[str, Any]) -> str:
    return next((one["value"] for one in event["singleValueExtendedProperties"] if one["id"] == FORM), "")


def _given(at: datetime, zone: ZoneInfo) -> dict[str, str]:
    return {"dateTime": at.isoformat(), "timeZone": zone.key}


def _utc(given: dict[str, str]) -> dict[str, str]:
    at = datetime.fromisoformat(given["dateTime"][:19]).replace(tzinfo=ZoneInfo(given["timeZone"]))
    return {"dateTime": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.0000000"), "timeZone": "UTC"}


def _is_day(event: dict[str, Any], day: date) -> bool:
    """Tell whether a day is one of a weekly, daily or monthly series, as far as tests have them."""
    begins = datetime.fromisoformat(event["start"]["dateTime"]).date()
    pattern, ends = event["recurrence"]["pattern"], event["recurrence"]["range"]
    if day < begins or day > date.fromisoformat(ends.get("endDate", "9999-12-31")):
        return False
    if pattern["type"] == "weekly":
        return _DAYS[day.weekday()] in pattern["daysOfWeek"] and ((day - begins).days // 7) % pattern["interval"] == 0
    if pattern["type"] == "daily":
        return (day - begins).days % pattern["interval"] == 0
    return day.day == pattern.get("dayOfMonth", day.day)
