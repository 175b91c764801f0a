"""Lists of pages, shown a page at a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from hub.api.paging import Asked, Page, sliced

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Listed(Generic[Item]):
    """What of a list is shown, and where its next and its first page are; None where there is none."""

    shown: list[Item]
    next_page: str | None
    first_page: str | None

    def pager(self) -> dict[str, str | None]:
        """Return what `parts.pager` is given."""
        return {"next_page": self.next_page, "first_page": self.first_page}


def listed(found: Iterable[Item], asked: Asked, address: str, **kept: str) -> Listed[Item]:
    """Return the page that is *asked* for; *kept* of the address stays as it is."""
    return onward(sliced(found, asked, form=lambda one: one), asked, address, **kept)


def onward(page: Page[Item], asked: Asked, address: str, **kept: str) -> Listed[Item]:
    """Return a *page* that is at hand, with the ways to the next and the first one."""
    known = {name: value for name, value in kept.items() if value}
    query = f"?{urlencode(known)}" if known else ""
    after = f"{address}?{urlencode({**known, 'cursor': page.next})}" if page.next else None
    return Listed(page.items, after, address + query if asked.after else None)
