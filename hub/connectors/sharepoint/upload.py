"""Files to a library: in one request, or in fragments of an upload session that go on where they were cut off."""

from collections.abc import Mapping
from typing import Any, BinaryIO

from hub.connectors.graph.client import Graph
from hub.connectors.wire import Answer
from hub.domain.errors import RetryableError

SMALL = 4 * 2**20
"""Bytes; smaller files go in one request."""
FRAGMENT = 32 * 327_680
"""Bytes; Graph takes multiples of 327,680, and less than 60 MiB."""
_TRIES = 3


def upload(
    graph: Graph,
    place: str,
    content: BinaryIO,
    size: int,
    *,
    match: str | None,
    small: int = SMALL,
    step: int = FRAGMENT,
) -> Any:
    """Put *content* at *place* and return the item; a new one where *match* is None, over that version else.

    TakenError where the name is taken or somebody holds the item, StaleError where it has another version by now.
    """
    content.seek(0)
    behaviour = "fail" if match is None else "replace"
    if size < small:
        headers = {"Content-Type": "application/octet-stream", **({"If-Match": match} if match else {})}
        params = {"@microsoft.graph.conflictBehavior": behaviour} if match is None else {}
        answer = graph.ask("PUT", f"{place}/content", params=params, headers=headers, content=content.read())
        return answer.json(f"PUT {place}/content")
    item = {"item": {"@microsoft.graph.conflictBehavior": behaviour}}
    headers = {"If-Match": match} if match else {}
    session = graph.ask("POST", f"{place}/createUploadSession", headers=headers, json=item).object()
    url = session.get("uploadUrl")
    if not isinstance(url, str):
        raise RetryableError("an upload session is opened, and the answer names no address")
    try:
        return _fragments(graph, url, content, size, step)
    except BaseException:
        _given_up(graph, url)
        raise


def _fragments(graph: Graph, url: str, content: BinaryIO, size: int, step: int) -> Any:
    begin, tries = 0, 0
    while True:
        content.seek(begin)
        piece = content.read(step)
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Range": f"bytes {begin}-{begin + len(piece) - 1}/{size}",
        }
        answer = _sent(graph, "PUT", url, headers, piece)
        if answer is not None and answer.status in (200, 201):
            return answer.json("upload session")
        if answer is None or answer.status not in (202, 416) or (begin := _next(answer)) < 0:
            # lost, throttled or received twice: ask which bytes are there
            tries += 1
            if tries > _TRIES:
                raise _error(graph, url, answer)
            state = graph.bare("GET", url, headers={})
            if not state.well:
                raise _error(graph, url, state)
            begin = max(0, _next(state))


def _sent(graph: Graph, method: str, url: str, headers: Mapping[str, str], content: bytes | None) -> Answer | None:
    try:
        return graph.bare(method, url, headers=headers, content=content)
    except RetryableError:
        return None


def _error(graph: Graph, url: str, answer: Answer | None) -> Exception:
    """What is refused of a session, or that it has ended, says nothing of the document: it is begun anew later."""
    error = graph.judged("PUT", url, answer) if answer is not None else None
    return error if isinstance(error, RetryableError) else RetryableError(f"an upload is cut off: {error}")


def _next(answer: Answer) -> int:
    """Return the first byte that Graph still wants, -1 where it does not say."""
    ranges = answer.object().get("nextExpectedRanges")
    first = str(ranges[0]).partition("-")[0] if isinstance(ranges, list) and ranges else ""
    return int(first) if first.isascii() and first.isdigit() else -1


def _given_up(graph: Graph, url: str) -> None:
    """Let Graph forget the fragments; where that fails too, the session ends by itself."""
    _sent(graph, "DELETE", url, {}, None)
