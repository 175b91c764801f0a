"""Webhooks out: Standard Webhooks to one endpoint of a partner, as a target of the sync."""

import hashlib
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING

from hub.connectors.webhook.bodies import to_json
from hub.connectors.webhook.guard import Resolve, Route, check_url, resolve, routes
from hub.connectors.webhook.signatures import standard_secrets
from hub.connectors.webhook.standard import signed_headers
from hub.domain.changes import Capabilities, Push, Receipt
from hub.domain.errors import FatalError, HubError, RejectedError, RetryableError
from hub.ports import Clock

if TYPE_CHECKING:
    import httpx2

_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_GONE = 410
_REFUSED_ITEM = frozenset({400, 413, 415, 422})
_REFUSED_US = frozenset({401, 403})
_READ_BYTES = 4096  # of an answer, so that its connection can be used again; what it says is nothing to us
_LONGEST_RETRY_AFTER_S = 86400.0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a partner wants its messages."""

    name: str
    url: str = field(repr=False)
    """May hold a token of the partner's in its path, so it is not shown."""
    secrets: tuple[str, ...] = field(repr=False)
    """whsec_...; while they change, the old and the new, and each message is signed with both."""
    kinds: frozenset[str]
    allowed: tuple[str, ...] = ()
    """Hosts, addresses and networks that may be reached although they are not of the public internet."""
    waits_s: tuple[float, ...] = (1.0, 5.0)
    """Before the second attempt, the third...; after the last one the caller's own schedule goes on."""
    timeout_s: float = 20.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to deliver a message: the receipt that is kept of it."""

    endpoint: str
    message_id: str
    number: int
    """Counted from 1 within one push."""
    at: datetime
    status: int | None
    """None where no answer came."""
    outcome: str
    """delivered, failed (try again), refused (this message), gone (the endpoint) or shut (it refuses us)."""


class WebhookTarget:
    """Sends each change as one message whose id is the idempotency key, so that the partner can tell repetitions.

    Only 2xx is success. Redirects are never followed; 410 disables the endpoint. *record* is told of every attempt,
    *disable* when the endpoint is gone; *sleep* takes seconds.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        clock: Clock,
        sleep: Callable[[float], None],
        record: Callable[[Attempt], None],
        disable: Callable[[str], None],
        resolve: Resolve = resolve,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        import httpx2

        self.capabilities = Capabilities(deletes=True, writable=endpoint.kinds)
        self._endpoint = endpoint
        self._keys = standard_secrets(endpoint.secrets)
        self._parts = check_url(endpoint.url, allowed=endpoint.allowed)
        self._clock, self._sleep, self._record, self._disable = clock, sleep, record, disable
        self._resolve = resolve
        self._gone = False
        # trust_env: a proxy of the environment would look names up itself, past the guard
        self._client = httpx2.Client(
            verify=tls or _trusted(),
            timeout=endpoint.timeout_s,
            follow_redirects=False,
            trust_env=False,
        )

    def push(self, change: Push, *, idempotency_key: str, precondition: str | None) -> Receipt:
        """Send *change* until it is taken or the waits are used up; a webhook knows no *precondition*.

        RetryableError when it was not taken (it may have been, if no answer came: the id tells the partner),
        RejectedError when the partner refuses this message, FatalError when it refuses us, is gone, or its name leads
        into a private network.
        """
        del precondition
        if change.kind not in self._endpoint.kinds:
            raise RejectedError(f"{self._endpoint.name} takes no {change.kind}")
        message_id, body = _message_id(idempotency_key), _body(change)
        for number, wait_s in enumerate((0.0, *self._endpoint.waits_s), start=1):
            if wait_s:
                self._sleep(wait_s)
            try:
                self._attempt(number, message_id, body)
                return Receipt(change.external_id or message_id)
            except RetryableError as error:
                if number > len(self._endpoint.waits_s) or (error.retry_after_s or 0) > max(self._endpoint.waits_s):
                    raise
        raise RetryableError(f"{self._endpoint.name} was not reached")

    def close(self) -> None:
        """Let go of connections."""
        self._client.close()

    def _attempt(self, number: int, message_id: str, body: bytes) -> None:
        if self._gone:
            raise FatalError(f"{self._endpoint.name} has said that it is gone; enter its new address")
        at = self._clock()
        status, error = None, None
        try:
            ways = routes(self._parts, allowed=self._endpoint.allowed, resolve=self._resolve)
            status, retry_after = self._post(ways, signed_headers(self._keys, message_id, at, body), body)
            error = _judged(self._endpoint.name, status, _wait_s(retry_after, at))
        except HubError as raised:
            error = raised
        outcome = _outcome(status, error)
        self._record(Attempt(self._endpoint.name, message_id, number, at, status, outcome))
        if outcome == "gone":
            self._gone = True
            self._disable(self._endpoint.name)
        if error is not None:
            raise error

    def _post(self, ways: list[Route], headers: dict[str, str], body: bytes) -> tuple[int, str | None]:
        import httpx2

        reason = ""
        for way in ways:
            try:
                return self._post_to(way, headers, body)
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:  # nothing was sent: the next address
                reason = type(error).__name__
            except (httpx2.HTTPError, httpx2.InvalidURL, ssl.SSLError) as error:
                reason = type(error).__name__
                break
        # the library's own text can hold the address, and so a token
        raise RetryableError(f"{self._endpoint.name} did not answer ({reason})")

    def _post_to(self, way: Route, headers: dict[str, str], body: bytes) -> tuple[int, str | None]:
        headers = headers | {"host": way.authority, "content-type": "application/json", "user-agent": "liaison-hub"}
        with self._client.stream(
            "POST", way.url, content=body, headers=headers, extensions={"sni_hostname": way.host}
        ) as answer:
            _drain(answer)
            return answer.status_code, answer.headers.get("retry-after")


