"""Requests of persons about their own data: told, erased where no rule keeps it, answered within a month."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from hub.api import etags
from hub.api.asking import Asking, may
from hub.api.etags import Changing, Stepping
from hub.api.once import Creating
from hub.api.overseen import overseen
from hub.api.oversight_scopes import Id, request_scope, the_request
from hub.api.paging import Page, Paging
from hub.domain import wire
from hub.domain.personal import PersonalRequest, Wish
from hub.domain.policy import Right
from hub.services.oversight import personal
from hub.services.oversight.personal import Asked

router = APIRouter(prefix="/personal-requests", tags=["personal data"])
The = Annotated[PersonalRequest, Depends(the_request)]
Managing = Annotated[Asking, may(Right.USERS_MANAGE, request_scope)]


class PersonalRequestForm(BaseModel):
    """What somebody asks about their own data; *organization* answers, one's own where it is empty."""

    email: Annotated[str, Field(min_length=3, max_length=254, pattern="^[^@\\s]+@[^@\\s]+$")]
    wish: Wish
    received_on: date
    organization: Annotated[str, Field(max_length=200)] = ""


class PersonalAnswerForm(BaseModel):
    """What the person was answered; with *refused*, why the wish was not met."""

    answer: Annotated[str, Field(min_length=1, max_length=4000, pattern=r"\S")]
    refused: bool = False


class OutcomeSeen(BaseModel):
    """What became of one class of data: *done* is erased or kept, *why* names the rule that keeps it."""

    what: str
    count: int
    done: str
    why: str


class PersonalRequestSeen(BaseModel):
    """A request; an answer is due by *due_on*."""

    id: str
    organization: str
    email: str
    wish: Wish
    received_on: date
    due_on: date
    noted_by: str
    noted_at: datetime
    state: str
    outcomes: list[OutcomeSeen]
    answer: str
    answered_by: str
    answered_at: datetime | None

    @classmethod
    def of(cls, found: PersonalRequest) -> "PersonalRequestSeen":
        """Return the form of a request."""
        return cls.model_validate(wire.plain(found) | {"due_on": found.due_on})


@router.get("")
def list_requests(
    asking: Annotated[Asking, may(Right.USERS_MANAGE)],
    paging: Paging,
    state: Literal["open", "answered", "refused"] | None = None,
) -> Page[PersonalRequestSeen]:
    """List requests, the one that was noted last first."""
    where = {} if state is None else {"state": state}
    return overseen(asking, PersonalRequest, Right.USERS_MANAGE, paging, form=PersonalRequestSeen.of, **where)


@router.post("", status_code=201, response_model=PersonalRequestSeen)
def note(asking: Annotated[Asking, may(Right.USERS_MANAGE)], form: PersonalRequestForm, once: Creating) -> Response:
    """Note a request."""
    told = Asked(form.email, form.wish, form.received_on, form.organization)
    return once.answer(
        form,
        lambda: PersonalRequestSeen.of(personal.note(asking.hub.room, asking.principal, told)),
        location=lambda seen: f"/api/v1/personal-requests/{seen.id}",
    )


@router.get("/{id}")
def show(found: The, _asking: Managing, response: Response) -> PersonalRequestSeen:
    """Show a request."""
    etags.put(response, (found.id, found.revision))
    return PersonalRequestSeen.of(found)


@router.get("/{id}/data")
def data(id: Id, asking: Managing) -> dict[str, list[Any]]:
    """Return all that the hub holds of the person, by class; that it was handed out is in the trail."""
    return personal.data(asking.hub.places, asking.principal, id)


@router.post("/{id}/erase")
def erase(found: The, asking: Managing, match: Stepping) -> PersonalRequestSeen:
    """Erase what no rule keeps; the classes that stay are named with the rule that keeps them."""
    match.check((found.id, found.revision))
    return PersonalRequestSeen.of(personal.erase(asking.hub.places, asking.principal, found.id))


@router.post("/{id}/answer")
def answer(found: The, asking: Managing, form: PersonalAnswerForm, match: Changing) -> PersonalRequestSeen:
    """Note what the person was answered; the request is closed."""
    match.check((found.id, found.revision))
    room, principal = asking.hub.room, asking.principal
    after = personal.answer(room, principal, found.id, text=form.answer, refused=form.refused, revision=found.revision)
    return PersonalRequestSeen.of(after)
