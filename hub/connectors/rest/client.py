"""One request: sent with credentials, its answer bounded and judged."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx2

from hub.connectors.rest.auth import Identity
from hub.domain.errors import FatalError, RejectedError, RetryableError, StaleError

_WAITS = ("Retry-After", "RateLimit-Reset", "X-RateLimit-Reset-After")
_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """A request to be sent."""

    method: str
    url: str
    """Path under the base, or an address of the same host."""
    params: Mapping[str, str]
    headers: Mapping[str, str]
    body: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """An answer of the 2xx kind."""

    body: Any
    headers: Mapping[str, str]


class Client:
    """Sends requests to one host and turns what goes wrong into the hub's errors."""

    def __init__(
        self,
        http: httpx2.Client,
        base_url: str,
        identity: Identity,
        *,
        name: str,
        most: int,
        clock: Callable[[], datetime],
    ) -> None:
        self._http = http
        self._base = base_url.rstrip("/")
        self._identity = identity
        self._name = name
        self._most = most
        self._clock = clock

    def ask(self, asked: Asked) -> Told:
        """Send it; once more with a new token where the old one was refused. Errors as in `hub.ports`."""
        status, headers, content = self._sent(asked)
        if status == 401 and self._identity.renewable:
            self._identity.refused()
            status, headers, content = self._sent(asked)
        where = f"{self._name}: {asked.method} {urlsplit(asked.url).path}"
        if 200 <= status < 300:
            return Told(_parsed(where, content), headers)
        raise self._judged(where, status, headers, content, rests=_rests(asked))

    def _sent(self, asked: Asked) -> tuple[int, Mapping[str, str], bytes]:
        known = self._identity.credentials()
        try:
            with self._http.stream(
                asked.method,
                self._address(asked.url),
                params={**asked.params, **known.params} or None,
                headers={"Accept": "application/json", **asked.headers, **known.headers},
                json=asked.body,
            ) as answer:
                content = bytearray()
                for piece in answer.iter_bytes():
                    content += piece
                    if len(content) > self._most:
                        raise RejectedError(f"{self._name}: an answer is longer than max_mib")
                return answer.status_code, answer.headers, bytes(content)
        except httpx2.HTTPError as error:
            raise RetryableError(f"{self._name}: does not answer ({type(error).__name__})") from error

    def _address(self, url: str) -> str:
        if not url.startswith(("http://", "https://")):
            return self._base + "/" + url.lstrip("/")
        ours, theirs = urlsplit(self._base), urlsplit(url)
        if (ours.scheme, ours.netloc) != (theirs.scheme, theirs.netloc):
            raise RejectedError(
                f"{self._name}: leads to another host ({theirs.netloc}); credentials are not sent there"
            )
        return url

    def _judged(self, where: str, status: int, headers: Mapping[str, str], content: bytes, *, rests: bool) -> Exception:
        line = f"{where}: status {status}"
        if status in (401, 403):
            return FatalError(f"{line}; the credentials are refused: check auth in the system's YAML")
        if status in (408, 425, 429) or status >= 500:
            return RetryableError(line, retry_after_s=self._wait(headers))
        if status == 412 or (status == 409 and rests):
            return StaleError(f"{line}; the record was changed there meanwhile")
        if 300 <= status < 400:
            return FatalError(f"{line}; it leads elsewhere: correct base_url or path")
        return RejectedError(f"{line}: {self._identity.redacted(_reason(content))[:_SHOWN]}")

    def _wait(self, headers: Mapping[str, str]) -> float | None:
        told = next((headers[name] for name in _WAITS if name in headers), None)
        if told is None:
            return None
        try:
            return max(0.0, float(told))
        except ValueError:
            pass
        try:
            return max(0.0, (parsedate_to_datetime(told).astimezone(UTC) - self._clock()).total_seconds())
        except ValueError:
            return None


def _rests(asked: Asked) -> bool:
    return asked.method in ("PUT", "PATCH", "DELETE")


def _parsed(where: str, content: bytes) -> Any:
    if not content:
        return None
    try:
        return json.loads(content)
    except ValueError as error:
        raise RetryableError(f"{where}: the answer is no JSON") from error


def _reason(content: bytes) -> str:
    """Return what the other side gives as its reason: a known key of a JSON answer, else nothing of it."""
    try:
        told = json.loads(content)
    except ValueError:
        return "no reason given"
    for key in ("detail", "message", "error_description", "error", "title"):
        if isinstance(told, dict) and isinstance(told.get(key), str):
            return " ".join(told[key].split())
    return "no reason given"
