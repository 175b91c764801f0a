"""Pages of a first load, kept on disk for the kinds that are read after: all of them are in the one feed."""

import json
import threading
import time
import zlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from typing import IO, Any

import structlog

from hub.connectors.rave.window import Runs, numbers_of, runs_of

_MOST = 256 << 20
"""Bytes on disk; more is asked for again."""
_LASTS_S = 86_400.0
_SOON_S = 300.0
log = structlog.get_logger()


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
    unsettled: list["_Page"] = field(default_factory=list)


@dataclass(slots=True)
class _Page:
    chain: _Chain
    begin: int
    size: int
    numbers: Runs
    onward: int
    read_at: float
    left: set[str]
    """The kinds that are to have it."""
    settled: bool = False
    """When it was read, or soon after, there were audits that lie the overlap behind it: no late one comes onto it."""


class Kept:
    """Keeps what pages say, but for the last ones: audits may appear below their numbers, in the last *overlap*.

    A page is given once to each of *kinds* that has not come as far yet, in this process; a day after it was read, or
    when all have had it, nothing of it is on disk. It only saves requests: where the disk takes no more, pages are
    asked for again.
    """

    def __init__(self, kinds: Iterable[str], overlap: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._kinds = frozenset(kinds)
        self._overlap = overlap
        self._monotonic = monotonic
        self._pages: dict[tuple[str, int], _Page] = {}
        """In the order in which they were read."""
        self._chains: dict[str, _Chain] = {}
        self._come: dict[tuple[str, str], int] = {}
        """How far each kind has come in each study."""
        self._file: IO[bytes] | None = None
        self._refused = False
        self._alone = threading.Lock()

    def close(self) -> None:
        """Let go of the file."""
        with self._alone:
            self._forget()

    def keep(self, kind: str, study: str, start: int, page: Paged) -> None:
        """Keep a page that was just read for *kind*, for the others."""
        with self._alone:
            self._come[kind, study] = start
            self._pages.pop((study, start), None)
            chain = self._chained(study, start, page)
            left = {one for one in self._kinds - {kind} if self._come.get((one, study), -1) < start}
            try:
                if page.onward is not None and left:
                    self._write(chain, (study, start), page, page.onward, left)
                self._clean()
            except OSError as error:
                self._give_up(error)

    def given(self, kind: str, study: str, start: int) -> Paged | None:
        """Return the page for *kind*, None where it is to be asked for."""
        with self._alone:
            try:
                self._clean()
                page = self._pages.get((study, start))
                if page is None or kind not in page.left or page.chain.onward is not None:
                    return None
                told = self._told_of(page)
                self._come[kind, study] = start
                page.left.discard(kind)
                if not page.left:
                    del self._pages[study, start]
                    self._clean()
            except OSError as error:
                self._give_up(error)
                return None
        return Paged(tuple(_read(one) for one in told), frozenset(numbers_of(page.numbers)), page.onward)

    def _chained(self, study: str, start: int, page: Paged) -> _Chain:
        """Return the chain that the page goes on. What came to its end unsettled, or is of a chain left, is dropped."""
        chain = self._chains.get(study)
        if chain is None or chain.onward != start:
            self._drop(lambda one: one.chain is chain and one.chain.onward is not None)
            chain = self._chains[study] = _Chain(start)
        chain.onward, chain.top = page.onward, max(chain.top, *page.numbers, 0)
        soon = self._monotonic() - _SOON_S
        for one in chain.unsettled:
            last = one.numbers[-1][1] if one.numbers else 0
            one.settled = last <= chain.top - self._overlap and one.read_at >= soon
        chain.unsettled = [one for one in chain.unsettled if not one.settled]
        if chain.onward is None:
            self._drop(lambda one: one.chain is chain and not one.settled)
        return chain

    def _drop(self, unwanted: Callable[[_Page], bool]) -> None:
        self._pages = {place: one for place, one in self._pages.items() if not unwanted(one)}

    def _write(self, chain: _Chain, place: tuple[str, int], page: Paged, onward: int, left: set[str]) -> None:
        if self._refused:
            return
        content = zlib.compress(json.dumps([_told(one) for one in page.audits]).encode(), 1)
        if self._file is None:
            self._file = TemporaryFile(prefix="hub-rave-")  # noqa: SIM115  # closed with the system
        begin = self._file.seek(0, 2)
        if begin + len(content) > _MOST:
            return
        self._file.write(content)
        self._file.flush()
        kept = _Page(chain, begin, len(content), runs_of(page.numbers), onward, self._monotonic(), left)
        self._pages[place] = kept
        chain.unsettled.append(kept)

    def _told_of(self, page: _Page) -> list[list[Any]]:
        if self._file is None:
            raise OSError("the file is closed")
        self._file.seek(page.begin)
        told: list[list[Any]] = json.loads(zlib.decompress(self._file.read(page.size)))
        return told

    def _clean(self) -> None:
        """Forget pages that are too old, and empty the file once nobody waits for any."""
        before = self._monotonic() - _LASTS_S
        while self._pages and (first := next(iter(self._pages.items())))[1].read_at <= before:
            del self._pages[first[0]]
        if self._file is not None and not self._pages:
            self._file.truncate(0)

    def _give_up(self, error: OSError) -> None:
        """Keep nothing any more, and say so: the disk is full, or gone."""
        self._refused = True
        self._forget()
        log.warning("pages_not_kept", reason=str(error), advice="each kind asks Rave by itself until the next start")

    def _forget(self) -> None:
        self._pages, file, self._file = {}, self._file, None
        if file is not None:
            with suppress(OSError):  # what could not be written is tried once more
                file.close()


def _told(one: Read) -> list[Any]:
    return [one.place, one.raw.decode("latin-1"), one.number, one.item, one.problem]


def _read(told: list[Any]) -> Read:
    place, raw, number, item, problem = told
    return Read(place, raw.encode("latin-1"), number, item, problem)
