"""The register of a study: agreements, duties delegated and retained, sub-contractors, processings of personal data."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from hub.api.asking import Asking, may
from hub.api.etags import Stepping, Versioned, etag
from hub.api.once import Creating
from hub.api.overseen import overseen
from hub.api.oversight_scopes import Id, entry_scope
from hub.api.paging import Page, Paging
from hub.domain import wire
from hub.domain.oversight import RegisterEntry, RegisterKind
from hub.domain.policy import Right
from hub.services.oversight import register
from hub.services.oversight.register import Noting

router = APIRouter(prefix="/register", tags=["register"])
Managing = Annotated[Asking, may(Right.OVERSIGHT_MANAGE, entry_scope)]
Text = Annotated[str, Field(min_length=1, max_length=400, pattern=r"\S")]


class RegisterForm(BaseModel):
    """What the parties have agreed on. *holder* answers for it, *by* does it, *reference* says where the paper lies.

    *organizations* see it beside one's own where the study has no meeting of its parties yet.
    """

    study: Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
    kind: RegisterKind
    name: Text
    holder: Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
    by: Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
    reference: Text
    since: date
    until: date | None = None
    details: Annotated[str, Field(max_length=4000)] = ""
    organizations: Annotated[list[Annotated[str, Field(max_length=200)]], Field(max_length=20)] = []


class RegisterEndForm(BaseModel):
    """Why it ends."""

    reason: Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")]


class RegisterSeen(Versioned):
    """A line of the register; *stands* says whether it is in force today: confirmed by another party, not over."""

    id: str
    study: str
    organizations: list[str]
    kind: RegisterKind
    name: str
    holder: str
    by: str
    reference: str
    since: date
    until: date | None
    details: str
    noted_by: str
    noted_for: str
    noted_at: datetime
    confirmed_by: str
    confirmed_at: datetime | None
    ended_by: str
    ended_at: datetime | None
    why_ended: str
    stands: bool

    @classmethod
    def of(cls, found: RegisterEntry, today: date) -> "RegisterSeen":
        """Return the form of a line."""
        return cls.model_validate(wire.plain(found) | {"stands": found.stands(today), "etag": etag(found)})


@router.get("")
def entries(
    asking: Annotated[Asking, may(Right.OVERSIGHT_READ)],
    paging: Paging,
    study: Annotated[str | None, Query(max_length=200, description="Only of this protocol number")] = None,
) -> Page[RegisterSeen]:
    """List what is noted in the register, the newest first."""
    today = asking.at.date()
    where = {} if study is None else {"study": study}
    return overseen(
        asking, RegisterEntry, Right.OVERSIGHT_READ, paging, form=lambda one: RegisterSeen.of(one, today), **where
    )


@router.post("", status_code=201, response_model=RegisterSeen)
def note(asking: Annotated[Asking, may(Right.OVERSIGHT_MANAGE)], form: RegisterForm, once: Creating) -> Response:
    """Note an agreement, a duty, a sub-contractor or a processing; it stands once another party has confirmed it."""
    told = Noting(**form.model_dump(exclude={"organizations"}), organizations=tuple(form.organizations))
    today = asking.at.date()
    return once.answer(form, lambda: RegisterSeen.of(register.note(asking.hub.room, asking.principal, told), today))


@router.post("/{id}/confirm")
def confirm(id: Id, asking: Managing, match: Stepping) -> RegisterSeen:
    """Confirm a line that another party has noted."""
    match.check_kept(asking.hub.room.shelf, RegisterEntry, id)
    return RegisterSeen.of(register.confirm(asking.hub.room, asking.principal, id), asking.at.date())


@router.post("/{id}/end")
def end(id: Id, asking: Managing, form: RegisterEndForm, match: Stepping) -> RegisterSeen:
    """End a line; it stays to be read."""
    match.check_kept(asking.hub.room.shelf, RegisterEntry, id)
    return RegisterSeen.of(register.end(asking.hub.room, asking.principal, id, reason=form.reason), asking.at.date())
