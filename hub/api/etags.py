"""Lost updates: a change names the version it was made from (RFC 9110, section 13.1.1)."""

import hashlib
from typing import Annotated, Any

from fastapi import Depends, Header, Response

from hub.api.problems import HttpError
from hub.domain import wire


def etag(value: Any) -> str:
    """Return the strong entity tag of *value*: a version number, a text, or an object of the domain."""
    return f'"{hashlib.sha256(wire.dumps(value).encode()).hexdigest()[:32]}"'


def put(response: Response, value: Any) -> None:
    """Name the version of what is answered."""
    response.headers["ETag"] = etag(value)


class IfMatch:
    """The version that a change was made from."""

    def __init__(self, told: str | None) -> None:
        self._told = told

    def check(self, value: Any) -> None:
        """HttpError: 428 where no version was named, 412 where it is not the one that *value* has."""
        if self._told is None:
            raise HttpError(428, "say which version is changed: If-Match with the ETag it was read with")
        if self._told.strip() == "*":
            return
        named = [one.strip().removeprefix("W/") for one in self._told.split(",")]
        if etag(value) not in named:
            raise HttpError(412, "it was changed meanwhile; read it again, then decide", headers={"ETag": etag(value)})


def _if_match(
    if_match: Annotated[str | None, Header(max_length=1000, description="ETag of the version that is changed")] = None,
) -> IfMatch:
    return IfMatch(if_match)


Changing = Annotated[IfMatch, Depends(_if_match)]
