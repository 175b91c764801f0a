"""Pages of a list: a cursor that says where the next one begins."""

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Annotated, Any, Generic, Protocol, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel

from hub.domain.errors import UsageError

_NO_NUMBER, _NO_TEXT = 2**63, re.compile("[\x00\ud800-\udfff]")
_FIRST_YEAR, _LAST_YEAR = 1970, 9000
Item = TypeVar("Item")
Form = TypeVar("Form")
_TOGETHER, _MOST_READS = 200, 50
"""Things that are read together where who asks may see only some of them."""


class _Timed(Protocol):
    @property
    def at(self) -> datetime: ...
    @property
    def id(self) -> str: ...


Timed = TypeVar("Timed", bound=_Timed)


class Page(BaseModel, Generic[Item]):
    """Some items of a list. *next* is given as `cursor` to get those after them; null at the end."""

    items: list[Item]
    next: str | None = None


class Asked(BaseModel):
    """Which page is asked for."""

    after: list[Any]
    """Where the page begins: what `cursor` was made of, empty at the beginning."""
    limit: int = 50

    def place(self, *kinds: type) -> tuple[Any, ...] | None:
        """Return the place that the cursor was made of, one value of each of *kinds*; None at the beginning.

        *kinds* are int, str, date (in the cursor as ISO 8601) and datetime (without a zone it is UTC). UsageError
        where this is no place of this list.
        """
        if not self.after:
            return None
        try:
            return tuple(_of_kind(kind, one) for kind, one in zip(kinds, self.after, strict=True))
        except (TypeError, ValueError) as error:
            raise UsageError("cursor: is none that was given by this list") from error


def _of_kind(kind: type, one: Any) -> Any:
    if kind is date:
        return date.fromisoformat(one)
    if kind is datetime:
        at = datetime.fromisoformat(one)
        if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
            raise ValueError(one)
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    if type(one) is not kind:
        raise TypeError(one)
    return one


BEGINNING = Asked(after=[])
"""The first page."""


def _asked(
    cursor: Annotated[str | None, Query(max_length=1000, description="`next` of the page before")] = None,
    limit: Annotated[int, Query(ge=1, le=200, description="Most items of the page")] = 50,
) -> Asked:
    return Asked(after=_opened(cursor) if cursor else [], limit=limit)


Paging = Annotated[Asked, Depends(_asked)]


def _id(item: Any) -> str:
    return str(item.id)


def sealed(*place: Any) -> str:
    """Return the cursor for a place in a list."""
    return base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("=")


def page(
    found: Sequence[Item], asked: Asked, *, place: Callable[[Item], Sequence[Any]], form: Callable[[Item], Form]
) -> Page[Form]:
    """Return the page of *found*, which was read with one item more than the limit, to know whether there is a next."""
    items = found[: asked.limit]
    following = sealed(*place(items[-1])) if len(found) > asked.limit else None
    return Page(items=[form(one) for one in items], next=following)


def sliced(
    found: Iterable[Item], asked: Asked, *, form: Callable[[Item], Form], name: Callable[[Item], str] = _id
) -> Page[Form]:
    """Return the page of a list that is at hand as a whole: what comes after the item whose *name* the cursor has.

    What came or went before that item moves nothing; where it has gone itself, the page begins where it stood.
    """
    whole, (start, told) = list(found), asked.place(int, str) or (0, None)
    if told is not None and start < 1:
        raise UsageError("cursor: is none that was given by this list")
    named = (at for at, one in enumerate(whole, start=1) if name(one) == told)
    start = min(named, key=lambda at: abs(at - start), default=start)  # of several that are called so, the nearest
    end = start + asked.limit
    items = whole[start:end]
    following = sealed(end, name(items[-1])) if len(whole) > end else None
    return Page(items=[form(one) for one in items], next=following)


def gathered(
    read: Callable[[tuple[datetime, str] | None, int], Sequence[Timed]],
    seen: Callable[[Sequence[Timed]], Sequence[Timed]],
    asked: Asked,
    *,
    form: Callable[[Timed], Form],
) -> Page[Form]:
    """Return the page of a list that is *read* by time; see `walked`."""
    return walked(read, seen, asked, kinds=(datetime, str), place=lambda one: (one.at, one.id), form=form)


def walked(
    read: Callable[[Any, int], Sequence[Item]],
    seen: Callable[[Sequence[Item]], Sequence[Item]],
    asked: Asked,
    *,
    kinds: Sequence[type],
    place: Callable[[Item], Sequence[Any]],
    form: Callable[[Item], Form],
) -> Page[Form]:
    """Return the page of a list that is *read* in its order, some at a time, until what is *seen* of it fills the page.

    *read* is given the place after which it goes on, None at the beginning. Who sees little of a long list gets a page
    that is not full after `_MOST_READS`, and goes on from its cursor.
    """
    after: Any = asked.place(*kinds)
    found: list[Item] = []
    for _ in range(_MOST_READS):
        come = read(after, _TOGETHER)
        found += seen(come)
        if len(come) < _TOGETHER or len(found) > asked.limit:
            return page(found, asked, place=lambda one: _plain(place(one)), form=form)
        after = tuple(place(come[-1]))
    return Page(items=[form(one) for one in found], next=sealed(*_plain(after)))


def _plain(place: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(one.isoformat() if isinstance(one, date) else one for one in place)


def _opened(cursor: str) -> list[Any]:
    try:
        place = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (binascii.Error, ValueError) as error:
        raise UsageError("cursor: is none that was given by this list") from error
    if not isinstance(place, list) or not all(map(_may_be_of_a_place, place)):
        raise UsageError("cursor: is none that was given by this list")
    return place


def _may_be_of_a_place(one: Any) -> bool:
    """Tell whether a database can be asked by it: neither a number nor a text that it does not know."""
    return abs(one) < _NO_NUMBER if isinstance(one, int) else isinstance(one, str) and not _NO_TEXT.search(one)
