"""Which files may be read: those that nobody is still writing."""

from collections.abc import Iterable, Iterator, Mapping
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
        looked = list(self.looked(listing, now))
        if self._marker:
            by_name = {found.name: found for found in listing}
            chosen = [found for found, _ in looked if self._is_marked(found, by_name)]
        else:
            chosen = [found for found, still in looked if still]
        return sorted(chosen, key=lambda found: (found.mtime, found.name))

    def looked(self, listing: Iterable[Found], now: datetime) -> Iterator[tuple[Found, bool]]:
        """Yield each file with whether it has stood still for long enough; run it to its end.

        Only files that are young by their own time are remembered until the next look.
        """
        young: dict[str, tuple[str, datetime]] = {}
        for found in listing:
            if now.timestamp() - found.mtime >= self._settle_s:
                yield found, True
                continue
            known = self._since.get(found.name)
            since = known if known and known[0] == found.stamp else (found.stamp, now)
            young[found.name] = since
            yield found, (now - since[1]).total_seconds() >= self._settle_s
        self._since = young

    def _is_marked(self, found: Found, by_name: Mapping[str, Found]) -> bool:
        marker = by_name.get(f"{found.name}{self._marker}")
        return marker is not None and marker.mtime >= found.mtime  # an older one speaks of what was there before


def matching(listing: Iterable[Found], pattern: str, done_marker: str | None) -> list[Found]:
    """Return the files whose name fits *pattern*, without unfinished and hidden ones and without markers."""
    return [found for found in listing if fits(found.name, pattern, done_marker)]


def fits(name: str, pattern: str, done_marker: str | None) -> bool:
    """Tell whether a name fits *pattern*, and is none of an unfinished or hidden file or of a marker."""
    return (
        fnmatchcase(name, pattern)
        and not name.lower().endswith(_UNFINISHED)
        and not (done_marker and name.endswith(done_marker))
        and not name.startswith(_HIDDEN)
    )
