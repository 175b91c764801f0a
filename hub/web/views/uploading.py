"""A meeting comes in: the form, and the same in pieces by the page's script, with progress and going on."""

import re
from collections.abc import Iterator
from datetime import datetime
from types import SimpleNamespace
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from starlette.datastructures import UploadFile

from hub.api.asking import Asking, may
from hub.domain.cards import Card
from hub.domain.errors import MissingError, RejectedError, UsageError
from hub.domain.meeting import Participant
from hub.domain.policy import Right
from hub.domain.uploads import UploadState
from hub.services.review import pipeline, uploads
from hub.services.review.meetings import About, find_meetings, meeting, open_meeting
from hub.web import frame
from hub.web.meeting_view import address_of
from hub.web.reader import SPOKEN, Reader
from hub.web.views.meetings import job_of, studies_of

router = APIRouter(include_in_schema=False)
Writing = Annotated[Asking, may(Right.MEETINGS_WRITE)]
_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18})")
_PIECE = 1 << 20
_MOST_AT_ONCE = 8 << 20


@router.get("/meetings/new")
def form(request: Request, asking: Writing) -> Response:
    """Show the form."""
    return _form(request, asking, {})


@router.post("/meetings/new")
async def whole(request: Request, asking: Writing) -> Response:
    """Take a meeting and its file from the plain form."""
    fields = await request.form()
    try:
        given = {name: str(value) for name, value in fields.items() if not isinstance(value, UploadFile)}
        return await run_in_threadpool(_whole, request, asking, given, fields.get("file"))
    finally:
        await fields.close()


@router.post("/meetings/new/begin")
def begin(
    asking: Writing, request: Request, name: Annotated[str, Form(max_length=300)], size: Annotated[int, Form(ge=1)],
    title: Annotated[str, Form(max_length=300)], organization: Annotated[str, Form(max_length=200)] = "",
    started_at: Annotated[str, Form(max_length=40)] = "", study: Annotated[str, Form(max_length=100)] = "",
    participants: Annotated[str, Form(max_length=20_000)] = "", consent: Annotated[str, Form(max_length=10)] = "",
    unblinding: Annotated[str, Form(max_length=10)] = "", series: Annotated[str, Form(max_length=200)] = "",
    language: Annotated[str, Form(max_length=10)] = "",
) -> Response:  # fmt: skip
    """Enter the meeting and open the upload of its file."""
    del request
    given = {
        "title": title, "organization": organization, "started_at": started_at, "study": study,
        "participants": participants, "consent": consent, "unblinding": unblinding, "series": series,
        "language": language,
    }  # fmt: skip
    _card, upload = _opened(asking, given, name=name, size=size)
    place = f"/meetings/uploads/{frame.part(upload.id)}"
    return JSONResponse({"upload": place, "finish": f"{place}/finish", "received": upload.received})


@router.put("/meetings/uploads/{id}")
async def piece(id: str, request: Request, asking: Writing) -> Response:
    """Take a piece; its Content-Range says where it belongs."""
    found = _RANGE.fullmatch(request.headers.get("content-range", ""))
    if found is None:
        raise UsageError("Content-Range: say which bytes these are")
    come = bytearray()
    async for part in request.stream():
        come += part
        if len(come) > _MOST_AT_ONCE:
            raise UsageError(f"a piece has up to {_MOST_AT_ONCE} bytes")
    room, dock, who, offset = asking.hub.room, asking.hub.dock, asking.principal, int(found[1])
    after = await run_in_threadpool(lambda: uploads.receive(room, dock, who, id, offset=offset, pieces=[bytes(come)]))
    return JSONResponse({"received": after.received})


@router.get("/meetings/uploads/{id}")
def received(id: str, asking: Writing) -> Response:
    """Say how much of a file is here, so that it goes on from there."""
    found = uploads.upload(asking.hub.room, asking.principal, id)
    if found.state is UploadState.GIVEN_UP:
        raise MissingError("this upload was given up; begin anew")
    return JSONResponse({"received": found.received})


@router.post("/meetings/uploads/{id}/finish")
def finish(id: str, asking: Writing, language: Annotated[str, Form(max_length=10)] = "") -> Response:
    """Have the minutes drafted once the file is whole."""
    spoken = _spoken(language)
    done = uploads.upload(asking.hub.room, asking.principal, id)
    pipeline.start(asking.hub.room, asking.hub.jobs.submit, asking.principal, done.meeting_id, language=spoken)
    return JSONResponse({"page": address_of(done.meeting_id)})


