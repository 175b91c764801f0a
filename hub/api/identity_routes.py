"""Which records are one thing: pairs that may be, decided by a person; merges and splits."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from hub.api import etags
from hub.api.asking import Asking, may
from hub.api.etags import Changing
from hub.api.once import Creating
from hub.api.paging import Page, Paging, sliced
from hub.api.problems import standing
from hub.api.record_routes import version_of
from hub.api.sync_scopes import (
    candidate_scope,
    record_scope,
    scopes_of_candidates,
    the_candidate,
    the_record,
)
from hub.domain import wire
from hub.domain.identity import Candidate, Turn
from hub.domain.places import Placed, scope_of_record
from hub.domain.policy import Right
from hub.services.sync import candidates
from hub.services.sync.merging import Held, merge
from hub.services.sync.splitting import split

router = APIRouter(tags=["identities"])
The = Annotated[Candidate, Depends(the_candidate)]
State = Literal["proposed", "confirmed", "rejected"]
Why = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")]
Id = Annotated[str, Field(min_length=1, max_length=200)]


class CandidateSeen(BaseModel):
    """Two records that may be one thing, why they look alike, and what a person said of it."""

    id: str
    kind: str
    one: str
    other: str
    reason: str
    state: State
    at: datetime
    person: str
    why: str

    @classmethod
    def of(cls, candidate: Candidate) -> "CandidateSeen":
        """Return the form of a candidate."""
        return cls.model_validate(wire.plain(candidate))


class HeldForm(BaseModel):
    """What a system holds, by its own id."""

    system: Annotated[str, Field(min_length=1, max_length=100)]
    id: Id

    def held(self) -> Held:
        """Return it as the services name it."""
        return (self.system, self.id)


class SameForm(BaseModel):
    """Why the two are one. *keep* goes on; *use* says of a system that holds both which goes on there."""

    reason: Why
    keep: Annotated[str | None, Field(max_length=200, description="The first of the two where not given")] = None
    use: Annotated[list[HeldForm], Field(max_length=50)] = []


class OtherForm(BaseModel):
    """Why the two are not one."""

    reason: Why


class MergeForm(BaseModel):
    """The record that goes into the one of the path, and why."""

    gone: Id
    reason: Why
    use: Annotated[list[HeldForm], Field(max_length=50)] = []


class SplitForm(BaseModel):
    """What of the record of the path goes into one of its own, and why."""

    off: Annotated[list[HeldForm], Field(min_length=1, max_length=50)]
    reason: Why


class TurnSeen(BaseModel):
    """A merge or split. *doubles* (system, id) are held twice there now and have to be deleted there."""

    id: str
    action: str
    kind: str
    kept: str
    other: str
    person: str
    why: str
    at: datetime
    moved: list[tuple[str, str]]
    doubles: list[tuple[str, str]]
    followed: list[tuple[str, str]]

    @classmethod
    def of(cls, turn: Turn) -> "TurnSeen":
        """Return the form of a turn."""
        return cls.model_validate({name: wire.plain(getattr(turn, name)) for name in cls.model_fields})


class IdentitySeen(BaseModel):
    """By which id each system holds a record, and its merges and splits, newest first."""

    record: str
    merged_into: str | None
    held: dict[str, str]
    turns: list[TurnSeen]


@router.get("/identities")
def list_candidates(
    asking: Annotated[Asking, may(Right.SYNC_READ)], paging: Paging, state: State = "proposed"
) -> Page[CandidateSeen]:
    """List pairs of records that may be one thing, oldest first: those of which one may see both."""
    found = asking.hub.sync.identities.candidates(state=state, limit=10_000)
    scopes = scopes_of_candidates(asking.hub, found)
    mine = [one for one in found if asking.may(Right.SYNC_READ, scopes[one.id])]
    return sliced(mine, paging, form=CandidateSeen.of)


@router.get("/identities/{id}")
def show(
    candidate: The, _asking: Annotated[Asking, may(Right.SYNC_READ, candidate_scope)], response: Response
) -> CandidateSeen:
    """Show a pair."""
    etags.put(response, candidate)
    return CandidateSeen.of(candidate)


@router.post("/identities/{id}/confirm")
def confirm(
    candidate: The,
    asking: Annotated[Asking, may(Right.CONFLICTS_RESOLVE, candidate_scope)],
    form: SameForm,
    match: Changing,
) -> TurnSeen:
    """Say that the two are one: they are merged, and what refers to them follows."""
    match.check(candidate)
    use, who = [one.held() for one in form.use], asking.principal.actor
    with standing():
        done = candidates.confirm(asking.hub.sync, candidate.id, person=who, why=form.reason, keep=form.keep, use=use)
    return TurnSeen.of(done)


@router.post("/identities/{id}/reject")
def reject(
    candidate: The,
    asking: Annotated[Asking, may(Right.CONFLICTS_RESOLVE, candidate_scope)],
    form: OtherForm,
    match: Changing,
    response: Response,
) -> CandidateSeen:
    """Say that the two are not one; they are not proposed again."""
    match.check(candidate)
    with standing():
        after = candidates.reject(asking.hub.sync, candidate.id, person=asking.principal.actor, why=form.reason)
    etags.put(response, after)
    return CandidateSeen.of(after)


@router.get("/records/{id}/identity")
def identity(
    placed: Annotated[Placed, Depends(the_record)], asking: Annotated[Asking, may(Right.SYNC_READ, record_scope)]
) -> IdentitySeen:
    """Show by which id each system holds a record, and what became of it."""
    sync = asking.hub.sync
    found, held = candidates.holders(sync, placed.record.id)
    turns = sync.identities.turns(record=found.id)
    return IdentitySeen(
        record=found.id, merged_into=found.merged_into, held=held, turns=[TurnSeen.of(one) for one in turns]
    )


@router.post("/records/{id}/merges", status_code=201, response_model=TurnSeen)
def join(
    placed: Annotated[Placed, Depends(the_record)],
    asking: Annotated[Asking, may(Right.CONFLICTS_RESOLVE, record_scope)],
    form: MergeForm,
    match: Changing,
    once: Creating,
) -> Response:
    """Make another record one with the one of the path, which goes on."""
    other = the_record(form.gone, asking.hub)
    asking.check(Right.CONFLICTS_RESOLVE, scope_of_record(other, asking.hub.sync.ledger.agreements()))
    use, who = [one.held() for one in form.use], asking.principal.actor

    def made() -> TurnSeen:
        match.check(version_of(placed.record))
        with standing():
            return TurnSeen.of(
                merge(asking.hub.sync, placed.record.id, form.gone, person=who, why=form.reason, use=use)
            )

    return once.answer(form, made)


@router.post("/records/{id}/splits", status_code=201, response_model=TurnSeen)
def part(
    placed: Annotated[Placed, Depends(the_record)],
    asking: Annotated[Asking, may(Right.CONFLICTS_RESOLVE, record_scope)],
    form: SplitForm,
    match: Changing,
    once: Creating,
) -> Response:
    """Take what systems hold out of a record, as after a merge that was wrong."""
    off, who = [one.held() for one in form.off], asking.principal.actor

    def made() -> TurnSeen:
        match.check(version_of(placed.record))
        with standing():
            return TurnSeen.of(split(asking.hub.sync, placed.record.id, off, person=who, why=form.reason))

    return once.answer(form, made)
