"""Requests to Zoom's API v2, its errors told by what to do."""

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from hub.connectors.rest.client import Limits
from hub.connectors.rest.tokens import Tokens
from hub.connectors.rest.waits import wait_of
from hub.connectors.troubles import CredentialsError, NotThereError, RightError
from hub.connectors.wire import Answer, Request, Wire, same_host
from hub.connectors.zoom.signing import AccountApp, MarketplaceApp, SigningIn, ZoomAccess
from hub.domain.errors import RejectedError, RetryableError

_NOBODY = (1001, 1010)
_UNRECORDED = (3001, 3301, 3322)
_DOWNLOAD_S = 7200.0


class UnrecordedError(NotThereError):
    """Zoom says that a meeting, or its recording, is not there."""


class ZoomClient:
    """Sends requests. RetryableError for limits and outages, FatalError for credentials and scopes."""

    def __init__(
        self,
        access: ZoomAccess,
        *,
        name: str,
        limits: Limits,
        clock: Callable[[], datetime],
        tokens: Callable[[], Tokens] | None = None,
    ) -> None:
        self._access, self._name, self._clock = access, name, clock
        self._wire = Wire(name=name, limits=limits, monotonic=time.monotonic)
        self._app: SigningIn
        if access.refresh_token is None:
            self._app = AccountApp(access, self._wire, name=name, clock=clock)
        else:
            self._app = MarketplaceApp(access, name=name, limits=limits, clock=clock, tokens=tokens)

    def close(self) -> None:
        """Let go of connections."""
        self._app.close()
        self._wire.close()

    def get(self, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Return the JSON object at *path*, with a new token where the old one was refused."""
        address = f"{self._access.base_url}{path}"
        answer = self._signed_in(lambda known: self._wire.send(Request("GET", address, params or {}, known)))
        if not answer.well:
            raise self._judged(f"GET {path}", answer)
        told = answer.json(f"{self._name}: GET {path}")
        if not isinstance(told, dict):
            raise RetryableError(f"{self._name}: GET {path}: the answer is no JSON object")
        return told

    def listed(self, path: str, key: str, params: Mapping[str, str]) -> Iterator[Any]:
        """Yield the entries under *key* of every page; a page's token is followed as it was given."""
        token, seen = "", set[str]()
        while True:
            page = self.get(path, {**params, "page_size": "300", **({"next_page_token": token} if token else {})})
            entries = page.get(key)
            if not isinstance(entries, list):
                raise RetryableError(f"{self._name}: GET {path}: the answer holds no list of {key}")
            yield from entries
            token = str(page.get("next_page_token") or "")
            if not token:
                return
            if token in seen:
                raise RetryableError(f"{self._name}: GET {path}: leads in a circle")
            seen.add(token)

    def save(self, address: str, target: Path, *, most: int) -> None:
        """Write what is at a download address to *target*; the token goes to Zoom's own hosts only."""
        if not self._ours(address):
            raise RejectedError(f"{self._name}: a download leads to {urlsplit(address).hostname}, which is not Zoom's")
        with target.open("wb") as stream:

            def saved(known: Mapping[str, str]) -> Answer:
                stream.seek(0)
                stream.truncate()
                request = Request("GET", address, {}, known)
                return self._wire.save(request, stream, most=most, within_s=_DOWNLOAD_S)

            answer = self._signed_in(saved)
            if answer.status in (301, 302, 303, 307):  # storage with an address of its own right
                there = answer.headers.get("location", "")
                if not there.startswith("https://") and not same_host(there, self._access.base_url):
                    raise RejectedError(f"{self._name}: a download leads to an address without https")
                answer = self._wire.save(Request("GET", there), stream, most=most, within_s=_DOWNLOAD_S)
            if not answer.well:
                raise self._judged("GET of a recording", answer)

    def _ours(self, address: str) -> bool:
        if same_host(address, self._access.base_url):
            return True
        where = urlsplit(address)
        host = where.hostname or ""
        return where.scheme == "https" and any(host == d or host.endswith(f".{d}") for d in self._access.downloads)

    def _signed_in(self, send: Callable[[Mapping[str, str]], Answer]) -> Answer:
        known = self._app.headers()
        answer = send(known)
        if answer.status != 401:
            return answer
        self._app.refused(known)
        return send(self._app.headers())

    def _judged(self, where: str, answer: Answer) -> Exception:
        told = answer.object()
        code = told.get("code")
        line = f"{self._name}: {where}: status {answer.status}{f', code {code}' if isinstance(code, int) else ''}"
        if answer.status in (408, 425, 429) or answer.status >= 500:
            return RetryableError(line, retry_after_s=wait_of(answer.headers, self._clock()))
        if code == 4711 or answer.status == 403:
            return RightError(f"{line}; a scope is missing")
        if answer.status == 401:
            return CredentialsError(f"{line}; the app is refused")
        if code in _UNRECORDED:
            return UnrecordedError(f"{line}; it is not there (any more)")
        if answer.status == 404 or code in _NOBODY:
            return NotThereError(f"{line}; it is not there (any more)")
        return RejectedError(line)


def encoded(uuid: str) -> str:
    """Return a meeting's UUID as it stands in a path: twice encoded where it begins with / or holds //."""
    once = quote(uuid, safe="")
    return quote(once, safe="") if uuid.startswith("/") or "//" in uuid else once