@router.post("/meetings/{id}/again")
def again(id: str, asking: Writing) -> Response:
    """Have the drafting tried again, as it was asked for before; what stages have done is kept."""
    before = job_of(asking, meeting(asking.hub.room, asking.principal, id))
    asked = pipeline.asked(before) if before else {}
    pipeline.start(asking.hub.room, asking.hub.jobs.submit, asking.principal, id, **asked)
    return frame.go(address_of(id))


def _whole(request: Request, asking: Asking, given: dict[str, str], file: object) -> Response:
    if not isinstance(file, UploadFile) or not file.filename:
        return _form(request, asking, given, frame.reader_of(asking).words.text("Choose a file."))
    try:
        card = _taken(asking, given, file)
    except (UsageError, RejectedError) as error:
        return _form(request, asking, given, str(error))
    return frame.go(address_of(card.meeting_id))


def _taken(asking: Asking, given: dict[str, str], file: UploadFile) -> Card:
    size = file.size or 0
    card, upload = _opened(asking, given, name=file.filename or "", size=size)
    room, dock = asking.hub.room, asking.hub.dock
    uploads.receive(room, dock, asking.principal, upload.id, offset=0, pieces=_pieces(file))
    spoken = _spoken(given.get("language", ""))
    pipeline.start(room, asking.hub.jobs.submit, asking.principal, card.meeting_id, language=spoken)
    return card


def _spoken(language: str) -> str | None:
    """Return the language that the form names, None where the file is to say it. UsageError on one not of the list."""
    if language and language not in SPOKEN:
        raise UsageError("choose a language of the list")
    return language or None


def _pieces(file: UploadFile) -> Iterator[bytes]:
    while part := file.file.read(_PIECE):
        yield part


def _opened(asking: Asking, given: dict[str, str], *, name: str, size: int) -> tuple[Card, Any]:
    room, reader = asking.hub.room, frame.reader_of(asking)
    consent = "told and agreed, as entered with the upload" if given.get("consent") == "yes" else ""
    if not consent:
        raise UsageError("note that those who were recorded were told and agreed; without it the file is not taken")
    _spoken(given.get("language", ""))
    card = open_meeting(room, asking.principal, _about(asking, reader, given))
    upload = uploads.open_upload(
        room, asking.hub.dock, asking.principal, card.meeting_id, name=name, size=size, consent=consent
    )
    return card, upload


def _about(asking: Asking, reader: Reader, given: dict[str, str]) -> About:
    own, other = asking.principal.user.organization, given.get("organization", "").strip()
    began = given.get("started_at", "").strip()
    try:
        started = datetime.fromisoformat(began) if began else None
    except ValueError as error:
        raise UsageError(f"{began}: is no day and time") from error
    return About(
        title=given.get("title", ""),
        organizations=(own, other) if other and other != own else (own,),
        study=given.get("study", "").strip() or None,
        unblinding=given.get("unblinding") == "yes",
        series=given.get("series") or None,
        started_at=started,
        timezone=reader.zone.key,
        participants=tuple(_people(given.get("participants", ""))),
    )


def _people(text: str) -> Iterator[Participant]:
    for line in text.splitlines():
        parts = [part.strip() for part in line.split(",")]
        if parts[0]:
            name, role, organization, email = [*parts, "", "", ""][:4]
            yield Participant(name, role or None, organization or None, email or None)


def _series(asking: Asking) -> list[str]:
    """Return the series of the newest meetings, to choose from."""
    newest = find_meetings(asking.hub.room, asking.principal, limit=100).cards
    return sorted({card.series for card in newest if card.series})


def _form(request: Request, asking: Asking, given: dict[str, str], wrong: str = "") -> Response:
    names = ("title", "started_at", "study", "series", "organization", "participants", "language")
    own = asking.principal.user.organization
    others = sorted({grant.organization for grant in asking.principal.grants} - {own, "*"})
    return frame.show(
        request,
        asking,
        "upload.html",
        place="meetings",
        wrong=wrong,
        given=SimpleNamespace(**{name: given.get(name, "") for name in names}),
        studies=studies_of(asking),
        organizations=others,
        series=_series(asking),
        spoken=list(SPOKEN.items()),
        status=422 if wrong else 200,
    )