@cache
def _trusted() -> ssl.SSLContext:
    """Return whom this machine trusts, read once: it takes longer than many a message."""
    return ssl.create_default_context()


def _drain(answer: "httpx2.Response") -> None:
    length = answer.headers.get("content-length", "")
    if length.isdecimal() and int(length) <= _READ_BYTES:
        answer.read()


def _judged(name: str, status: int, wait_s: float | None) -> HubError | None:
    """Return what an answer means, None for success."""
    if 200 <= status < 300:
        return None
    if status == _GONE:
        return FatalError(f"{name} is gone (HTTP 410); nothing more is sent to it")
    if status in _REFUSED_US:
        return FatalError(f"{name} refuses us (HTTP {status}): its secret or its rules have changed")
    if status in _REFUSED_ITEM:
        return RejectedError(f"{name} refuses this message (HTTP {status})")
    if 300 <= status < 400:
        return RetryableError(f"{name} points elsewhere (HTTP {status}), where we do not follow")
    return RetryableError(f"{name} answered HTTP {status}", retry_after_s=wait_s)


def _outcome(status: int | None, error: HubError | None) -> str:
    if error is None:
        return "delivered"
    if isinstance(error, RetryableError):
        return "failed"
    if isinstance(error, RejectedError):
        return "refused"
    return "gone" if status == _GONE else "shut"


def _wait_s(retry_after: str | None, now: datetime) -> float | None:
    if retry_after is None:
        return None
    try:
        if retry_after.isdecimal():
            wait_s = float(retry_after)
        else:
            wait_s = (parsedate_to_datetime(retry_after) - now).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max(wait_s, 0.0), _LONGEST_RETRY_AFTER_S)


def _message_id(key: str) -> str:
    return key if _ID.fullmatch(key) else "msg_" + hashlib.sha256(key.encode()).hexdigest()


def _body(change: Push) -> bytes:
    # no time of sending in it: a repetition is the same to the byte, and the header carries the time
    entry = {
        "type": f"{change.kind}.{'deleted' if change.deleted else 'changed'}",
        "data": {"id": change.external_id, "kind": change.kind, "fields": dict(change.fields)},
    }
    try:
        return to_json(entry)
    except (TypeError, ValueError) as error:
        raise RejectedError("its fields are no JSON") from error
