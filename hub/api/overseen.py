"""Lists in the order of `hub.domain.listed`, of what who asks may see."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from hub.api.asking import Asking
from hub.api.paging import Asked, Form, Page, walked
from hub.domain.listed import LISTED, place_of
from hub.domain.policy import Right
from hub.services.oversight import listing
from hub.services.oversight.listing import Read, Scoped

T = TypeVar("T")


def overseen(
    asking: Asking, kind: type[Scoped], right: Right, asked: Asked, *, form: Callable[[Scoped], Form], **where: Any
) -> Page[Form]:
    """Return the page that is *asked* for of the things of *kind* that who asks may use *right* on."""
    room, who = asking.hub.room, asking.principal
    read = listing.reading(room, kind, **where)
    return of_kind(kind, read, lambda found: listing.seen(room, who, right, found), asked, form=form)


def of_kind(
    kind: type[T],
    read: Read[T],
    seen: Callable[[Sequence[T]], Sequence[T]],
    asked: Asked,
    *,
    form: Callable[[T], Form],
) -> Page[Form]:
    """Return the page that is *asked* for of what is *read* of *kind*, as far as it is *seen*."""
    kinds = [datetime if name.endswith("at") else str for name in LISTED[kind]]
    return walked(read, seen, asked, kinds=kinds, place=place_of, form=form)
