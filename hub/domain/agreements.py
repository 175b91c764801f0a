"""Sync agreements: which party's system is the record for which field, and what becomes of an edit from elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from hub.domain.errors import UsageError

HUB = "hub"
"""The hub as a system: it may own what is made in it, such as the actions of approved minutes."""


class Policy(StrEnum):
    """What happens to an edit from a system that does not own the field."""

    OWNER_WINS = "owner_wins"
    """Refused: the owner's value is written back; the refused one is kept and can be restored."""
    REVIEW = "review"
    """A person decides; until then neither side is overwritten."""
    TAKE = "take"
    """Taken, unless both sides edited: then the owner's stands."""
    NEWEST = "newest"
    """Taken, unless both sides edited: then the later by the systems' own clocks stands."""


class Status(StrEnum):
    """Where an agreement stands; data is written only while it is active."""

    PROPOSED = "proposed"
    TRIAL = "trial"
    """Accepted by both: systems are read and compared, nothing is written."""
    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class Deletes(StrEnum):
    """What a deletion by the system of record does."""

    SOFT = "soft"
    IGNORE = "ignore"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class FieldRule:
    """Who owns one field, where it differs from its kind."""

    owner: str
    policy: Policy | None = None


@dataclass(frozen=True, slots=True)
class KindRule:
    """What is agreed of one kind of record."""

    kind: str
    owner: str
    """Name of the system of record."""
    policy: Policy = Policy.REVIEW
    deletes: Deletes = Deletes.REVIEW
    fields: Mapping[str, FieldRule] = field(default_factory=dict)
    only: tuple[str, ...] = ()
    """Fields that flow; empty means all."""
    match: tuple[str, ...] = ()
    """Fields that together say that two systems mean the same record; empty means they are never matched."""
    to: tuple[str, ...] = ()
    """Systems that receive; empty means every system of the agreement."""

    def owns(self, name: str) -> str:
        """Return the system that owns field *name*."""
        rule = self.fields.get(name)
        return rule.owner if rule else self.owner

    def policy_of(self, name: str) -> Policy:
        """Return what happens to another system's edit of field *name*."""
        rule = self.fields.get(name)
        return rule.policy if rule and rule.policy else self.policy

    def covers(self, name: str) -> bool:
        """Tell whether field *name* flows."""
        return not self.only or name in self.only


@dataclass(frozen=True, slots=True)
class Agreement:
    """One version of what two parties agreed."""

    id: str
    version: int
    status: Status
    parties: Mapping[str, tuple[str, ...]]
    """Party to its systems."""
    kinds: tuple[KindRule, ...]
    studies: tuple[str, ...] = ()
    """Protocol numbers; empty means every study."""
    proposed_by: str = ""
    accepted_by: Mapping[str, str] = field(default_factory=dict)
    """Party to the person who accepted."""
    changed_at: datetime | None = None

    @property
    def systems(self) -> frozenset[str]:
        """Every system that takes part."""
        return frozenset(name for names in self.parties.values() for name in names)

    @property
    def label(self) -> str:
        """How the audit trail names this version."""
        return f"{self.id}@{self.version}"

    def rule(self, kind: str) -> KindRule | None:
        """Return what is agreed of *kind*, None where it does not flow."""
        return next((rule for rule in self.kinds if rule.kind == kind), None)

    def receives(self, system: str, kind: str) -> bool:
        """Tell whether *system* is to be written records of *kind*."""
        rule = self.rule(kind)
        return rule is not None and system in self.systems and (not rule.to or system in rule.to)


def checked(agreement: Agreement) -> Agreement:
    """Return *agreement*; UsageError names what does not fit together."""
    if len(agreement.parties) < 2:
        raise UsageError(f"agreement {agreement.id}: names fewer than two parties")
    if not agreement.kinds:
        raise UsageError(f"agreement {agreement.id}: no kind of record flows")
    for rule in agreement.kinds:
        named = {rule.owner, *rule.to, *(entry.owner for entry in rule.fields.values())}
        if strangers := sorted(named - agreement.systems - {HUB}):
            raise UsageError(f"agreement {agreement.id}, {rule.kind}: {', '.join(strangers)} is no system of a party")
    return agreement


def accepted(agreement: Agreement, party: str, person: str, at: datetime) -> Agreement:
    """Return the agreement as *party* accepts it; with the last one it enters its trial. UsageError when it cannot."""
    if agreement.status is not Status.PROPOSED:
        raise UsageError(f"agreement {agreement.label} is {agreement.status}; only a proposed one can be accepted")
    if party not in agreement.parties:
        raise UsageError(f"agreement {agreement.label}: {party} is no party; it has {', '.join(agreement.parties)}")
    names = {**agreement.accepted_by, party: person}
    status = Status.TRIAL if set(names) == set(agreement.parties) else Status.PROPOSED
    return replace(agreement, accepted_by=names, status=status, changed_at=at)


_MOVES = {
    "start": ({Status.TRIAL}, Status.ACTIVE),
    "pause": ({Status.ACTIVE}, Status.PAUSED),
    "resume": ({Status.PAUSED}, Status.ACTIVE),
    "end": ({Status.PROPOSED, Status.TRIAL, Status.ACTIVE, Status.PAUSED}, Status.ENDED),
}


def moved(agreement: Agreement, move: str, at: datetime) -> Agreement:
    """Return the agreement after start, pause, resume or end. UsageError when it does not stand where that is one."""
    allowed, becomes = _MOVES[move]
    if agreement.status not in allowed:
        raise UsageError(f"agreement {agreement.label} is {agreement.status}; it cannot {move}")
    return replace(agreement, status=becomes, changed_at=at)
