"""The addresses that other systems call: verified over the raw bytes, answered once the call is durable."""

from collections.abc import Mapping
from typing import Protocol

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from hub.api.group_commit import GroupCommit
from hub.connectors.webhook.calls import Answer
from hub.connectors.webhook.calls import Request as Called
from hub.connectors.webhook.receive import MOST_BYTES
from hub.connectors.webhook.senders import Sender
from hub.domain.calls import Call
from hub.domain.errors import FatalError, RetryableError
from hub.ports import Clock


class Told(Protocol):
    """Counts what came of calls."""

    def __call__(self, name: str, system: str, value: float, /) -> None:
        """Count *value* of *name*."""


def route(senders: Mapping[str, Sender], group: GroupCommit[Call], *, clock: Clock, told: Told) -> Route:
    """Return the route `/webhooks/{sender}`.

    204 once the call is kept, now or before; 200 to a handshake; 401 where it is not to be believed, 404 where nobody
    of that name may call, 413 where it is too large, 503 where it cannot be kept now.
    """

    async def called(request: Request) -> Response:
        sender = senders.get(request.path_params["sender"])
        if sender is None:
            return Response("nobody of that name may call", 404)
        try:
            body = await _body(request)
        except ClientDisconnect:
            return Response(status_code=400)
        if body is None:
            return Response("the body is too large", 413)
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw)
        admitted = sender.admit(Called(headers, body, request.url.query))
        if isinstance(admitted, Answer):
            told("calls_refused" if admitted.status >= 400 else "calls_handshakes", sender.system, 1)
            return Response(admitted.body, admitted.status, media_type=admitted.media_type)
        try:
            await group.keep(sender.call(admitted, clock=clock))
        except (RetryableError, FatalError):  # a full disk is mended by a person while the sender comes again
            told("calls_put_off", sender.system, 1)
            return Response("it cannot be kept now; send it again", 503, {"Retry-After": "5"})
        told("calls_kept", sender.system, 1)
        return Response(status_code=204)

    return Route("/webhooks/{sender}", called, methods=["POST", "GET"])


async def _body(request: Request) -> bytes | None:
    """Return the body, None where it is longer than a call may be."""
    come = bytearray()
    async for piece in request.stream():
        come += piece
        if len(come) > MOST_BYTES:
            return None
    return bytes(come)
