"""What a worker does for agreed channels and mailboxes: each is read when due, and as soon as its platform calls."""

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
        *(Task(f"capture.mail.{name}", _mail_reader(hub, name)) for name in hub.mailboxes),
    ]


def _reader(hub: "Hub", name: str) -> Callable[[], float]:
    return now_and_then(hub, f"capture.{name}", hub.agreed[name].every_s, lambda: hub.capture(name).more)


def _mail_reader(hub: "Hub", name: str) -> Callable[[], float]:
    return now_and_then(hub, f"capture.mail.{name}", hub.mailboxes[name].every_s, lambda: hub.take_mail(name).more)


def now_and_then(hub: "Hub", lease: str, every_s: float, read: Callable[[], bool]) -> Callable[[], float]:
    """Return a step that does *read* every so many seconds, at once again where it says that there is more."""
    due = 0.0

    def step() -> float:
        nonlocal due
        if time.monotonic() >= due and hub.sync.leases.take(lease, _HELD_S):
            more = read()
            due = time.monotonic() + (0.0 if more else every_s)
        return 2.0

    return step


def _taker(hub: "Hub", system: str) -> Callable[[], float]:
    def step() -> float:
        if hub.sync.leases.take(f"capture.calls.{system}", _HELD_S):
            hub.take_called(system)
        return _CALLED_S

    return step
