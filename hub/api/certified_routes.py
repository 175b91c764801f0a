"""Certified copies of a version: made by a named person who proves who they are, handed out as they were made."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, Field

from hub.api.asking import Asking, may
from hub.api.meeting_scopes import meeting_scope
from hub.api.once import Creating
from hub.api.overseen import of_kind
from hub.api.paging import Page, Paging
from hub.domain import wire
from hub.domain.copies import CertifiedCopy
from hub.domain.policy import Right
from hub.ports.review import Proof
from hub.services.review import certifying
from hub.services.review.certifying import Wish

router = APIRouter(prefix="/meetings/{meeting_id}/versions/{number}/certified-copies", tags=["certified copies"])
Number = Annotated[int, Path(ge=1, le=1_000_000)]
Reading = Annotated[Asking, may(Right.MEETINGS_READ, meeting_scope)]
Signing = Annotated[Asking, may(Right.MINUTES_SIGN, meeting_scope)]


class CertifyForm(BaseModel):
    """The version by the hash that was looked at, the document it is to be, and who one is, proved anew."""

    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    format: Literal["pdf", "docx", "html", "md", "json"] = "pdf"
    locale: Annotated[str, Field(max_length=20)] = "en"
    password: Annotated[str, Field(max_length=256)] = ""
    code: Annotated[str, Field(max_length=40)] = ""
    step_up: Annotated[str, Field(max_length=200)] = ""


class CertifiedSeen(BaseModel):
    """A certified copy. *sha256* is the file's; *original* is what is known of the version it was made of."""

    id: str
    meeting_id: str
    version: int
    format: str
    locale: str
    sha256: str
    size: int
    original: dict[str, Any]
    name: str
    email: str
    organization: str
    at: datetime
    method: str

    @classmethod
    def of(cls, copy: CertifiedCopy) -> "CertifiedSeen":
        """Return the form of a certified copy."""
        return cls.model_validate(wire.plain(copy))


@router.get("")
def certified_copies(meeting_id: str, number: Number, asking: Reading, paging: Paging) -> Page[CertifiedSeen]:
    """List the certified copies of a version, the newest first."""
    read = certifying.listing_of(asking.hub.room, asking.principal, meeting_id, number)
    return of_kind(CertifiedCopy, read, lambda found: found, paging, form=CertifiedSeen.of)


@router.post("", status_code=201, response_model=CertifiedSeen)
def certify(meeting_id: str, number: Number, asking: Signing, form: CertifyForm, once: Creating) -> Response:
    """Certify a copy of a version: the document is made, marked, kept, and known by its hash from now on."""
    hub, wish = asking.hub, Wish(form.sha256, form.format, form.locale)
    parts = (hub.room, hub.press, hub.archive, hub.reauthentication, asking.principal)
    proof = Proof(form.password, form.code, form.step_up)
    return once.answer(
        form, lambda: CertifiedSeen.of(certifying.certify(*parts, meeting_id, number, wish=wish, proof=proof))
    )


@router.get("/{copy_id}/file", response_class=Response, responses={200: {"content": {"application/octet-stream": {}}}})
def file(meeting_id: str, number: Number, copy_id: str, asking: Reading) -> Response:
    """Hand out a certified copy, byte for byte as it was certified."""
    del number
    found, content = certifying.file_of(asking.hub.room, asking.hub.archive, asking.principal, meeting_id, copy_id)
    name = f'attachment; filename="certified-copy-{found.id}.{found.format}"'
    return Response(content, media_type="application/octet-stream", headers={"Content-Disposition": name})
