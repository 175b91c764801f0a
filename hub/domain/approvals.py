"""How minutes are approved: who has to sign, in which order, with which meaning; and what they signed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Meaning(StrEnum):
    """What a signature says (21 CFR 11.50(a)(3))."""

    REVIEW = "review"
    APPROVAL = "approval"
    AUTHORSHIP = "authorship"
    RESPONSIBILITY = "responsibility"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a route: *quorum* of the *people* (addresses) or holders of the *roles* sign with *meaning*.

    Without people and roles, whoever may sign these minutes. *organization* limits to people of one party.
    """

    meaning: Meaning
    quorum: int = 1
    people: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    organization: str | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """The rule of one study (or, as study "", of all that have none) for its minutes."""

    study: str
    steps: tuple[Step, ...]
    ordered: bool = True
    """A step is open only when those before it are done."""
    revision: int = 1


DEFAULT_ROUTE = Route("", (Step(Meaning.REVIEW), Step(Meaning.APPROVAL)))


class ReviewState(StrEnum):
    """Where the approval of one version stands."""

    OPEN = "in_review"
    CHANGES = "changes_requested"
    APPROVED = "approved"
    REPLACED = "replaced"
    """A later version was kept before this one was approved."""


@dataclass(frozen=True, slots=True)
class Review:
    """The approval of one version. Its *route* is the study's as it was when the review began."""

    meeting_id: str
    version: int
    state: ReviewState
    route: Route
    asked_by: str
    asked_at: datetime
    ended_at: datetime | None = None
    revision: int = 1


@dataclass(frozen=True, slots=True)
class Signature:
    """An electronic signature, bound to the hash of exactly one version. *name* is printed as it was at signing."""

    id: str
    meeting_id: str
    version: int
    sha256: str
    user_id: str
    name: str
    email: str
    organization: str
    meaning: Meaning
    at: datetime
    session: str
    method: str
    """How the signer proved who they are: password, password+code, oidc, or password after a full proof before."""
    step: int
    """Place in the route, from 0."""


class RemarkKind(StrEnum):
    """What somebody said of a version."""

    COMMENT = "comment"
    CHANGES = "changes"
    """Changes are asked for: it goes back to its editors."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something said of a version, or of one *item* in it; *settled* once an editor has answered it."""

    id: str
    meeting_id: str
    version: int
    kind: RemarkKind
    user_id: str
    name: str
    at: datetime
    text: str
    item: str | None = None
    settled: bool = False
