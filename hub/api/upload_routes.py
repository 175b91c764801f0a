"""Files of meetings come in, in pieces that may be sent again after a break (PUT with Content-Range)."""

import re
from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Header, Request, Response
from fastapi.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from hub.api.asking import Asking, may
from hub.api.meeting_forms import UploadForm, UploadSeen
from hub.api.meeting_scopes import meeting_scope, upload_scope
from hub.api.once import Creating
from hub.domain.errors import UsageError
from hub.domain.policy import Right
from hub.domain.uploads import Upload
from hub.services.review import uploads

router = APIRouter(tags=["uploads"])
Sending = Annotated[Asking, may(Right.MEETINGS_WRITE, upload_scope)]
_RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})")
_PIECE_BYTES = 4 << 20
"""So much of a body is in memory at once."""


@router.post("/meetings/{meeting_id}/uploads", status_code=201, response_model=UploadSeen)
def begin(
    meeting_id: str,
    asking: Annotated[Asking, may(Right.MEETINGS_WRITE, meeting_scope)],
    form: UploadForm,
    once: Creating,
) -> Response:
    """Begin to send a recording or transcript."""
    hub = asking.hub
    return once.answer(
        form,
        lambda: UploadSeen.of(
            uploads.open_upload(hub.room, hub.dock, asking.principal, meeting_id, **form.model_dump())
        ),
        location=lambda seen: f"/api/v1/uploads/{seen.id}",
    )


@router.get("/uploads/{upload_id}")
def show(upload_id: str, asking: Sending) -> UploadSeen:
    """Show how far one's own upload is."""
    return UploadSeen.of(uploads.upload(asking.hub.room, asking.principal, upload_id))


@router.put("/uploads/{upload_id}")
async def send(
    upload_id: str,
    asking: Sending,
    request: Request,
    content_range: Annotated[str, Header(max_length=100, description="bytes FIRST-LAST/SIZE of the file")],
) -> UploadSeen:
    """Send a piece of the file, from where the upload stands; with the last one its hash is checked."""
    hub = asking.hub
    known = await run_in_threadpool(uploads.upload, hub.room, asking.principal, upload_id)
    offset = _offset(content_range, known)
    gathered = bytearray()
    with suppress(ClientDisconnect):  # a line that breaks again and again gets on too: what has come is kept below
        async for chunk in request.stream():
            gathered += chunk
            if len(gathered) >= _PIECE_BYTES:
                known = await run_in_threadpool(_take, asking, known.id, offset, bytes(gathered))
                offset += len(gathered)
                gathered.clear()
    if gathered:
        known = await run_in_threadpool(_take, asking, known.id, offset, bytes(gathered))
    return UploadSeen.of(known)


@router.delete("/uploads/{upload_id}")
def give_up(upload_id: str, asking: Sending) -> UploadSeen:
    """Give up one's own upload."""
    return UploadSeen.of(uploads.give_up(asking.hub.room, asking.hub.dock, asking.principal, upload_id))


def _take(asking: Asking, upload_id: str, offset: int, piece: bytes) -> Upload:
    hub = asking.hub
    return uploads.receive(hub.room, hub.dock, asking.principal, upload_id, offset=offset, pieces=[piece])


def _offset(content_range: str, known: Upload) -> int:
    found = _RANGE.fullmatch(content_range.strip())
    if found is None or int(found[3]) != known.size or not int(found[1]) <= int(found[2]) < known.size:
        raise UsageError(f"Content-Range: say bytes FIRST-LAST/{known.size}")
    return int(found[1])
