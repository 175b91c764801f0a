"""Whose what the paths of the sync's routes name is: dependencies for `may`."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Depends, Path

from hub.api.asking import TheHub
from hub.bootstrap import Hub
from hub.domain.agreements import Agreement
from hub.domain.errors import MissingError, UsageError
from hub.domain.identity import Candidate
from hub.domain.places import HUB_ITSELF, Placed, scope_of_agreement, scope_of_record, scope_of_system
from hub.domain.policy import Scope
from hub.domain.sync import Dispute, Letter

Id = Annotated[str, Path(max_length=200)]


def the_agreement(id: Id, hub: TheHub) -> Agreement:
    """Return the newest version of the agreement of the path."""
    found = next((one for one in hub.sync.ledger.agreements() if one.id == id), None)
    if found is None:
        raise MissingError("there is no such thing")
    return found


def agreement_scope(agreement: Annotated[Agreement, Depends(the_agreement)]) -> Scope:
    """Return whose the agreement of the path is."""
    return scope_of_agreement(agreement)


def the_dispute(id: Id, hub: TheHub) -> Dispute:
    """Return the dispute of the path."""
    try:
        return hub.sync.ledger.dispute(id)
    except UsageError as error:
        raise MissingError("there is no such thing") from error


def dispute_scope(dispute: Annotated[Dispute, Depends(the_dispute)], hub: TheHub) -> Scope:
    """Return whose the dispute of the path is."""
    return scopes_of_disputes(hub, [dispute])[dispute.id]


def scopes_of_disputes(hub: Hub, disputes: Sequence[Dispute]) -> dict[str, Scope]:
    """Return whose disputes are: of the parties of their agreement, in the study of their record."""
    agreements = {one.id: one for one in hub.sync.ledger.agreements()}
    studies = hub.browser.protocols(sorted({one.record_id for one in disputes}))
    found, blinding = {}, hub.blinding()
    for one in disputes:
        agreement, study = agreements.get(one.agreement.rpartition("@")[0]), studies.get(one.record_id)
        parties = frozenset(agreement.parties) if agreement else frozenset[str]()
        found[one.id] = Scope(parties, study, blinding.hides(one.field, kind=one.kind, study=study))
    return found


def the_letter(id: Id, hub: TheHub) -> Letter:
    """Return the letter of the path."""
    try:
        return hub.sync.ledger.letter(id)
    except UsageError as error:
        raise MissingError("there is no such thing") from error


def letter_scope(letter: Annotated[Letter, Depends(the_letter)], hub: TheHub) -> Scope:
    """Return whose the letter of the path is: the party's whose system sent it or was to have it."""
    return scope_of_system(letter.system, hub.sync.ledger.agreements())


def the_record(id: Id, hub: TheHub) -> Placed:
    """Return the record of the path."""
    found = hub.browser.placed([id]).get(id)
    if found is None:
        raise MissingError("there is no such thing")
    return found


def record_scope(placed: Annotated[Placed, Depends(the_record)], hub: TheHub) -> Scope:
    """Return whose the record of the path is."""
    return scope_of_record(placed, hub.sync.ledger.agreements())


def the_candidate(id: Id, hub: TheHub) -> Candidate:
    """Return the candidate of the path."""
    try:
        return hub.sync.identities.candidate(id)
    except UsageError as error:
        raise MissingError("there is no such thing") from error


def candidate_scope(candidate: Annotated[Candidate, Depends(the_candidate)], hub: TheHub) -> Scope:
    """Return whose the candidate of the path is."""
    return scopes_of_candidates(hub, [candidate])[candidate.id]


def scopes_of_candidates(hub: Hub, candidates: Sequence[Candidate]) -> dict[str, Scope]:
    """Return whose candidates are: of the parties to both records, in their study where both are of one."""
    agreements = hub.sync.ledger.agreements()
    placed = hub.browser.placed(sorted({record for one in candidates for record in (one.one, one.other)}))
    known = {record: scope_of_record(one, agreements) for record, one in placed.items()}
    return {one.id: shared(known.get(one.one), known.get(one.other)) for one in candidates}


def shared(one: Scope | None, other: Scope | None) -> Scope:
    """Return the scope that reaches nobody who may not see both: a record that is unknown is of the hub as a whole."""
    if one is None or other is None:
        return HUB_ITSELF
    study = one.study if one.study == other.study else None
    return Scope(one.organizations & other.organizations, study)
