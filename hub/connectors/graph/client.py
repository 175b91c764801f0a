"""One client for Microsoft Graph: requests signed in, answers judged by its error codes, pages followed."""

import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, BinaryIO

from hub.connectors.graph.access import Access, GraphTokens
from hub.connectors.rest.client import Limits
from hub.connectors.rest.waits import wait_of
from hub.connectors.troubles import CredentialsError, NotThereError, RightError
from hub.connectors.wire import Answer, Request, Wire, same_host
from hub.domain.errors import FatalError, RejectedError, RetryableError, StaleError

_SHOWN = 200


class ResyncError(RejectedError):
    """What was remembered of a list is forgotten there (410): it is to be read from its beginning."""


class TakenError(RejectedError):
    """The name is taken, or somebody holds the item (409, 423)."""


class RefusedError(RightError):
    """It is not allowed; *inner* is Graph's closer word for why, empty where it gives none."""

    def __init__(self, message: str, *, inner: str) -> None:
        super().__init__(message)
        self.inner = inner


class Graph:
    """Sends requests to Graph of one tenant.

    RetryableError for throttling and outages, with the wait asked for; FatalError for refused credentials and missing
    rights; StaleError where a precondition does not hold; ResyncError, NotThereError, TakenError and RejectedError for
    this one request.
    """

    def __init__(self, access: Access, *, name: str, limits: Limits, clock: Callable[[], datetime]) -> None:
        self.base = access.base_url.rstrip("/")
        self._name = name
        self._clock = clock
        self._wire = Wire(name=name, limits=limits, monotonic=time.monotonic)
        self._tokens = GraphTokens(access, self._wire, name=name, clock=clock)

    def close(self) -> None:
        """Let go of connections."""
        self._wire.close()

    def get(self, path: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None) -> Any:
        """Return what is at *path* (under the base, or an address that Graph gave), as JSON."""
        return self.ask("GET", path, params=params or {}, headers=headers or {}).json(f"{self._name}: GET {path}")

    def ask(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        content: bytes | None = None,
    ) -> Answer:
        """Send one request and return its answer, which is of the 2xx kind; once more where the token was refused."""
        request = Request(method, self._address(path), params or {}, headers or {}, json=json, content=content)
        return self._signed_in(request, self._wire.send)

    def download(
        self,
        path: str,
        target: BinaryIO,
        *,
        most: int,
        within_s: float = 3600.0,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Write the content at *path* into *target*; Graph answers with an address that needs no sign-in."""
        request = Request("GET", self._address(path), headers=headers or {})
        answer = self._signed_in(
            request, lambda one: self._wire.save(one, target, most=most, within_s=within_s), leads=True
        )
        if answer.status == 302:
            there = Request("GET", answer.headers.get("location", ""))
            if not there.url.startswith(("https://", self.base)):
                raise FatalError(f"{self._name}: a download leads to an address without https")
            answer = self._wire.save(there, target, most=most, within_s=within_s)
        if not answer.well:
            raise self._judged(request, answer)

    def bare(self, method: str, url: str, *, headers: Mapping[str, str], content: bytes | None = None) -> Answer:
        """Send to an address that Graph gave and that carries its own right (an upload session), without a token."""
        if not url.startswith("https://") and not same_host(url, self.base):
            raise FatalError(f"{self._name}: is told to send to an address without https")
        return self._wire.send(Request(method, url, {}, headers, content=content))

    def pages(self, path: str, params: Mapping[str, str] | None = None) -> Iterator[dict[str, Any]]:
        """Yield each page of a list as it is asked for, following what Graph gives as the next one."""
        told = self.page(path, params)
        yield told
        while onward := told.get("@odata.nextLink"):
            told = self.page(str(onward))
            yield told

    def page(
        self, path: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Return one page of a list. RetryableError where the answer is none."""
        told = self.get(path, params, headers)
        if not isinstance(told, dict) or not isinstance(told.get("value"), list):
            raise RetryableError(f"{self._name}: the answer to {path.partition('?')[0]} is no page of a list")
        return told

    def judged(self, method: str, url: str, answer: Answer) -> Exception:
        """Return the error that an answer to `bare` stands for."""
        return self._judged(Request(method, url.partition("?")[0]), answer)

    def _signed_in(self, request: Request, send: Callable[[Request], Answer], *, leads: bool = False) -> Answer:
        answer = Answer(401, {}, b"")
        for _ in range(2):
            token = self._tokens.token()
            known = {"Authorization": f"Bearer {token}", "client-request-id": str(uuid.uuid4())}
            answer = send(replace(request, headers={"Accept": "application/json", **request.headers, **known}))
            if answer.status != 401:
                break
            self._tokens.refused(token)
        if answer.well or (leads and answer.status == 302):
            return answer
        raise self._judged(request, answer)

    def _address(self, path: str) -> str:
        if not path.startswith(("http://", "https://")):
            return f"{self.base}/{path.lstrip('/')}"
        if not same_host(path, self.base):
            raise RejectedError(f"{self._name}: leads to another host; credentials are not sent there")
        return path

    def _judged(self, request: Request, answer: Answer) -> Exception:
        code, message, known_as = _told(answer)
        where = f"{request.method} {request.url.partition('?')[0].removeprefix(self.base)}"
        line = f"{self._name}: {where}: {answer.status} {code}"
        line = f"{line} (request-id {known_as})" if known_as else line
        status = answer.status
        if status in (408, 425, 429, 509) or (status >= 500 and status != 507):
            return RetryableError(line, retry_after_s=wait_of(answer.headers, self._clock()))
        if 300 <= status < 400:
            return FatalError(f"{line}; it leads elsewhere: correct base_url")
        if status == 401:
            return CredentialsError(f"{line}; the credentials are refused")
        if status == 403:
            why = f"{line}; it is not allowed: {self._tokens.redacted(message)[:_SHOWN]}".rstrip(": ")
            return RefusedError(why, inner=_inner(answer))
        if status == 412:
            return StaleError(f"{line}; it was changed there meanwhile")
        kinds: dict[int, type[RejectedError]] = {404: NotThereError, 410: ResyncError, 409: TakenError, 423: TakenError}
        return kinds.get(status, RejectedError)(f"{line}: {self._tokens.redacted(message)[:_SHOWN]}")


def _inner(answer: Answer) -> str:
    """Return the innermost code of an error answer."""
    told, found = answer.object().get("error"), ""
    while isinstance(told, dict):
        found = str(told.get("code") or found)
        told = told.get("innerError") or told.get("innererror")
    return found


def _told(answer: Answer) -> tuple[str, str, str]:
    """Return code, message and request id of an error answer, each empty where it is not there."""
    error = answer.object().get("error")
    error = error if isinstance(error, dict) else {}
    inner = error.get("innerError")
    inner = inner if isinstance(inner, dict) else {}
    known_as = inner.get("request-id") or answer.headers.get("request-id") or ""
    said = " ".join(str(error.get("message") or "").split())
    return str(error.get("code") or ""), said, str(known_as)
