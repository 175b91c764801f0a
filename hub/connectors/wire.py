"""One request over HTTP and its answer, bounded in time and size; what it means is for the connector to judge."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from urllib.parse import parse_qsl, urlsplit

import httpx2

from hub.connectors.rest.client import Limits
from hub.connectors.rest.trust import trusted
from hub.connectors.troubles import ForeignError, unreached
from hub.domain.errors import RejectedError, RetryableError


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent. At most one of *json*, *form* (with *files*) and *content* is given."""

    method: str
    url: str
    """Absolute."""
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    form: Mapping[str, str] | None = None
    files: Mapping[str, tuple[str, bytes | BinaryIO]] | None = None
    """Form field to a file's name and content; makes the form multipart."""
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; header names in any case."""

    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def well(self) -> bool:
        """Tell whether the status is of the 2xx kind."""
        return 200 <= self.status < 300

    def json(self, where: str) -> Any:
        """Return the body as JSON. RetryableError naming *where* when it is none: half an answer, a page of upkeep."""
        try:
            return json.loads(self.content)
        except (ValueError, RecursionError) as error:
            raise ForeignError(f"{where}: the answer is no JSON") from error

    def object(self) -> dict[str, Any]:
        """Return the body where it is a JSON object, else an empty one; for reading what an error says."""
        try:
            told = json.loads(self.content)
        except (ValueError, RecursionError):
            return {}
        return told if isinstance(told, dict) else {}


class Wire:
    """Sends requests; every trouble on the way is a RetryableError."""

    def __init__(self, *, name: str, limits: Limits, monotonic: Callable[[], float]) -> None:
        self._http = httpx2.Client(timeout=limits.timeout_s, follow_redirects=False, verify=trusted())
        self._name = name
        self._limits = limits
        self._monotonic = monotonic

    def close(self) -> None:
        """Let go of connections."""
        self._http.close()

    def send(self, request: Request) -> Answer:
        """Return the answer. RetryableError where none comes in time, RejectedError where it is too long."""
        content = bytearray()
        limits = self._limits
        status, headers = self._received(request, lambda piece, _: content.extend(piece), limits.most, limits.timeout_s)
        return Answer(status, headers, bytes(content))

    def save(self, request: Request, target: BinaryIO, *, most: int, within_s: float) -> Answer:
        """Write the body of a 2xx answer into *target*, in pieces; *most* bytes, *within_s* seconds.

        The body of another answer is returned with it. What was written of a failed one is to be thrown away.
        """
        kept = bytearray()

        def take(piece: bytes, status: int) -> None:
            if 200 <= status < 300:
                target.write(piece)
            else:
                kept.extend(piece[: self._limits.most - len(kept)])

        status, headers = self._received(request, take, most, within_s)
        return Answer(status, headers, bytes(kept))

    def _received(
        self, request: Request, take: Callable[[bytes, int], None], most: int, within_s: float
    ) -> tuple[int, Mapping[str, str]]:
        until, length = self._monotonic() + within_s, 0
        try:
            with self._http.stream(
                request.method,
                request.url,
                params=_query(request),
                headers=dict(request.headers),
                json=request.json,
                data=request.form,
                files=request.files,
                content=request.content,
            ) as answer:
                status = answer.status_code
                for piece in answer.iter_bytes():
                    length += len(piece)
                    if self._monotonic() > until:
                        raise RetryableError(f"{self._name}: an answer takes longer than {within_s:g} s")
                    if length > most:
                        raise RejectedError(f"{self._name}: an answer is longer than {most} bytes")
                    take(piece, status)
                return status, answer.headers
        except httpx2.InvalidURL as error:  # made of what a peer told, such as an id that is none
            raise RejectedError(f"{self._name}: no address can be made of what was told ({error})") from error
        except httpx2.HTTPError as error:
            raise unreached(self._name, request.url, error) from error


def _query(request: Request) -> httpx2.QueryParams | None:
    """Return the parameters after those that the address has already; httpx would put them in their place."""
    if not request.params:
        return None
    kept = [
        pair for pair in parse_qsl(urlsplit(request.url).query, keep_blank_values=True) if pair[0] not in request.params
    ]
    return httpx2.QueryParams([*kept, *request.params.items()])


def same_host(ours: str, theirs: str) -> bool:
    """Tell whether two addresses have scheme, host and port in common: whether credentials may go to *theirs*."""
    one, other = urlsplit(ours), urlsplit(theirs)
    return (one.scheme, one.netloc) == (other.scheme, other.netloc)


def pieces(source: BinaryIO, size: int) -> Iterator[bytes]:
    """Yield *source* in pieces of *size* bytes, the last one shorter."""
    while piece := source.read(size):
        yield piece
