"""A calendar by Microsoft Graph: a series is an event, its exceptions are instances of it."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from pydantic import Field

from hub.connectors.calendar.graph_forms import (
    FORM,
    WRITTEN,
    answers_of,
    event_of,
    instance_of,
    instances_of,
    series_of,
)
from hub.connectors.graph.access import Access
from hub.connectors.graph.client import Graph
from hub.connectors.rest.client import Limits
from hub.connectors.troubles import NotThereError
from hub.domain.errors import FatalError, RetryableError
from hub.domain.recurring import Otherwise, Series
from hub.ports.events import HeldSeries

_LIMITS = Limits(60.0, 8 << 20)
_EXPANDED = f"singleValueExtendedProperties($filter=id eq '{FORM}' or id eq '{WRITTEN}')"
_PREFER = {"Prefer": 'outlook.body-content-type="text"'}


class GraphCalendarAccess(Access):
    """An app with `Calendars.ReadWrite`, limited to *mailbox* by an application access policy."""

    mailbox: str = Field(pattern=r"^[^@\s/]+@[^@\s/]+$")


class GraphCalendar:
    """`EventCalendar` over the default calendar of a mailbox.

    A series is found by a property of the hub's own; another says what was written last, and is empty until all of a
    write has come to its end.
    """

    def __init__(
        self, access: GraphCalendarAccess, *, name: str, clock: Callable[[], datetime], limits: Limits = _LIMITS
    ) -> None:
        self._access, self._name = access, name
        self._graph = Graph(access, name=name, limits=limits, clock=clock)
        self._at = f"users/{quote(access.mailbox, safe='@')}"

    def close(self) -> None:
        """Let go of connections."""
        self._graph.close()

    def check(self) -> None:
        """Look at the calendar once; see `EventCalendar.check`."""
        try:
            self._graph.page(f"{self._at}/events", {"$top": "1", "$select": "id"})
        except NotThereError as error:
            raise FatalError(f"{self._name}: {self._access.mailbox} is no mailbox of this tenant") from error

    def find(self, uid: str) -> HeldSeries | None:
        """Return a series; see `EventCalendar.find`."""
        known = uid.replace("'", "''")
        wanted = f"singleValueExtendedProperties/Any(ep: ep/id eq '{FORM}' and ep/value eq '{known}')"
        page = self._graph.page(f"{self._at}/events", {"$filter": wanted, "$expand": _EXPANDED}, _PREFER)
        for event in page["value"]:
            if isinstance(event, dict) and isinstance(event.get("id"), str):
                instances = self._instances(event) if event.get("recurrence") else []
                series, mark = series_of(event, instances)
                answers = answers_of(event, instances)
                return HeldSeries(event["id"], str(event.get("@odata.etag", "")), series, mark, answers)
        return None

    def put(self, series: Series, over: HeldSeries | None) -> None:
        """Write a series; see `EventCalendar.put`."""
        # 1 the series as a whole, marked as unfinished where exceptions are to follow; old exceptions end with it
        event = event_of(series, written="" if series.exceptions else series.fingerprint)
        if over is None:
            made = self._sent("POST", f"{self._at}/events", event)
        else:
            made = self._sent("PATCH", f"{self._at}/events/{quote(over.id, safe='')}", event, etag=over.etag)
        if not series.exceptions:
            return
        known = made.get("id")
        if not isinstance(known, str):
            raise RetryableError(f"{self._name}: the answer to a series does not name it")
        # 2 each exception
        for one in series.exceptions:
            self._except(series, known, one)
        # 3 the mark
        mark = {"singleValueExtendedProperties": [{"id": WRITTEN, "value": series.fingerprint}]}
        self._sent("PATCH", f"{self._at}/events/{quote(known, safe='')}", mark)

    def remove(self, held: HeldSeries) -> None:
        """Take a series away; see `EventCalendar.remove`."""
        try:
            self._sent("DELETE", f"{self._at}/events/{quote(held.id, safe='')}", None, etag=held.etag)
        except NotThereError:
            return

    def _except(self, series: Series, known: str, one: Otherwise) -> None:
        day = datetime(one.day.year, one.day.month, one.day.day)  # noqa: DTZ001 - a span around it, of no zone
        params = {"startDateTime": _text(day - timedelta(days=2)), "endDateTime": _text(day + timedelta(days=3))}
        page = self._graph.page(f"{self._at}/events/{quote(known, safe='')}/instances", params, _PREFER)
        found = instance_of(page["value"], series, one.day)
        if found is None:
            return  # a cancelled one that is gone already, from a write that was broken off
        path = f"{self._at}/events/{quote(found, safe='')}"
        if one.begins is None:
            self._graph.ask("DELETE", path)
        else:
            self._sent("PATCH", path, instances_of(series, one))

    def _instances(self, event: dict[str, Any]) -> list[Any]:
        path = f"{self._at}/events/{quote(event['id'], safe='')}"
        told = self._graph.get(path, {"$select": "id,cancelledOccurrences", "$expand": "exceptionOccurrences"}, _PREFER)
        if not isinstance(told, dict):
            raise RetryableError(f"{self._name}: the answer to a series is none")
        event["cancelledOccurrences"] = told.get("cancelledOccurrences") or []
        exceptions = told.get("exceptionOccurrences")
        return exceptions if isinstance(exceptions, list) else []

    def _sent(self, method: str, path: str, body: Any, *, etag: str = "") -> dict[str, Any]:
        headers = {"Content-Type": "application/json"} | ({"If-Match": etag} if etag else {})
        content = json.dumps(body).encode() if body is not None else None
        return self._graph.ask(method, path, headers=headers, content=content).object()


def _text(day: datetime) -> str:
    return f"{day.isoformat(timespec='seconds')}Z"
