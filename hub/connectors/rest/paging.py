"""Where the next page of a list lies, and whether the list moved while it was read."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from hub.connectors.rest.client import Told
from hub.connectors.rest.config import Listing
from hub.connectors.rest.mapping import MISSING, at

_NEXT = re.compile(r'<([^>]+)>\s*;[^,]*\brel="?next"?')


def first(listing: Listing) -> str:
    """Return the place of the first page."""
    return str(listing.first_page) if listing.paging == "page" else "0" if listing.paging == "offset" else ""


def asked(listing: Listing, place: str, params: Mapping[str, str]) -> tuple[str, dict[str, str]]:
    """Return path and parameters of the page at *place*; *params* are those that every first page carries.

    An offset goes one back, so that the last record seen comes again unless the list has moved.
    """
    if listing.paging in ("link", "next_url") and place:
        return place, {}
    sized = {**listing.params, **params}
    if listing.size_param and listing.paging != "none":
        sized[listing.size_param] = str(listing.size)
    if listing.paging == "offset":
        sized[listing.param] = str(max(0, int(place) - 1))
    elif listing.paging == "page" or (listing.paging == "cursor" and place):
        sized[listing.param] = place
    return listing.path, sized


def following(listing: Listing, place: str, told: Told, items: Sequence[Any]) -> str | None:
    """Return the place of the page after this one, None at the end.

    A page shorter than asked for is not the last one: many systems have a limit of their own.
    """
    if listing.paging == "offset":
        onward = max(0, int(place) - 1) + len(items)
        return str(onward) if onward > int(place) else None
    if listing.paging == "page":
        return str(int(place) + 1) if items else None
    if listing.paging == "link":
        return linked(told.headers)
    if listing.paging == "none":
        return None
    onward = at(told.body, listing.next)
    return None if onward in (MISSING, None, "", False) else str(onward)


def linked(headers: Mapping[str, str]) -> str | None:
    """Return the address that a Link header names as the next page (RFC 8288), None where it names none."""
    found = _NEXT.search(headers.get("link", ""))
    return found[1] if found else None


def empty(listing: Listing) -> Any:
    """Return the body of a page without records."""
    body: Any = []
    for key in reversed(listing.items.split(".") if listing.items else ()):
        body = {key: body}
    return body
