"""Agreements: proposed by one party, accepted by each, moved on."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from hub.api import etags
from hub.api.asking import Asking, may
from hub.api.etags import Changing
from hub.api.once import Creating
from hub.api.paging import Page, Paging, sliced
from hub.api.problems import standing
from hub.api.sync_scopes import agreement_scope, the_agreement
from hub.connectors.agreement_file import AgreementForm, made
from hub.domain import wire
from hub.domain.agreements import Agreement, Status
from hub.domain.errors import MissingError
from hub.domain.places import scope_of_agreement
from hub.domain.policy import Right, Scope
from hub.services.sync import agreeing

router = APIRouter(prefix="/agreements", tags=["agreements"])
The = Annotated[Agreement, Depends(the_agreement)]


class FieldSeen(BaseModel):
    """Who owns one field, where it differs from its kind."""

    owner: str
    policy: str | None


class KindSeen(BaseModel):
    """What is agreed of one kind of record."""

    kind: str
    owner: str
    policy: str
    deletes: str
    fields: dict[str, FieldSeen]
    only: list[str]
    match: list[str]
    to: list[str]


class AgreementSeen(BaseModel):
    """The newest version of an agreement."""

    id: str
    version: int
    status: Status
    parties: dict[str, list[str]]
    kinds: list[KindSeen]
    studies: list[str]
    proposed_by: str
    accepted_by: dict[str, str]
    changed_at: datetime | None

    @classmethod
    def of(cls, agreement: Agreement) -> "AgreementSeen":
        """Return the form of an agreement."""
        return cls.model_validate(wire.plain(agreement))


class Acceptance(BaseModel):
    """For which party an agreement is accepted."""

    party: str


@router.get("")
def list_agreements(asking: Annotated[Asking, may(Right.SYNC_READ)], paging: Paging) -> Page[AgreementSeen]:
    """List the newest version of each agreement that one's organizations are parties of."""
    found = asking.hub.sync.ledger.agreements()
    seen = [one for one in found if asking.may(Right.SYNC_READ, scope_of_agreement(one))]
    return sliced(seen, paging, form=AgreementSeen.of)


@router.get("/{id}")
def show(
    agreement: The, _asking: Annotated[Asking, may(Right.SYNC_READ, agreement_scope)], response: Response
) -> AgreementSeen:
    """Show an agreement; its ETag goes with every change."""
    etags.put(response, agreement)
    return AgreementSeen.of(agreement)


@router.post("", status_code=201, response_model=AgreementSeen)
def propose(asking: Annotated[Asking, may(Right.AGREEMENTS_PROPOSE)], form: AgreementForm, once: Creating) -> Response:
    """Propose an agreement, or a new version of one, for a party of one's own; each party has to accept it."""
    hub, offered = asking.hub, made(form)
    asking.check(Right.AGREEMENTS_PROPOSE, scope_of_agreement(offered))
    for known in hub.sync.ledger.agreements():
        if known.id == offered.id:
            asking.check(Right.AGREEMENTS_PROPOSE, scope_of_agreement(known))
    ledger, clock, new_id = hub.sync.ledger, hub.sync.clock, hub.sync.new_id
    return once.answer(
        form,
        lambda: AgreementSeen.of(
            agreeing.propose(ledger, offered, person=asking.principal.actor, clock=clock, new_id=new_id)
        ),
        location=lambda seen: f"/api/v1/agreements/{seen.id}",
    )


@router.post("/{id}/accept")
def accept(
    agreement: The,
    asking: Annotated[Asking, may(Right.AGREEMENTS_ACCEPT, agreement_scope)],
    form: Acceptance,
    match: Changing,
    response: Response,
) -> AgreementSeen:
    """Accept an agreement for a party of one's own; with the last one its trial begins."""
    match.check(agreement)
    if form.party not in agreement.parties:
        raise MissingError(f"{form.party}: is no party of {agreement.label}")
    asking.check(Right.AGREEMENTS_ACCEPT, Scope(frozenset({form.party}), scope_of_agreement(agreement).study))
    sync = asking.hub.sync
    with standing():
        after = agreeing.accept(
            sync.ledger,
            agreement.id,
            party=form.party,
            person=asking.principal.actor,
            clock=sync.clock,
            new_id=sync.new_id,
        )
    etags.put(response, after)
    return AgreementSeen.of(after)


@router.post("/{id}/{step}")
def move(
    agreement: The,
    step: Literal["start", "pause", "resume", "end"],
    asking: Annotated[Asking, may(Right.AGREEMENTS_ACCEPT, agreement_scope)],
    match: Changing,
    response: Response,
) -> AgreementSeen:
    """Start an agreement after its trial, pause, resume or end it."""
    match.check(agreement)
    with standing():
        after = agreeing.move(asking.hub.sync, agreement.id, step=step, person=asking.principal.actor)
    etags.put(response, after)
    return AgreementSeen.of(after)
