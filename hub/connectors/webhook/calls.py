"""A webhook call as it came, and what is known of it once it is verified."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hub.domain.errors import RejectedError

SKEW = timedelta(minutes=5)
"""How far the time of a signature may lie from ours, in either direction."""


@dataclass(frozen=True, slots=True)
class Request:
    """A call: headers in the order they came, the bytes of the body untouched, the query without its mark."""

    headers: tuple[tuple[str, str], ...]
    body: bytes
    query: str = ""

    def header(self, name: str) -> str | None:
        """Return a header whatever its case, None when it is missing. RejectedError when it stands there twice."""
        values = [value for key, value in self.headers if key.lower() == name]
        if len(values) > 1:  # two readers of one call could each believe another of them
            raise RejectedError(f"header {name} stands there twice")
        return values[0].strip() if values else None

    def needed(self, name: str) -> str:
        """Return a header. RejectedError when it is missing or empty."""
        if value := self.header(name):
            return value
        raise RejectedError(f"header {name} is missing")


@dataclass(frozen=True, slots=True)
class Answer:
    """What to answer a call with."""

    status: int
    body: bytes = b""
    media_type: str = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Verified:
    """A call whose signature is right and whose time is near."""

    source: str
    """The name under which the hub knows the sender."""
    id: str
    """The sender's own id of the message where that is signed, otherwise the hash of the body."""
    body: bytes
    sha256: str
    """Of the body."""
    sent_at: datetime | None = None
    """In UTC, by the sender's clock; None where the vendor signs no time."""
    challenge: Answer | None = None
    """The answer that proves to a vendor that this address is ours; such a call carries no message."""

    @property
    def key(self) -> str:
        """What two deliveries of one message have in common: source, signed id and body.

        An id that is not under the signature is no part of it, so that leaving out or changing a header makes no
        second message of the first; a signed id that comes with another body is another message, not a repetition.
        """
        return f"{self.source}:{self.id}:{self.sha256}"


Verifier = Callable[[Request], Verified]
"""Raises RejectedError, which shows neither secret nor signature nor body, for a call that is not to be believed."""


def verified(
    source: str,
    request: Request,
    *,
    id: str | None = None,
    sent_at: datetime | None = None,
    challenge: Answer | None = None,
) -> Verified:
    """Return what is known of *request* after its signature was found right."""
    digest = hashlib.sha256(request.body).hexdigest()
    return Verified(source, id or digest, request.body, digest, sent_at, challenge)


def check_time(sent_at: datetime, now: datetime, *, skew: timedelta = SKEW) -> None:
    """RejectedError when a signed time lies outside the window."""
    if abs(now - sent_at) > skew:
        raise RejectedError(f"it was signed more than {skew.total_seconds():.0f} s away from now: a replay, or a clock")
