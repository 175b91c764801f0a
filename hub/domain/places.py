"""Whose data a record, an agreement or a dispute is, and what of it would unblind."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hub.domain.agreements import Agreement
from hub.domain.policy import Scope
from hub.domain.sync import Record

_UNBLINDING = re.compile(
    r"(^|_)(arm|arm_code|treatment|treatment_\w+|randomi[sz]ation\w*|allocation\w*|kit|kit_\w+|unblind\w*)$"
)
HUB_ITSELF = Scope(frozenset())
"""What is of no organization: the hub as a whole."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A record with the *systems* that hold it and the protocol number of its study."""

    record: Record
    systems: frozenset[str]
    protocol: str | None


def unblinding(field: str) -> bool:
    """Tell whether a field of this name says, or lets one guess, which treatment a subject gets."""
    return _UNBLINDING.search(field) is not None


def scope_of_agreement(agreement: Agreement) -> Scope:
    """Return the scope of an agreement: its parties, and its study where it is about one."""
    study = agreement.studies[0] if len(agreement.studies) == 1 else None
    return Scope(frozenset(agreement.parties), study)


def scope_of_record(placed: Placed, agreements: Iterable[Agreement]) -> Scope:
    """Return the scope of a record: the parties of the agreements under which it flows."""
    organizations = {
        party
        for one in agreements
        if one.rule(placed.record.kind) is not None
        and (not one.studies or placed.protocol in one.studies)
        and one.systems & placed.systems
        for party in one.parties
    }
    return Scope(frozenset(organizations), placed.protocol)


def scope_of_system(system: str, agreements: Iterable[Agreement]) -> Scope:
    """Return the scope of what came from a system or goes to it as it is: the parties whose system it is."""
    return Scope(frozenset(party for one in agreements for party, names in one.parties.items() if system in names))


def shown(fields: Mapping[str, Any], *, unblinded: bool) -> dict[str, Any]:
    """Return the fields that a reader may see."""
    return {name: value for name, value in fields.items() if unblinded or not unblinding(name)}
