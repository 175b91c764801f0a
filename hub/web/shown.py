"""A step from a page names the version of the thing that the page showed: one made on an old page is told so."""

from typing import Annotated, Any

from fastapi import Depends, Form

from hub.api.etags import IfMatch, etag
from hub.domain.accounts import Account, Held


def _shown(shown: Annotated[str, Form(max_length=100)] = "") -> IfMatch:
    return IfMatch(shown or None, required=False)


Shown = Annotated[IfMatch, Depends(_shown)]
"""What the hidden field says that `parts.shown` writes."""


def with_tags(rows: list[Any], things: list[Any]) -> list[Any]:
    """Return *rows* as they are shown, each with the tag of its thing, for `parts.shown`."""
    for row, thing in zip(rows, things, strict=True):
        row.tag = etag(thing)
    return rows


def standing_of(account: Account, held: list[Held]) -> tuple[object, ...]:
    """Return what a page of an account shows of it: not how often somebody has signed in or tried to."""
    return account.user, account.confirmed, [one.id for one in held]
