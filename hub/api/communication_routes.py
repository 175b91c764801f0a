"""The communication log of a study, as far as who asks may see it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from hub.api.asking import Asking, TheHub, may
from hub.api.paging import Page, Paging, page
from hub.domain.communications import Asked, Kind, Logged
from hub.domain.errors import MissingError
from hub.domain.policy import Right, Scope

router = APIRouter(prefix="/communications", tags=["communications"])
Id = Annotated[str, Path(max_length=40)]
Text = Annotated[str, Query(max_length=200)]
_MOST_VERSIONS = 500
_STEP = 500


class SaidSeen(BaseModel):
    """One version of a message: who said what, where and when; *kind* tells an edit or a deletion from the first."""

    number: int
    id: str
    thread: str
    channel: str
    channel_id: str
    platform: str
    study: str
    kind: Kind
    version: str
    author: str
    author_id: str
    said_at: datetime
    stands_since: datetime
    kept_at: datetime
    text: str
    files: list[str]
    sha256: str

    @classmethod
    def of(cls, one: Logged) -> "SaidSeen":
        """Return the form of an entry."""
        said, of = one.said, one.channel
        return cls(
            number=one.number,
            id=one.message,
            thread=one.thread,
            channel=of.name,
            channel_id=of.key,
            platform=of.platform,
            study=of.study,
            kind=said.kind,
            version=said.version,
            author=said.author,
            author_id=said.author_id,
            said_at=said.at,
            stands_since=said.stands_since,
            kept_at=one.kept_at,
            text=said.text,
            files=list(said.files),
            sha256=one.sha256,
        )


def message_scope(id: Id, hub: TheHub) -> Scope:
    """Return whose the message of the path is. MissingError where there is none."""
    scope = hub.communications.scope(id)
    if scope is None:
        raise MissingError("there is no such thing")
    return scope


@router.get("")
def entries(
    asking: Annotated[Asking, may(Right.MEETINGS_READ)],
    paging: Paging,
    study: Annotated[str, Query(max_length=200, description="Protocol number")],
    text: Text = "",
    channel_id: Text = "",
    thread: Text = "",
) -> Page[SaidSeen]:
    """List what was said in agreed channels of a study, last kept first; each version of a message is an entry."""
    (before,) = paging.place(int) or (None,)
    asked = Asked(
        study,
        text=text,
        channel=channel_id,
        thread=thread,
        before=before,
        limit=paging.limit + 1,
    )
    found = asking.hub.communications.find(asked, lambda scope: asking.may(Right.MEETINGS_READ, scope))
    return page(found, paging, place=lambda one: (one.number,), form=SaidSeen.of)


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {}, "application/json": {}}}},
)
def export(
    asking: Annotated[Asking, may(Right.MEETINGS_READ)],
    study: Annotated[str, Query(max_length=200, description="Protocol number")],
    text: Text = "",
    channel_id: Text = "",
    format: Literal["csv", "json"] = "csv",
) -> Response:
    """Hand out what the filter finds, kept last first: every version of each message, with its fingerprint."""
    from hub.render import communications

    found = _every(asking, Asked(study, text=text, channel=channel_id, limit=_STEP))
    made = communications.as_csv(found) if format == "csv" else communications.as_json(found)
    name = {"Content-Disposition": f'attachment; filename="communications.{format}"'}
    media = "text/csv; charset=utf-8" if format == "csv" else "application/json"
    return StreamingResponse((piece.encode() for piece in made), media_type=media, headers=name)


def _every(asking: Asking, asked: Asked) -> Iterator[Logged]:
    while True:
        come = asking.hub.communications.find(asked, lambda scope: asking.may(Right.MEETINGS_READ, scope))
        yield from come
        if len(come) < asked.limit:
            return
        asked = replace(asked, before=come[-1].number)


@router.get("/{id}")
def versions(id: Id, asking: Annotated[Asking, may(Right.MEETINGS_READ, message_scope)], hub: TheHub) -> list[SaidSeen]:
    """Show every version of a message, the first one first."""
    scope = message_scope(id, hub)
    asked = Asked(scope.study or "", message=id, limit=_MOST_VERSIONS)
    found = hub.communications.find(asked, lambda one: asking.may(Right.MEETINGS_READ, one))
    return [SaidSeen.of(one) for one in sorted(found, key=lambda one: (one.said.stands_since, one.number))]
