"""Tells a consumer that has nothing to read from one that has stopped reading."""

from collections.abc import Callable, Mapping


class Watch:
    """Counts the silence of a consumer; *monotonic* gives seconds, *patience_s* is how long silence goes unasked."""

    def __init__(self, monotonic: Callable[[], float], patience_s: float) -> None:
        self._monotonic = monotonic
        self._patience_s = patience_s
        self._since = monotonic()
        self._behind: dict[int, int] = {}

    def progressed(self) -> None:
        """Call when messages came."""
        self._since = self._monotonic()
        self._behind = {}

    def due(self) -> bool:
        """Tell whether it has been silent long enough to ask."""
        return self._monotonic() - self._since >= self._patience_s

    def stalled(self, behind: Mapping[int, int]) -> bool:
        """Tell whether the consumer has stopped; *behind* is its position in the partitions that hold more messages.

        Messages may have come a moment ago: it has stopped only where it stands at the same place the next time.
        """
        stopped = any(self._behind.get(partition) == offset for partition, offset in behind.items())
        self._since = self._monotonic()
        self._behind = dict(behind)
        return stopped
