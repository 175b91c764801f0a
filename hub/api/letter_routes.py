"""Dead letters: what could not be processed, looked at, replayed, discarded."""

import base64
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel, Field

from hub.api import etags
from hub.api.asking import Asking, may
from hub.api.etags import Stepping
from hub.api.paging import Page, Paging, gathered
from hub.api.problems import standing
from hub.api.sync_scopes import letter_scope, the_letter
from hub.domain.errors import RefusedError, StandingError
from hub.domain.places import scope_of_system
from hub.domain.policy import Right, Scope
from hub.domain.sync import Letter
from hub.services.sync import letters
from hub.services.sync.steps import again

router = APIRouter(prefix="/dead-letters", tags=["dead letters"])
The = Annotated[Letter, Depends(the_letter)]
State = Literal["dead", "waiting", "replayed", "superseded", "discarded"]


class LetterSeen(BaseModel):
    """Something that was set aside, and why; its bytes are shown apart."""

    id: str
    stage: str
    system: str
    kind: str
    reason: str
    where: str
    attempts: int
    state: str
    at: datetime

    @classmethod
    def of(cls, letter: Letter) -> "LetterSeen":
        """Return the form of a letter."""
        return cls(**{name: getattr(letter, name) for name in cls.model_fields})


class Bytes(BaseModel):
    """A letter as it came, in base64."""

    raw: str
    headers: dict[str, str]


class Outcome(BaseModel):
    """What came of a replay: *done*, or set aside once more."""

    done: bool
    letter: LetterSeen


class GivenUp(BaseModel):
    """Why a letter is not needed."""

    reason: str = Field(min_length=1, max_length=2000, pattern=r"\S")


@router.get("")
def list_letters(
    asking: Annotated[Asking, may(Right.SYNC_READ)],
    paging: Paging,
    state: State = "dead",
    system: str | None = None,
) -> Page[LetterSeen]:
    """List letters, oldest first."""
    ledger = asking.hub.sync.ledger
    agreements = ledger.agreements()

    def seen(found: Sequence[Letter]) -> list[Letter]:
        return [one for one in found if asking.may(Right.SYNC_READ, scope_of_system(one.system, agreements))]

    def read(after: tuple[datetime, str] | None, limit: int) -> list[Letter]:
        return ledger.letters(state=state, system=system, after=after, limit=limit)

    return gathered(read, seen, paging, form=LetterSeen.of)


@router.get("/{id}")
def show(letter: The, _asking: Annotated[Asking, may(Right.SYNC_READ, letter_scope)], response: Response) -> LetterSeen:
    """Show a letter."""
    etags.put(response, version_of(letter))
    return LetterSeen.of(letter)


@router.get("/{id}/bytes")
def show_bytes(
    letter: The,
    asking: Annotated[Asking, may(Right.SYNC_OPERATE, letter_scope)],
    scope: Annotated[Scope, Depends(letter_scope)],
) -> Bytes:
    """Show a letter as it came, to the unblinded alone: nobody knows what it holds."""
    if not asking.may(Right.SYNC_OPERATE, Scope(scope.organizations, scope.study, unblinding=True)):
        raise RefusedError("what could not be read may unblind: this needs an unblinded role")
    return Bytes(raw=base64.b64encode(letter.raw).decode(), headers=dict(letter.headers))


@router.post("/{id}/replay")
def replay(letter: The, asking: Annotated[Asking, may(Right.SYNC_OPERATE, letter_scope)], match: Stepping) -> Outcome:
    """Work a letter off again under its own id."""
    match.check(version_of(letter))
    _open(letter)
    with standing():
        done = again(asking.hub.sync, letter)
    return Outcome(done=done, letter=LetterSeen.of(asking.hub.sync.ledger.letter(letter.id)))


@router.post("/{id}/discard")
def discard(
    letter: The, asking: Annotated[Asking, may(Right.SYNC_OPERATE, letter_scope)], form: GivenUp, match: Stepping
) -> LetterSeen:
    """Give a letter up; it stays on record as discarded."""
    match.check(version_of(letter))
    _open(letter)
    sync, who = asking.hub.sync, asking.principal.actor
    letters.discard(sync.ledger, [letter], person=who, why=form.reason, clock=sync.clock, new_id=sync.new_id)
    return LetterSeen.of(sync.ledger.letter(letter.id))


def version_of(letter: Letter) -> tuple[str, str, int, str]:
    """Return what its entity tag is made of."""
    return letter.id, letter.state, letter.attempts, letter.reason


def _open(letter: Letter) -> None:
    if letter.state not in ("dead", "waiting"):
        raise StandingError(f"the letter is {letter.state} already")
