"""Certified copies of a version: listed beside it, made by who proves who they are, handed out as they were made."""

from types import SimpleNamespace
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from pydantic import SecretStr

from hub.api.asking import Asking, may
from hub.api.overseen import of_kind
from hub.api.paging import BEGINNING, Asked, Paging
from hub.domain.copies import CertifiedCopy
from hub.domain.errors import MissingError, UnknownError
from hub.domain.policy import Right
from hub.ports.review import Proof
from hub.services.review import certifying, editing
from hub.services.review.certifying import Wish
from hub.services.review.meetings import meeting
from hub.web import frame, meeting_view
from hub.web.failures import sign_in_again
from hub.web.paged import onward
from hub.web.reader import LANGUAGES
from hub.web.views.approval import MEDIA, proving

router = APIRouter(prefix="/meetings/{id}/versions/{number}/copies", include_in_schema=False)
Reading = Annotated[Asking, may(Right.MEETINGS_READ)]
Signing = Annotated[Asking, may(Right.MINUTES_SIGN)]


@router.get("")
def show(id: str, number: int, request: Request, asking: Reading, paging: Paging) -> Response:
    """Show the certified copies of a version, and where one may be made."""
    return _page(id, number, request, asking, paging)


@router.post("")
def certify(
    id: str,
    number: int,
    request: Request,
    asking: Signing,
    sha256: Annotated[str, Form(max_length=64)],
    form: Annotated[str, Form(max_length=10)],
    locale: Annotated[str, Form(max_length=20)],
    password: Annotated[SecretStr | None, Form()] = None,
    code: Annotated[str, Form(max_length=40)] = "",
    step_up: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    """Certify a copy of exactly the version that was shown."""
    hub, proof = asking.hub, Proof(password.get_secret_value()[:256] if password else "", code, step_up)
    if form not in MEDIA or locale not in LANGUAGES:
        raise MissingError(f"{form}, {locale}: there is no such document")
    try:
        certifying.certify(
            hub.room,
            hub.press,
            hub.archive,
            hub.reauthentication,
            asking.principal,
            id,
            number,
            wish=Wish(sha256, form, locale),
            proof=proof,
        )
    except UnknownError:
        return _page(id, number, request, asking, BEGINNING, said=sign_in_again(frame.reader_of(asking)))
    return frame.go(f"{meeting_view.address_of(id)}/versions/{number}/copies", done="added")


@router.get("/{copy}")
def file(id: str, number: int, copy: str, asking: Reading) -> Response:
    """Hand out a certified copy, byte for byte as it was certified."""
    hub = asking.hub
    found, content = certifying.file_of(hub.room, hub.archive, asking.principal, id, copy)
    name = f"certified-copy-{number}-{found.locale}-{found.id[:8]}.{found.format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=MEDIA[found.format], headers=headers)


def _page(id: str, number: int, request: Request, asking: Asking, paging: Asked, *, said: str = "") -> Response:
    room, who, reader = asking.hub.room, asking.principal, frame.reader_of(asking)
    card, version = meeting(room, who, id), editing.version(room, who, id, number)
    base = f"{meeting_view.address_of(id)}/versions/{number}/copies"
    read = certifying.listing_of(room, who, id, number)
    found = onward(of_kind(CertifiedCopy, read, lambda come: come, paging, form=lambda one: one), paging, base)
    return frame.show(
        request,
        asking,
        "copies.html",
        place="meetings",
        meeting=meeting_view.shown(asking, reader, card),
        number=number,
        sha256=version.sha256,
        base=base,
        rows=[
            SimpleNamespace(
                id=one.id, form=one.format.upper(), language=LANGUAGES.get(one.locale, one.locale), sha256=one.sha256,
                name=one.name, organization=one.organization, at=one.at, kb=max(one.size // 1000, 1),
            )
            for one in found.shown
        ],
        **found.pager(),
        can_certify=asking.session is not None and asking.may(Right.MINUTES_SIGN, card.scope),
        forms=[(one, one.upper()) for one in MEDIA],
        languages=list(LANGUAGES.items()),
        language=version.draft.minutes.language,
        said=said,
        status=401 if said else 200,
        **proving(asking, base),
    )  # fmt: skip
