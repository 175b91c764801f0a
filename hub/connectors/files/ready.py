"""Which files may be read: those that nobody is still writing."""

from collections.abc import Iterable
from datetime import datetime
from fnmatch import fnmatchcase

from hub.connectors.files.places import Found

_UNFINISHED = (".part", ".tmp", ".filepart", ".crdownload", ".swp")
_HIDDEN = (".", "~$")


class Watch:
    """Remembers since when each file has stood still, by our own clock.

    A file's own time decides where it is old enough; what was seen decides where the other clock runs ahead.
    """

    def __init__(self, settle_s: float, done_marker: str | None) -> None:
        self._settle_s = settle_s
        self._marker = done_marker
        self._since: dict[str, tuple[str, datetime]] = {}

    def ready(self, listing: list[Found], now: datetime) -> list[Found]:
        """Return the files of *listing* that may be read, oldest first."""
        by_name = {found.name: found for found in listing}
        self._since = {found.name: self._still(found, now) for found in listing}
        chosen = [found for found in listing if self._is_ready(found, by_name, now)]
        return sorted(chosen, key=lambda found: (found.mtime, found.name))

    def _still(self, found: Found, now: datetime) -> tuple[str, datetime]:
        known = self._since.get(found.name)
        return known if known and known[0] == found.stamp else (found.stamp, now)

    def _is_ready(self, found: Found, by_name: dict[str, Found], now: datetime) -> bool:
        if self._marker:
            marker = by_name.get(found.name + self._marker)
            return marker is not None and marker.mtime >= found.mtime  # an older one speaks of what was there before
        still_s = (now - self._since[found.name][1]).total_seconds()
        return max(still_s, now.timestamp() - found.mtime) >= self._settle_s


def matching(listing: Iterable[Found], pattern: str, done_marker: str | None) -> list[Found]:
    """Return the files whose name fits *pattern*, without unfinished and hidden ones and without markers."""
    return [
        found
        for found in listing
        if fnmatchcase(found.name, pattern)
        and not found.name.lower().endswith(_UNFINISHED)
        and not (done_marker and found.name.endswith(done_marker))
        and not found.name.startswith(_HIDDEN)
    ]
