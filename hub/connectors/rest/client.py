"""One request: sent with credentials, its answer bounded and judged."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit, urlunsplit

import httpx2

from hub.connectors.rest.auth import Identity
from hub.connectors.rest.waits import wait_of
from hub.connectors.troubles import (
    CredentialsError,
    ForeignError,
    NotThereError,
    RightError,
    UnclearError,
    unreached,
)
from hub.domain.changes import Gone
from hub.domain.errors import FatalError, RejectedError, RetryableError, StaleError

_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to be sent."""

    method: str
    url: str
    """Path under the base, or an address of the same host."""
    params: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any = None
    """Sent as JSON."""
    content: bytes | None = None
    """Sent as it is; its type is among *headers*."""
    form: Mapping[str, str] | None = None
    """Sent as a form."""
    accepts: frozenset[int] = frozenset()
    """Statuses that are answers too, such as 500 where it carries a fault of SOAP."""


@dataclass(frozen=True, slots=True)
class Got:
    """An answer of the 2xx kind, or one that says that nothing has changed (304), as it came."""

    status: int
    headers: Mapping[str, str]
    content: bytes


@dataclass(frozen=True, slots=True)
class Told:
    """An answer of the 2xx kind."""

    body: Any
    headers: Mapping[str, str]
    gone: tuple[Gone, ...] = ()
    """What was deleted as a whole, where a dialect can tell."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how large an answer may be."""

    timeout_s: float
    """From the request to the end of its answer."""
    most: int
    """Bytes."""


class Asker(Protocol):
    """What the rest connector asks; another dialect than plain JSON stands between it and a `Client`."""

    def ask(self, asked: Asked) -> Told:
        """Send it and return the answer in plain JSON."""

    def bare(self, url: str) -> str:
        """Return an address or place given by the system without our key."""


Refusal = RejectedError | RetryableError | FatalError


class Client:
    """Sends requests to one host and turns what goes wrong into the hub's errors."""

    def __init__(
        self,
        http: httpx2.Client,
        base_url: str,
        identity: Identity,
        *,
        name: str,
        limits: Limits,
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
        reason: Callable[[bytes], str] | None = None,
    ) -> None:
        """*reason* reads what the system gives as its reason from a refusal; JSON is read as most systems write it."""
        self._reason = reason or _reason
        self._http = http
        self._base = base_url.rstrip("/")
        self._identity = identity
        self._name = name
        self._limits = limits
        self._clock = clock
        self._monotonic = monotonic

    def ask(self, asked: Asked) -> Told:
        """Send it and read the answer as JSON; else as `fetch`."""
        got = self.fetch(asked)
        return Told(_parsed(f"{self._name}: {asked.method} {urlsplit(asked.url).path}", got.content), got.headers)

    def fetch(self, asked: Asked) -> Got:
        """Send it; once more with a new token where the old one was refused. Errors as in `hub.ports`."""
        status, headers, content = self._sent(asked)
        if status == 401 and self._identity.renewable:
            self._identity.refused()
            status, headers, content = self._sent(asked)
        if 200 <= status < 300 or status == 304 or status in asked.accepts:
            return Got(status, headers, content)
        raise self.judged(asked, status, headers, content)

    def redacted(self, text: str) -> str:
        """Return *text* of the other side without the credentials that it was sent."""
        return self._identity.redacted(text)

    def bare(self, url: str) -> str:
        """Return an address or place given by the system without our key, which some of them repeat in it."""
        if not self._identity.in_query or "?" not in url:
            return url
        split = urlsplit(url)
        return urlunsplit(split._replace(query=self._identity.bare(split.query)))

    def _sent(self, asked: Asked) -> tuple[int, Mapping[str, str], bytes]:
        known = self._identity.credentials()
        until = self._monotonic() + self._limits.timeout_s
        try:
            with self._http.stream(
                asked.method,
                self._address(asked.url),
                params=_query(asked.url, {**asked.params, **known.params}),
                headers={"Accept": "application/json", **asked.headers, **known.headers},
                json=asked.body,
                content=asked.content,
                data=asked.form,
            ) as answer:
                content = bytearray()
                for piece in answer.iter_bytes():
                    content += piece
                    if self._monotonic() > until:
                        raise RetryableError(f"{self._name}: an answer takes longer than timeout_s")
                    if len(content) > self._limits.most:
                        raise RejectedError(f"{self._name}: an answer is longer than max_mib")
                return answer.status_code, answer.headers, bytes(content)
        except httpx2.HTTPError as error:
            raise unreached(self._name, self._base, error) from error

    def _address(self, url: str) -> str:
        if not url.startswith(("http://", "https://")):
            return self._base + "/" + url.lstrip("/")
        ours, theirs = urlsplit(self._base), urlsplit(url)
        if (ours.scheme, ours.netloc) != (theirs.scheme, theirs.netloc):
            raise RejectedError(
                f"{self._name}: leads to another host ({theirs.netloc}); credentials are not sent there"
            )
        return url

    def judged(self, asked: Asked, status: int, headers: Mapping[str, str], content: bytes) -> Refusal:
        """Return the error that an answer is, by its status."""
        line, rests = f"{self._name}: {asked.method} {urlsplit(asked.url).path}: status {status}", _rests(asked)
        if status == 401:
            return CredentialsError(f"{line}; the credentials are refused")
        if status == 403:
            return RightError(f"{line}; it is not allowed: {self._identity.redacted(self._reason(content))[:_SHOWN]}")
        if status in (408, 423, 425, 429) or status >= 500:
            return RetryableError(line, retry_after_s=wait_of(headers, self._clock()))
        if status == 412 or (status == 409 and rests):
            return StaleError(f"{line}; the record was changed there meanwhile")
        if 300 <= status < 400:
            return FatalError(f"{line}; it leads elsewhere: correct base_url or path")
        kinds: dict[int, type[RejectedError]] = {400: UnclearError, 404: NotThereError, 410: NotThereError}
        refused = kinds.get(status, RejectedError)
        return refused(f"{line}: {self._identity.redacted(self._reason(content))[:_SHOWN]}")


def _query(url: str, params: Mapping[str, str]) -> httpx2.QueryParams | None:
    """Return *params* after those that the address has already; httpx would put them in their place."""
    kept = [pair for pair in parse_qsl(urlsplit(url).query, keep_blank_values=True) if pair[0] not in params]
    return httpx2.QueryParams([*kept, *params.items()]) if params else None


def _rests(asked: Asked) -> bool:
    return asked.method in ("PUT", "PATCH", "DELETE")


def _parsed(where: str, content: bytes) -> Any:
    if not content:
        return None
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise ForeignError(f"{where}: the answer is no JSON") from error


def _reason(content: bytes) -> str:
    """Return what the other side gives as its reason: a known key of a JSON answer, else nothing of it."""
    try:
        told = json.loads(content)
    except (ValueError, RecursionError):
        return "no reason given"
    for key in ("detail", "message", "error_description", "error", "title"):
        if isinstance(told, dict) and isinstance(told.get(key), str):
            return " ".join(told[key].split())
    return "no reason given"
