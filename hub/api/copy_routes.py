"""Copies of a version in other languages: made, looked at side by side, approved."""

from typing import Annotated

from fastapi import APIRouter, Path, Response

from hub.api import etags
from hub.api.asking import Asking, may
from hub.api.etags import Changing
from hub.api.meeting_scopes import meeting_scope
from hub.api.once import Creating
from hub.api.sending_forms import CopyForm, CopyListed, CopySeen, LineForm
from hub.domain.localized import LocalizedCopy
from hub.domain.policy import Right
from hub.services.review import localizing
from hub.services.review.meetings import meeting

router = APIRouter(prefix="/meetings/{meeting_id}/versions/{number}/copies", tags=["translations"])
Number = Annotated[int, Path(ge=1, le=1_000_000)]
Locale = Annotated[str, Path(max_length=20)]
Reading = Annotated[Asking, may(Right.MEETINGS_READ, meeting_scope)]
Editing = Annotated[Asking, may(Right.TRANSLATIONS_EDIT, meeting_scope)]
Approving = Annotated[Asking, may(Right.TRANSLATIONS_APPROVE, meeting_scope)]


@router.get("")
def copies(meeting_id: str, number: Number, asking: Reading) -> list[CopyListed]:
    """List the copies of a version."""
    found = localizing.copies(asking.hub.room, asking.principal, meeting_id, number)
    return [CopyListed.listed(one) for one in found]


@router.post("", status_code=201, response_model=CopySeen)
def make(
    meeting_id: str, number: Number, asking: Editing, form: CopyForm, response: Response, once: Creating
) -> Response:
    """Translate a version by machine; a copy that is there is answered as it is."""
    hub = asking.hub
    study = meeting(hub.room, asking.principal, meeting_id).study or ""
    asked = (hub.room, hub.translator_for(study), asking.principal, meeting_id, number, form.locale)
    # made once whatever the key, and before it is taken: a translation takes longer than a transaction may be held
    made = localizing.make_copy(*asked, mask=hub.outgoing)
    return once.answer(form, lambda: _seen(asking, made, response), sets=response)


@router.get("/{locale}")
def show(meeting_id: str, number: Number, locale: Locale, asking: Reading, response: Response) -> CopySeen:
    """Show a copy side by side with its source."""
    return _seen(asking, localizing.copy(asking.hub.room, asking.principal, meeting_id, number, locale), response)


@router.post("/{locale}/lines")
def correct(
    meeting_id: str,
    number: Number,
    locale: Locale,
    asking: Editing,
    form: LineForm,
    match: Changing,
    response: Response,
) -> CopySeen:
    """Write one text of a copy, or confirm it."""
    room, principal = asking.hub.room, asking.principal
    before = localizing.copy(room, principal, meeting_id, number, locale)
    match.check(_tag(before))
    after = localizing.correct(
        room, principal, meeting_id, number, locale, form.field, form.text, revision=before.revision
    )
    return _seen(asking, after, response)


@router.post("/{locale}/approve")
def approve(
    meeting_id: str, number: Number, locale: Locale, asking: Approving, match: Changing, response: Response
) -> CopySeen:
    """Approve a copy for sending out."""
    room, principal = asking.hub.room, asking.principal
    before = localizing.copy(room, principal, meeting_id, number, locale)
    match.check(_tag(before))
    after = localizing.approve_copy(
        room, principal, meeting_id, number, locale, revision=before.revision, memory=asking.hub.memory
    )
    return _seen(asking, after, response)


def _seen(asking: Asking, copied: LocalizedCopy, response: Response) -> CopySeen:
    etags.put(response, _tag(copied))
    lines = localizing.lines(asking.hub.room, asking.principal, copied.meeting_id, copied.version, copied.locale)
    return CopySeen.of(copied, lines)


def _tag(copied: LocalizedCopy) -> tuple[str, int, str, int]:
    return copied.meeting_id, copied.version, copied.locale, copied.revision
