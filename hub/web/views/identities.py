"""Which records are one thing: pairs to decide on, and what of a record each system holds."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Query, Request, Response

from hub.api.asking import Asking, may
from hub.api.sync_scopes import candidate_scope, record_scope, scopes_of_candidates, the_candidate, the_record
from hub.domain import wire
from hub.domain.errors import MissingError, UsageError
from hub.domain.identity import Candidate, Turn
from hub.domain.places import HUB_ITSELF, Placed, scope_of_record
from hub.domain.policy import Right, Scope
from hub.ports import Wording
from hub.services.kept_jobs import LIKENESS
from hub.services.sync import candidates
from hub.services.sync.merging import merge
from hub.services.sync.splitting import split
from hub.web import frame, names
from hub.web.shown import Shown, with_tags

router = APIRouter(prefix="/sync", include_in_schema=False)
Seeing = Annotated[Asking, may(Right.SYNC_READ)]
SeeingPair = Annotated[Asking, may(Right.SYNC_READ, candidate_scope)]
DecidingPair = Annotated[Asking, may(Right.CONFLICTS_RESOLVE, candidate_scope)]
SeeingRecord = Annotated[Asking, may(Right.SYNC_READ, record_scope)]
DecidingRecord = Annotated[Asking, may(Right.CONFLICTS_RESOLVE, record_scope)]
The = Annotated[Candidate, Depends(the_candidate)]
OfRecord = Annotated[Placed, Depends(the_record)]
Text = Annotated[str, Form(max_length=500)]
_STATES = ("proposed", "confirmed", "rejected")
_PAIRS = 200


@router.get("/identities")
def listed(
    request: Request, asking: Seeing, state: Annotated[str, Query(pattern="^(proposed|confirmed|rejected)?$")] = ""
) -> Response:
    """List pairs of records that may be one thing."""
    words, wanted = frame.reader_of(asking).words, state or _STATES[0]
    found = asking.hub.sync.identities.candidates(state=wanted)
    scopes = scopes_of_candidates(asking.hub, found)
    mine = [one for one in found if asking.may(Right.SYNC_READ, scopes[one.id])][:_PAIRS]
    placed = asking.hub.browser.placed(sorted({record for one in mine for record in (one.one, one.other)}))
    eyes = _Eyes(asking)
    return frame.show(
        request,
        asking,
        "identities.html",
        place="sync",
        state=wanted,
        states=[(one, pair_states(words)[one]) for one in _STATES],
        rows=[_pair(words, eyes, one, placed) for one in mine],
        can_look=asking.may(Right.SYNC_OPERATE, HUB_ITSELF),
    )


@router.post("/identities")
def look(asking: Annotated[Asking, may(Right.SYNC_OPERATE)]) -> Response:
    """Have the records looked through for pairs."""
    asking.check(Right.SYNC_OPERATE, HUB_ITSELF)
    argument = {"person": asking.principal.actor}
    asking.hub.jobs.submit(LIKENESS, argument, by=asking.principal, scope=HUB_ITSELF)
    return frame.go("/sync/identities", done="asked")


@router.get("/identities/{id}")
def pair(candidate: The, request: Request, asking: SeeingPair) -> Response:
    """Show two records side by side."""
    words, placed = frame.reader_of(asking).words, asking.hub.browser.placed([candidate.one, candidate.other])
    sides = [_side(asking, placed[one]) for one in (candidate.one, candidate.other) if one in placed]
    every = dict.fromkeys(name for side in sides for name in side.fields)
    scope = scopes_of_candidates(asking.hub, [candidate])[candidate.id]
    return frame.show(
        request,
        asking,
        "identity.html",
        place="sync",
        pair=with_tags([_pair(words, _Eyes(asking), candidate, placed)], [candidate])[0],
        sides=sides,
        rows=[(names.field(words, name), [side.fields.get(name, "–") for side in sides]) for name in every],
        can_decide=candidate.state == "proposed" and asking.may(Right.CONFLICTS_RESOLVE, scope),
    )


@router.post("/identities/{id}")
def decide(candidate: The, asking: DecidingPair, do: Text, reason: Text, shown: Shown, keep: Text = "") -> Response:
    """Say that the two are one, or that they are not."""
    shown.check(candidate)
    sync, person = asking.hub.sync, asking.principal.actor
    if do == "confirm":
        candidates.confirm(sync, candidate.id, person=person, why=reason, keep=keep or None)
    elif do == "reject":
        candidates.reject(sync, candidate.id, person=person, why=reason)
    else:
        raise UsageError(f"{do}: is nothing that can be done with a pair")
    return frame.go("/sync/identities", done="decided")


@router.get("/records/{id}")
def record(placed: OfRecord, request: Request, asking: SeeingRecord) -> Response:
    """Show a record: its values, by which id each system holds it, and its merges and splits."""
    words, sync = frame.reader_of(asking).words, asking.hub.sync
    found, held = candidates.holders(sync, placed.record.id)
    scope, eyes = scope_of_record(placed, sync.ledger.agreements()), _Eyes(asking)
    return frame.show(
        request,
        asking,
        "record.html",
        place="sync",
        kind=names.kind(words, found.kind),
        id=found.id,
        name=_name(eyes, placed, found.id),
        base=f"/sync/records/{frame.part(found.id)}",
        merged_into=found.merged_into,
        values=[(names.field(words, name), value) for name, value in _values(eyes, placed).items()],
        held=list(held.items()),
        turns=[_turn(words, one) for one in sync.identities.turns(record=found.id)],
        can_decide=found.merged_into is None and asking.may(Right.CONFLICTS_RESOLVE, scope),
    )


@router.post("/records/{id}/merge")
def join(placed: OfRecord, asking: DecidingRecord, gone: Text, reason: Text) -> Response:
    """Make another record one with this one."""
    other = asking.hub.browser.placed([gone.strip()]).get(gone.strip())
    if other is None:
        raise MissingError("there is no such record")
    asking.check(Right.CONFLICTS_RESOLVE, scope_of_record(other, asking.hub.sync.ledger.agreements()))
    merge(asking.hub.sync, placed.record.id, other.record.id, person=asking.principal.actor, why=reason)
    return frame.go(f"/sync/records/{frame.part(placed.record.id)}", done="decided")


@router.post("/records/{id}/split")
def part(
    placed: OfRecord,
    asking: DecidingRecord,
    reason: Text,
    off: Annotated[list[str] | None, Form(max_length=300)] = None,
) -> Response:
    """Take what systems hold out of this record."""
    told = [one.partition(" ") for one in off or ()]
    held = [(system, there) for system, _, there in told if there]
    if not held:
        raise UsageError("choose what goes into a record of its own")
    split(asking.hub.sync, placed.record.id, held, person=asking.principal.actor, why=reason)
    return frame.go(f"/sync/records/{frame.part(placed.record.id)}", done="decided")


def pair_states(words: Wording) -> dict[str, str]:
    """Return what may be said of a pair, in words."""
    return {
        "proposed": words.text("open"),
        "confirmed": words.text("They are one"),
        "rejected": words.text("They are two"),
    }


class _Eyes:
    """What the reader of a page may see of records."""

    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._agreements = asking.hub.sync.ledger.agreements()
        self._blinding = asking.hub.blinding()

    def shown(self, placed: Placed) -> dict[str, Any]:
        """Return the fields of a record that the reader may see."""
        scope = scope_of_record(placed, self._agreements)
        unblinded = self._asking.may(Right.RECORDS_READ, Scope(scope.organizations, scope.study, unblinding=True))
        record = placed.record
        return self._blinding.shown(record.fields, kind=record.kind, study=placed.protocol, unblinded=unblinded)


def _pair(words: Wording, eyes: _Eyes, one: Candidate, placed: Mapping[str, Placed]) -> SimpleNamespace:
    return SimpleNamespace(
        id=one.id, kind=names.kind(words, one.kind), at=one.at, state=pair_states(words).get(one.state, one.state),
        alike=names.alike(words, one.reason), person=one.person, why=one.why,
        records=[(record, _name(eyes, placed.get(record), record)) for record in (one.one, one.other)],
    )  # fmt: skip


def _side(asking: Asking, placed: Placed) -> SimpleNamespace:
    eyes = _Eyes(asking)
    _, held = candidates.holders(asking.hub.sync, placed.record.id)
    return SimpleNamespace(
        id=placed.record.id, name=_name(eyes, placed, placed.record.id), fields=_values(eyes, placed),
        held=[f"{system}: {there}" for system, there in held.items()],
    )  # fmt: skip


def _values(eyes: _Eyes, placed: Placed) -> dict[str, str]:
    return {name: _value(value) for name, value in eyes.shown(placed).items()}


def _name(eyes: _Eyes, placed: Placed | None, id: str) -> str:
    """Return how people call a record, its id where nothing in it is a name."""
    fields = eyes.shown(placed) if placed else {}
    told = [str(fields[name]) for name in ("protocol_number", "number", "title", "name", "code") if fields.get(name)]
    return " · ".join(told) or id[:12]


def _turn(words: Wording, one: Turn) -> SimpleNamespace:
    actions = {"merge": words.text("Merge"), "split": words.text("Split")}
    return SimpleNamespace(
        action=actions.get(one.action, one.action), other=one.other, kept=one.kept, person=one.person, why=one.why,
        at=one.at, doubles=[f"{system}: {there}" for system, there in one.doubles],
    )  # fmt: skip


def _value(value: Any) -> str:
    return "–" if value is None else value if isinstance(value, str) else wire.dumps(value)
