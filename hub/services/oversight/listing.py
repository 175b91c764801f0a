"""Lists of oversight, read page by page: of each page what the reader may see."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Protocol, TypeVar

from hub.domain.listed import place_of
from hub.domain.people import Principal
from hub.domain.policy import Right, Scope, Verdict, decide
from hub.services.review.room import Room


class _Scoped(Protocol):
    @property
    def scope(self) -> Scope: ...


T = TypeVar("T")
Scoped = TypeVar("Scoped", bound=_Scoped)
Read = Callable[[tuple[Any, ...] | None, int], list[T]]
"""Returns so many things that stand after a place, in the order of `hub.domain.listed`."""


def reading(room: Room, kind: type[T], **where: Any) -> Read[T]:
    """Return what reads a list: of things whose indexed fields have these values."""
    return partial(_read, room, kind, where)


def seen(room: Room, principal: Principal, right: Right, found: Sequence[Scoped]) -> list[Scoped]:
    """Return those of *found* that *principal* may use *right* on."""
    return [one for one in found if decide(principal, right, one.scope, at=room.clock()) is Verdict.ALLOWED]


def every(room: Room, principal: Principal, right: Right, kind: type[Scoped], **where: Any) -> Iterator[Scoped]:
    """Yield all things of *kind* that *principal* may use *right* on, in the order of their list."""
    after, read = None, reading(room, kind, **where)
    while come := read(after, _TOGETHER):
        yield from seen(room, principal, right, come)
        after = place_of(come[-1])


_TOGETHER = 200


def _read(room: Room, kind: type[T], where: dict[str, Any], after: tuple[Any, ...] | None, limit: int) -> list[T]:
    with room.shelf.reading() as unit:
        return unit.listed(kind, after=after, limit=limit, **where)
