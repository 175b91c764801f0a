"""A calendar by CalDAV (RFC 4791): one object a series, written under preconditions."""

import base64
import hashlib
import time
from collections.abc import Callable
from datetime import datetime

from pydantic import Field, field_validator

from hub.connectors.calendar.ical import answers_in, read, written
from hub.connectors.declared import Strict
from hub.connectors.references import Secret, secret_of
from hub.connectors.rest.client import Limits
from hub.connectors.rest.waits import wait_of
from hub.connectors.wire import Answer, Request, Wire
from hub.domain.errors import FatalError, RejectedError, RetryableError, StaleError
from hub.domain.recurring import Series
from hub.ports.events import HeldSeries

_LIMITS = Limits(30.0, 4 << 20)
_ASKED = b'<?xml version="1.0"?><propfind xmlns="DAV:"><prop><resourcetype/></prop></propfind>'


class CalDavAccess(Strict):
    """A calendar collection, and who the hub is there."""

    url: str
    user: str = Field(min_length=1)
    password: Secret
    organizer: str = ""
    """Address that invites; the user where that is one."""

    @field_validator("url")
    @classmethod
    def _private(cls, url: str) -> str:
        if not url.startswith(("https://", "http://127.0.0.1:")):
            raise ValueError("http is for this machine only; use https")
        return url.rstrip("/")


class CalDavCalendar:
    """`EventCalendar`. What the hub wrote last is told by a property of its own in the event."""

    def __init__(
        self, access: CalDavAccess, *, name: str, clock: Callable[[], datetime], limits: Limits = _LIMITS
    ) -> None:
        self._access, self._name, self._clock = access, name, clock
        self._wire = Wire(name=name, limits=limits, monotonic=time.monotonic)

    def close(self) -> None:
        """Let go of connections."""
        self._wire.close()

    def check(self) -> None:
        """Look at the collection once; see `EventCalendar.check`."""
        headers = {"Depth": "0", "Content-Type": "application/xml; charset=utf-8"}
        answer = self._asked("PROPFIND", f"{self._access.url}/", headers, _ASKED, well=(207,))
        if answer is None or b"calendar" not in answer.content.lower().replace(b"urn:ietf:params:xml:ns:caldav", b""):
            raise FatalError(f"{self._name}: {self._access.url} is no calendar; give the address of the collection")

    def find(self, uid: str) -> HeldSeries | None:
        """Return a series; see `EventCalendar.find`."""
        address = self._address(uid)
        answer = self._asked("GET", address, {"Accept": "text/calendar"}, well=(200,))
        if answer is None:
            return None
        series, mark = read(answer.content)
        if mark is None:  # such as a page of maintenance
            raise RetryableError(f"{self._name}: {address}: the answer is no calendar object")
        etag = answer.headers.get("etag", "")
        if not etag:
            raise FatalError(f"{self._name}: the server gives no ETag: nothing can be written over without harm")
        return HeldSeries(address, etag, series, mark, answers_in(answer.content))

    def put(self, series: Series, over: HeldSeries | None) -> None:
        """Write a series; see `EventCalendar.put`."""
        user = self._access.user
        organizer = self._access.organizer or (user if "@" in user else "")
        content = written(series, at=self._clock(), organizer=organizer)
        only = {"If-Match": over.etag} if over else {"If-None-Match": "*"}
        headers = {"Content-Type": "text/calendar; charset=utf-8", **only}
        if self._asked("PUT", self._address(series.uid), headers, content, well=(200, 201, 204)) is None:
            raise FatalError(f"{self._name}: {self._access.url} is not there")

    def remove(self, held: HeldSeries) -> None:
        """Take a series away; see `EventCalendar.remove`."""
        self._asked("DELETE", held.id, {"If-Match": held.etag}, well=(200, 204))

    def _address(self, uid: str) -> str:
        return f"{self._access.url}/{hashlib.sha256(uid.encode()).hexdigest()[:40]}.ics"

    def _asked(
        self, method: str, url: str, headers: dict[str, str], content: bytes | None = None, *, well: tuple[int, ...]
    ) -> Answer | None:
        """Return the answer, None for 404."""
        pair = f"{self._access.user}:{secret_of(self._access.password)}".encode()
        known = {"Authorization": f"Basic {base64.b64encode(pair).decode()}", **headers}
        answer = self._wire.send(Request(method, url, {}, known, content=content))
        status, line = answer.status, f"{self._name}: {method}: {answer.status}"
        if status in well:
            return answer
        if status in (404, 410):
            return None
        if status in (408, 423, 425, 429) or (status >= 500 and status != 507):
            raise RetryableError(line, retry_after_s=wait_of(answer.headers, self._clock()))
        if status == 412:
            raise StaleError(f"{line}; it was changed there meanwhile")
        if status in (401, 403):
            raise FatalError(f"{line}; the sign-in is refused, or may not write there")
        if 200 <= status < 300:
            raise RetryableError(f"{line}; that is no answer to it")
        if 300 <= status < 400:
            raise FatalError(f"{line}; it leads elsewhere: correct url")
        raise RejectedError(line)
