"""What a worker does for agreed channels: each is read when it is due, and as soon as its platform calls."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hub.bootstrap import Hub
    from hub.services.sync.worker import Task

_CALLED_S = 1.0
_HELD_S = 300.0


def captures(hub: "Hub") -> "list[Task]":
    """Return a task for each agreed channel, and one for each system that calls about some."""
    from hub.services.sync.worker import Task

    calling = sorted({one.calls for one in hub.agreed.values() if one.calls})
    return [
        *(Task(f"capture.{name}", _reader(hub, name)) for name in hub.agreed),
        *(Task(f"capture.calls.{system}", _taker(hub, system)) for system in calling),
    ]


def _reader(hub: "Hub", name: str) -> Callable[[], float]:
    every_s, due = hub.agreed[name].every_s, 0.0

    def step() -> float:
        nonlocal due
        if time.monotonic() >= due and hub.sync.leases.take(f"capture.{name}", _HELD_S):
            more = hub.capture(name).more
            due = time.monotonic() + (0.0 if more else every_s)
        return 2.0

    return step


def _taker(hub: "Hub", system: str) -> Callable[[], float]:
    def step() -> float:
        if hub.sync.leases.take(f"capture.calls.{system}", _HELD_S):
            hub.take_called(system)
        return _CALLED_S

    return step
