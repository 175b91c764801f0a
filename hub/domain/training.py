"""What a person is known to be trained in, and what a study asks of whoever has a duty in it (21 CFR 11.10(i))."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from hub.domain.people import EVERY, Role

IDENTITY = "identity"
"""Name under which a study asks that somebody has seen who a person is, before they sign (21 CFR 11.100(b))."""
LETTER = "letter to the FDA"
"""Name under which it asks for the certification letter of 21 CFR 11.100(c)."""


class QualificationKind(StrEnum):
    """What is recorded of a person."""

    TRAINING = "training"
    IDENTITY = "identity"
    """Somebody saw a document that shows who the person is."""
    LETTER = "letter"
    """The organization told the FDA that the person's electronic signature binds as one by hand."""


@dataclass(frozen=True, slots=True)
class Qualification:
    """One thing that a person has done or that was seen of them, noted by another. It is never changed, only ended.

    *evidence* says where the proof lies: the number of a certificate, a document that was shown, never its copy.
    """

    id: str
    user_id: str
    kind: QualificationKind
    name: str
    """The course; `identity` and `letter to the FDA` for the other kinds."""
    on: date
    until: date | None
    """The last day that it counts."""
    evidence: str
    noted_by: str
    noted_at: datetime
    withdrawn_by: str = ""
    withdrawn_at: datetime | None = None
    why_withdrawn: str = ""

    def counts(self, at: datetime) -> bool:
        """Tell whether it is in force at a time."""
        day = at.astimezone(UTC).date()
        return self.withdrawn_at is None and self.on <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Demand:
    """Who has *role* needs the qualification *name*."""

    role: Role
    name: str


@dataclass(frozen=True, slots=True)
class Curriculum:
    """What one study asks for; as study "" what all of them do, beside what each asks for itself."""

    study: str
    demands: tuple[Demand, ...]
    revision: int = 1


def lacking(curricula: list[Curriculum], held: list[Qualification], at: datetime) -> dict[Role, frozenset[str]]:
    """Return for each role the studies (EVERY: all of them) in which it gives nothing, for want of a qualification."""
    known = {one.name for one in held if one.counts(at)}
    found = dict[Role, set[str]]()
    for curriculum in curricula:
        for demand in curriculum.demands:
            if demand.name not in known:
                found.setdefault(demand.role, set()).add(curriculum.study or EVERY)
    return {role: frozenset(studies) for role, studies in found.items()}
