"""Edits that were not taken: looked at and decided, field by field."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from hub.api import etags
from hub.api.asking import Asking, may
from hub.api.etags import Changing
from hub.api.paging import Page, Paging, gathered
from hub.api.problems import standing
from hub.api.sync_scopes import dispute_scope, scopes_of_disputes, the_dispute
from hub.domain import wire
from hub.domain.policy import Right
from hub.domain.sync import Dispute
from hub.services.sync.resolve import resolve

router = APIRouter(prefix="/conflicts", tags=["conflicts"])
The = Annotated[Dispute, Depends(the_dispute)]
State = Literal["open", "refused", "accepted", "kept", "superseded"]


class ConflictSeen(BaseModel):
    """One field of which a system holds another value than the hub, and nobody has decided yet."""

    id: str
    record_id: str
    kind: str
    system: str
    field: str
    base: Any
    ours: Any
    theirs: Any
    state: str
    reason: str
    agreement: str
    at: datetime

    @classmethod
    def of(cls, dispute: Dispute) -> "ConflictSeen":
        """Return the form of a dispute."""
        return cls.model_validate(wire.plain(dispute))


class Decision(BaseModel):
    """What becomes of a conflict, and why."""

    take: bool = Field(description="True takes the system's value, false keeps ours")
    reason: str = Field(min_length=1, max_length=2000, pattern=r"\S")


@router.get("")
def list_conflicts(
    asking: Annotated[Asking, may(Right.SYNC_READ)], paging: Paging, state: State = "open"
) -> Page[ConflictSeen]:
    """List conflicts, oldest first."""

    def seen(found: Sequence[Dispute]) -> list[Dispute]:
        scopes = scopes_of_disputes(asking.hub, found)
        return [one for one in found if asking.may(Right.SYNC_READ, scopes[one.id])]

    def read(after: tuple[datetime, str] | None, limit: int) -> list[Dispute]:
        return asking.hub.sync.ledger.disputes(state=state, after=after, limit=limit)

    return gathered(read, seen, paging, form=ConflictSeen.of)


@router.get("/{id}")
def show(
    dispute: The, _asking: Annotated[Asking, may(Right.SYNC_READ, dispute_scope)], response: Response
) -> ConflictSeen:
    """Show a conflict."""
    etags.put(response, dispute)
    return ConflictSeen.of(dispute)


@router.post("/{id}/resolution")
def decide(
    dispute: The,
    asking: Annotated[Asking, may(Right.CONFLICTS_RESOLVE, dispute_scope)],
    form: Decision,
    match: Changing,
    response: Response,
) -> ConflictSeen:
    """Decide a conflict, or restore a value that was refused; the value goes out to the systems."""
    match.check(dispute)
    sync, who = asking.hub.sync, asking.principal.actor
    with standing():
        after = resolve(
            sync.ledger,
            dispute.id,
            take=form.take,
            person=who,
            reason=form.reason,
            clock=sync.clock,
            new_id=sync.new_id,
        )
    etags.put(response, after)
    return ConflictSeen.of(after)
