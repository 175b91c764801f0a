"""Lists that a system gives whole in one answer, handed on a page at a time: the records of one are far larger."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from hub.domain.changes import Change, Page, Reject

PAGE = 2000
Found = Iterator[Change | Reject]
Place = list[Any]
"""Mark of the answer and how much of it was given, as a cursor holds it."""


@dataclass(slots=True)
class _Open:
    mark: str
    given: int
    found: Found
    fresh: bool = True
    """None of it was given yet."""


class Whole:
    """Keeps the answer that each kind is read from until its last page is given; one answer a kind.

    A later page is older than what the hub wrote there meanwhile, and says so (`Page.follows`): that is no edit there.
    """

    def __init__(self, size: int = PAGE) -> None:
        self._size = size
        self._open: dict[str, _Open] = {}

    def holds(self, kind: str, place: Place | None) -> bool:
        """Tell whether the answer is still there, as it was left at *place*; else it is to be had again."""
        known = self._open.get(kind)
        return known is not None and place == [known.mark, known.given]

    def take(self, kind: str, content: bytes, found: Found, place: Place | None) -> None:
        """Begin with what was *found* in an answer: after *place* where it is the same one, else at its beginning."""
        mark = hashlib.sha256(content).hexdigest()[:16]
        known = _Open(mark, 0, found)
        if place is not None and place[0] == mark:
            known.given = sum(1 for _ in islice(known.found, int(place[1])))
        self._open[kind] = known

    def page(self, kind: str, cursor: Callable[[Place | None], str]) -> Page:
        """Return what comes next, with the cursor of the place after it, of None at the end."""
        known = self._open.pop(kind)
        given = list(islice(known.found, self._size))
        known.given += len(given)
        more, follows, known.fresh = len(given) == self._size, not known.fresh, False
        if more:
            self._open[kind] = known
        changes = tuple(one for one in given if isinstance(one, Change))
        rejects = tuple(one for one in given if isinstance(one, Reject))
        return Page(changes, cursor([known.mark, known.given] if more else None), more, rejects, follows)
