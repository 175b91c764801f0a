"""Requests of persons about their own data: noted, told, erased where no rule keeps it, answered in time."""

from datetime import date
from types import SimpleNamespace
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from hub.api.asking import Asking, may
from hub.api.etags import etag
from hub.api.overseen import overseen
from hub.api.paging import Paging
from hub.domain import wire
from hub.domain.errors import UsageError
from hub.domain.personal import PersonalRequest, Wish
from hub.domain.policy import Right
from hub.ports import Wording
from hub.services.oversight import personal
from hub.services.oversight.personal import Asked
from hub.web import frame
from hub.web.paged import onward
from hub.web.reader import Reader
from hub.web.shown import Shown
from hub.web.views.system import administration

router = APIRouter(prefix="/administration/personal", include_in_schema=False)
Managing = Annotated[Asking, may(Right.USERS_MANAGE)]
Short = Annotated[str, Form(max_length=300)]
Text = Annotated[str, Form(max_length=4000)]


@router.get("")
def every(request: Request, asking: Managing, paging: Paging) -> Response:
    """List requests, with the form to note one."""
    reader = frame.reader_of(asking)
    page = overseen(asking, PersonalRequest, Right.USERS_MANAGE, paging, form=lambda one: one)
    found = onward(page, paging, "/administration/personal")
    return administration(
        request,
        asking,
        "personal.html",
        "personal",
        rows=[_shown(reader, one) for one in found.shown],
        **found.pager(),
        wishes=[(str(one), said) for one, said in wishes(reader.words).items()],
        today=reader.local(asking.at).date().isoformat(),
    )


@router.post("")
def note(asking: Managing, email: Short, wish: Short, received_on: Short) -> Response:
    """Note a request."""
    if wish not in set(Wish):
        raise UsageError(f"{wish}: is no wish", field="wish")
    try:
        told = Asked(email, Wish(wish), date.fromisoformat(received_on))
    except ValueError as error:
        raise UsageError(f"{received_on}: is no day", field="received_on") from error
    made = personal.note(asking.hub.room, asking.principal, told)
    return frame.go(f"/administration/personal/{frame.part(made.id)}", done="added")


@router.get("/{id}")
def one(id: str, request: Request, asking: Managing) -> Response:
    """Show a request, and what came of it."""
    found = personal.request(asking.hub.room, asking.principal, id)
    return administration(
        request,
        asking,
        "personal_request.html",
        "personal",
        one=_shown(frame.reader_of(asking), found),
        outcomes=found.outcomes,
        answer=found.answer,
        revision=found.revision,
        tag=etag(found),
        can_erase=found.state == "open" and found.wish is Wish.ERASURE,
        base=f"/administration/personal/{frame.part(id)}",
    )


@router.get("/{id}/data")
def data(id: str, asking: Managing) -> Response:
    """Send all that the hub holds of the person as a file."""
    held = personal.data(asking.hub.places, asking.principal, id)
    headers = {"Content-Disposition": 'attachment; filename="personal-data.json"'}
    return Response(wire.dumps(held, indent=1), media_type="application/json", headers=headers)


@router.post("/{id}/erase")
def erase(id: str, asking: Managing, shown: Shown) -> Response:
    """Erase what no rule keeps."""
    shown.check(personal.request(asking.hub.room, asking.principal, id))
    personal.erase(asking.hub.places, asking.principal, id)
    return frame.go(f"/administration/personal/{frame.part(id)}", done="decided")


@router.post("/{id}/answer")
def answer(id: str, asking: Managing, text: Text, do: Short, revision: Annotated[int, Form(ge=0)]) -> Response:
    """Note what the person was answered."""
    room, principal = asking.hub.room, asking.principal
    personal.answer(room, principal, id, text=text, refused=do == "refuse", revision=revision)
    return frame.go(f"/administration/personal/{frame.part(id)}", done="saved")


def wishes(words: Wording) -> dict[Wish, str]:
    """Return what may be asked for, in words."""
    return {
        Wish.ACCESS: words.text("to be told what is held"),
        Wish.ERASURE: words.text("to be erased"),
        Wish.RECTIFICATION: words.text("to be put right"),
        Wish.RESTRICTION: words.text("not to be used meanwhile"),
        Wish.OBJECTION: words.text("objects to its use"),
    }


def _shown(reader: Reader, one: PersonalRequest) -> SimpleNamespace:
    words, today = reader.words, reader.local(reader.at).date()
    states = {"open": words.text("open"), "answered": words.text("answered"), "refused": words.text("refused")}
    late = one.state == "open" and one.due_on < today
    state, tone = (words.text("late"), "bad") if late else (states[one.state], "warn" if one.state == "open" else "")
    return SimpleNamespace(
        address=f"/administration/personal/{frame.part(one.id)}", email=one.email, wish=wishes(words)[one.wish],
        received_on=one.received_on, due_on=one.due_on, by=one.noted_by, open=one.state == "open",
        state=state, tone=tone, answered_by=one.answered_by, answered_at=one.answered_at, organization=one.organization,
    )  # fmt: skip
