"""Lost updates: a change names the version it was made from (RFC 9110, section 13.1.1)."""

import hashlib
from typing import Annotated, Any

from fastapi import Depends, Header, Response
from pydantic import BaseModel

from hub.api.problems import HttpError
from hub.domain import wire
from hub.domain.errors import MissingError
from hub.ports.review import Shelf


def etag(value: Any) -> str:
    """Return the strong entity tag of *value*: a version number, a text, or an object of the domain."""
    return f'"{hashlib.sha256(wire.dumps(value).encode()).hexdigest()[:32]}"'


def put(response: Response, value: Any) -> None:
    """Name the version of what is answered."""
    response.headers["ETag"] = etag(value)


class Versioned(BaseModel):
    """A thing that is read in a list: it brings its entity tag along."""

    etag: str
    """Goes as If-Match with a step on this thing, just as it is."""


class IfMatch:
    """The version that a change was made from."""

    def __init__(self, told: str | None, *, required: bool = True) -> None:
        self._told = told
        self._required = required

    def check(self, value: Any) -> None:
        """HttpError: 412 where the version named is not the one that *value* has, 428 where one is required."""
        if self._told is None:
            if self._required:
                raise HttpError(428, "say which version is changed: If-Match with the ETag it was read with")
            return
        if self._told.strip() == "*":
            return
        named = [one.strip().removeprefix("W/") for one in self._told.split(",")]
        if etag(value) not in named:
            raise HttpError(412, "it was changed meanwhile; read it again, then decide", headers={"ETag": etag(value)})

    def check_kept(self, shelf: Shelf, kind: type[Any], id: str, **of: str) -> None:
        """As `check`, of the thing kept under *id*, which who asks may see; what is not there the step itself refuses.

        MissingError where it is not *of* that.
        """
        if self._told is None:
            return
        with shelf.reading() as unit:
            found = unit.get(kind, id)
        if found is None:
            return
        if any(getattr(found, name) != value for name, value in of.items()):
            raise MissingError("there is no such thing")
        self.check(found)


def _if_match(
    if_match: Annotated[str | None, Header(max_length=1000, description="ETag of the version that is changed")] = None,
) -> IfMatch:
    return IfMatch(if_match)


def _if_match_given(
    if_match: Annotated[
        str | None, Header(max_length=1000, description="ETag of what was looked at: 412 where it has changed since")
    ] = None,
) -> IfMatch:
    return IfMatch(if_match, required=False)


Changing = Annotated[IfMatch, Depends(_if_match)]
"""Of what replaces something: without a version it is not done."""
Stepping = Annotated[IfMatch, Depends(_if_match_given)]
"""Of a step from one state to the next, which is refused (409) from any other: who looked first says at what."""
