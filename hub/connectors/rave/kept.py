"""Pages of a first load, kept on disk for the kinds that are read after: all of them are in the one feed."""

import json
import threading
import time
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import IO, Any

from hub.connectors.rave.window import Runs, numbers_of, runs_of

_MOST = 256 << 20
"""Bytes on disk; more is asked for again."""
_LASTS_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Read:
    """An audit of a page, of whichever kind it is: what it says, or why it cannot be read."""

    place: str
    raw: bytes
    number: int
    item: dict[str, Any] | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Paged:
    """One page of the feed as it was read."""

    audits: tuple[Read, ...]
    """Those that a kind of the hub's is read from, and those that cannot be read."""
    numbers: frozenset[int]
    """Of all audits on it."""
    onward: int | None
    """Where the next page begins, None at the end."""


@dataclass(slots=True)
class _Chain:
    """Pages that were read one after the other."""

    onward: int | None
    top: int = 0
    """The last audit seen; of the whole feed once its last page was read."""


@dataclass(slots=True)
class _Page:
    chain: _Chain
    begin: int
    size: int
    numbers: Runs
    onward: int
    until: float
    left: set[str] = field(default_factory=set)
    """The kinds that have not had it."""


class Kept:
    """Keeps what pages say, but for the last ones: audits may appear below their numbers, in the last *overlap*.

    A page is given to each of *kinds* once. Only where each lies is held in memory.
    """

    def __init__(self, kinds: Iterable[str], overlap: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._kinds = frozenset(kinds)
        self._overlap = overlap
        self._monotonic = monotonic
        self._pages: dict[tuple[str, int], _Page] = {}
        self._chains: dict[str, _Chain] = {}
        self._file: IO[bytes] | None = None
        self._alone = threading.Lock()

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            self._file.close()

    def keep(self, kind: str, study: str, start: int, page: Paged) -> None:
        """Keep a page that was just read for *kind*, for the others."""
        with self._alone:
            chain = self._chains.get(study)
            if chain is None or chain.onward != start:
                chain = self._chains[study] = _Chain(start)
            chain.onward, chain.top = page.onward, max(chain.top, *page.numbers, 0)
            self._pages.pop((study, start), None)
            left = set(self._kinds - {kind})
            if page.onward is None:
                self._pages = {
                    at: one for at, one in self._pages.items() if one.chain is not chain or self._stands(one)
                }
            if page.onward is None or not left:
                return
            content = zlib.compress(json.dumps([_told(one) for one in page.audits]).encode(), 1)
            begin = self._room(len(content))
            if begin is None or self._file is None:
                return
            self._file.write(content)
            until = self._monotonic() + _LASTS_S
            numbers = runs_of(page.numbers)
            self._pages[study, start] = _Page(chain, begin, len(content), numbers, page.onward, until, left)

    def given(self, kind: str, study: str, start: int) -> Paged | None:
        """Return the page for *kind*, None where it is to be asked for."""
        with self._alone:
            page = self._pages.get((study, start))
            if page is None or self._file is None or kind not in page.left or not self._stands(page):
                return None
            self._file.seek(page.begin)
            told = json.loads(zlib.decompress(self._file.read(page.size)))
            page.left.discard(kind)
            if not page.left:
                del self._pages[study, start]
        return Paged(tuple(_read(one) for one in told), frozenset(numbers_of(page.numbers)), page.onward)

    def _stands(self, page: _Page) -> bool:
        """Tell whether no audit can have come onto the page since: the end of the feed lay far enough behind it."""
        last = page.numbers[-1][1] if page.numbers else 0
        return page.chain.onward is None and last <= page.chain.top - self._overlap and self._monotonic() < page.until

    def _room(self, size: int) -> int | None:
        """Return where so many bytes may be written, None where there is no room."""
        if self._file is None:
            self._file = TemporaryFile(prefix="hub-rave-")  # noqa: SIM115  # closed with the system
        now = self._monotonic()
        self._pages = {place: one for place, one in self._pages.items() if now < one.until}
        if not self._pages:
            self._file.truncate(0)
        begin = self._file.seek(0, 2)
        return begin if begin + size <= _MOST else None


def _told(one: Read) -> list[Any]:
    return [one.place, one.raw.decode("latin-1"), one.number, one.item, one.problem]


def _read(told: list[Any]) -> Read:
    place, raw, number, item, problem = told
    return Read(place, raw.encode("latin-1"), number, item, problem)
