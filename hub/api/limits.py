"""What one asker may ask: requests by user and by address, and the size of a body."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hub.api import problems

MOST_BYTES = 1 << 20
_REMEMBERED = 10_000


class Level(Protocol):
    """How many requests one asker has left."""

    def read(self) -> tuple[float, float] | None:
        """Return the level and when it was that; None for one who is not known."""

    def write(self, level: float, at: float) -> None:
        """Keep the level."""


class Levels(Protocol):
    """Where levels are kept."""

    def held(self, who: str) -> AbstractContextManager[Level]:
        """Keep every other one from the level of *who* until the block ends."""


class OwnLevels:
    """`Levels` of one process: those asked for last."""

    def __init__(self) -> None:
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def held(self, who: str) -> Iterator[Level]:
        """Keep other threads out until the block ends."""
        with self._lock:
            yield _Own(self._levels, who)
            if len(self._levels) > _REMEMBERED:
                self._levels.popitem(last=False)


@dataclass(frozen=True, slots=True)
class _Own:
    levels: OrderedDict[str, tuple[float, float]]
    who: str

    def read(self) -> tuple[float, float] | None:
        return self.levels.get(self.who)

    def write(self, level: float, at: float) -> None:
        self.levels[self.who] = (level, at)
        self.levels.move_to_end(self.who)


class Buckets:
    """A bucket of *burst* requests for each asker, filled again at *per_s* a second.

    *levels* may be shared with others, *of* tells what is counted here from what they count.
    """

    def __init__(
        self,
        per_s: float,
        burst: int,
        *,
        levels: Levels | None = None,
        of: str = "",
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._per_s = per_s
        self._burst = burst
        self._of = of
        self._monotonic = monotonic
        self._levels = levels or OwnLevels()

    def take(self, who: str) -> None:
        """Take one request of *who*. HttpError (429) where the bucket is empty."""
        with self._levels.held(f"{self._of} {who}") as kept:
            now = self._monotonic()
            level, at = kept.read() or (float(self._burst), now)
            level = min(self._burst, level + (now - at) * self._per_s)
            kept.write(max(level - 1, min(level, 0)), now)
        if level < 1:
            wait_s = max(1, round((1 - level) / self._per_s))
            raise problems.HttpError(429, "too many requests; wait a little", headers={"Retry-After": str(wait_s)})


class BodyLimit:
    """Middleware that ends a request whose body is longer than a path may have; *large* paths count for themselves."""

    def __init__(self, app: ASGIApp, *, large: tuple[str, ...], most: int = MOST_BYTES) -> None:
        self._app = app
        self._large = large
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting its body."""
        if scope["type"] != "http" or scope["path"].startswith(self._large):
            await self._app(scope, receive, send)
            return
        told = next((value for key, value in scope["headers"] if key == b"content-length"), b"0")
        if not told.isdigit() or int(told) > self._most:
            await _too_large(self._most)(scope, receive, send)
            return
        counting = _Counting(receive, send, self._most)
        try:
            await self._app(scope, counting.receive, counting.send)
        except Exception:
            if not counting.over:
                raise
        if counting.over and not counting.began:
            await _too_large(self._most)(scope, receive, send)


class _Counting:
    """Counts a body as it comes; past *most* it tells the application that the client is gone, and answers for it."""

    def __init__(self, receive: Receive, send: Send, most: int) -> None:
        self._receive = receive
        self._send = send
        self._most = most
        self._come = 0
        self.over = False
        self.began = False

    async def receive(self) -> Message:
        message = await self._receive()
        self._come += len(message.get("body", b""))
        if self._come > self._most:
            self.over = True
            return {"type": "http.disconnect"}
        return message

    async def send(self, message: Message) -> None:
        if self.over and not self.began:
            return
        self.began = True
        await self._send(message)


def _too_large(most: int) -> ASGIApp:
    return problems.answer(413, _text(most))


def _text(most: int) -> str:
    return f"the body is longer than the {most} bytes that are taken here"
