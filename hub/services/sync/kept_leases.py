"""Leases that this process knows it holds are not asked for again each time."""

import threading
import time
from collections.abc import Callable

from hub.ports import Leases


def _since_boot() -> float:
    # the usual clock stands still while the machine sleeps, and leases run out meanwhile
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class KeptLeases:
    """`Leases` that renews only in the second half of what was given: until then nobody else can have taken one.

    One that is taken for longer, or for less, than there is left of it is asked for at once.

    *monotonic* has to go on while the machine sleeps.
    """

    def __init__(self, leases: Leases, *, monotonic: Callable[[], float] = _since_boot) -> None:
        self._leases = leases
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._until: dict[str, float] = {}

    def take(self, name: str, seconds: float) -> bool:
        """Take or renew a lease; see `Leases.take`."""
        now = self._monotonic()
        with self._lock:
            if seconds / 2 < self._until.get(name, 0.0) - now <= seconds:
                return True
        taken = self._leases.take(name, seconds)
        with self._lock:
            self._until[name] = now + seconds if taken else 0.0
        return taken

    def release(self, name: str) -> None:
        """Give a lease back; see `Leases.release`."""
        with self._lock:
            self._until.pop(name, None)
        self._leases.release(name)
