"""What the parties of a study have agreed on who does what, and what went wrong in it (ICH E6(R3) 3.6, GDPR 33)."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from hub.domain.policy import Scope
from hub.domain.rare import RARE

BREACH_CLOCK = timedelta(hours=72)
"""From when a breach of personal data is known until the supervisory authority is told (GDPR 33(1))."""


class RegisterKind(StrEnum):
    """What the register of a study holds."""

    AGREEMENT = "agreement"
    """A contract between the parties."""
    DELEGATED = "delegated_duty"
    """A duty of the sponsor that another organization has taken over."""
    RETAINED = "retained_duty"
    SUBCONTRACTOR = "subcontractor"
    """Whom a party lets do part of what it has taken over."""
    PROCESSING = "processing"
    """A processing of personal data (GDPR 30): *name* is its purpose, *details* say what of whom, for how long."""


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """One line of the register, seen by *organizations*. It is never changed, only confirmed by another party or ended.

    *holder* answers for it; *by* does it: the same where a duty is retained. *reference* says where the paper lies.
    """

    id: str
    study: str
    organizations: tuple[str, ...]
    kind: RegisterKind
    name: str
    holder: str
    by: str
    reference: str
    since: date
    noted_by: str
    noted_for: str
    """The organization of who noted it; another one confirms."""
    noted_at: datetime
    until: date | None = None
    details: str = ""
    confirmed_by: str = ""
    confirmed_at: datetime | None = None
    ended_by: str = ""
    ended_at: datetime | None = None
    why_ended: str = ""

    @property
    def scope(self) -> Scope:
        """Return whose it is."""
        return Scope(frozenset(self.organizations), self.study or None)

    def stands(self, day: date) -> bool:
        """Tell whether it is in force on a day: confirmed, begun, not over."""
        begun = self.since <= day and (self.until is None or day <= self.until)
        return self.confirmed_at is not None and self.ended_at is None and begun


class IncidentKind(StrEnum):
    """What an incident is about."""

    QUALITY = "quality"
    SYSTEM = "system"
    SECURITY = "security"
    PERSONAL_DATA = "personal_data"
    """A breach of personal data: the clock of 72 hours runs."""
    TRANSFER = "transfer"
    """Something differs after a transfer."""


class Severity(StrEnum):
    """How grave an incident is."""

    MINOR = "minor"
    MAJOR = "major"
    CRITICAL = "critical"


@dataclass(frozen=True, slots=True)
class Step:
    """What was done about an incident: *told* names whom, where it was that; *authority* says that it is one."""

    at: datetime
    by: str
    text: str
    told: str = ""
    authority: bool = False


@dataclass(frozen=True, slots=True)
class Incident:
    """What went wrong, what was done about it, and how it ended. Nothing of it is taken back; *steps* are added."""

    id: str
    study: str
    organizations: tuple[str, ...]
    kind: IncidentKind
    severity: Severity
    title: str
    what: str
    known_at: datetime
    """When somebody became aware of it: the clock of a breach runs from then."""
    reported_by: str
    reported_at: datetime
    state: str = "open"
    """open or closed."""
    revision: int = 1
    steps: tuple[Step, ...] = ()
    cause: str = ""
    correction: str = ""
    closed_by: str = ""
    closed_at: datetime | None = None
    unblinding: bool = False
    """What is said in it would unblind: only the unblinded see it."""
    key: str = field(default="", metadata=RARE)
    """Of one that the hub raised itself: what it is about, so that it is raised once while it is open."""

    @property
    def scope(self) -> Scope:
        """Return whose it is."""
        return Scope(frozenset(self.organizations), self.study or None, self.unblinding)

    @property
    def due_at(self) -> datetime | None:
        """Return until when the authority is to be told; None where no clock runs, or it was told."""
        if self.kind is not IncidentKind.PERSONAL_DATA or any(step.authority for step in self.steps):
            return None
        return self.known_at + BREACH_CLOCK

    def late(self, at: datetime) -> bool:
        """Tell whether the authority should have been told by now."""
        return self.due_at is not None and at > self.due_at
