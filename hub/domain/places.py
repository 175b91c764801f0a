"""Whose data a record, an agreement or a dispute is."""

from collections.abc import Iterable
from dataclasses import dataclass

from hub.domain.agreements import Agreement
from hub.domain.policy import Scope
from hub.domain.sync import Record

HUB_ITSELF = Scope(frozenset())
"""What is of no organization: the hub as a whole."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A record with the *systems* that hold it and the protocol number of its study."""

    record: Record
    systems: frozenset[str]
    protocol: str | None


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
