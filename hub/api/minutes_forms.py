"""How minutes, their versions and their approval look in the API."""

from abc import ABC, abstractmethod
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from hub.api.etags import Versioned, etag
from hub.domain import wire
from hub.domain.approvals import Meaning, Remark, RemarkKind, ReviewState, Route, Step
from hub.domain.edits import Accept, Add, Check, Correct, Edit, Reject, Sentence
from hub.domain.versions import Judged, Origin, Version, WorkingDraft
from hub.services.review.approving import Round

Text = Annotated[str, Field(max_length=4000)]
Short = Annotated[str, Field(max_length=200)]


class MarkSeen(BaseModel):
    """What became of one item: what the machine proposed, and what people made of it."""

    item: str
    kind: str
    origin: Origin
    judged: Judged
    proposed: dict[str, Any] | None
    last: dict[str, Any] | None
    by: str
    at: datetime | None
    reason: str
    check: str


class DraftSeen(BaseModel):
    """Minutes as they stand; *open* says that they hold edits which no version holds yet."""

    base: int
    open: bool
    author: str
    at: datetime
    minutes: dict[str, Any]
    marks: list[MarkSeen]

    @classmethod
    def of(cls, draft: WorkingDraft) -> "DraftSeen":
        """Return the form of a working draft."""
        told = wire.plain(draft)
        return cls.model_validate(told | told["draft"])


class VersionListed(BaseModel):
    """A version in a list."""

    number: int
    author: str
    at: datetime
    reason: str
    sha256: str

    @classmethod
    def listed(cls, version: Version) -> "VersionListed":
        """Return the form of a version in a list."""
        return cls(
            number=version.number,
            author=version.author,
            at=version.at,
            reason=version.reason,
            sha256=version.sha256,
        )


class VersionSeen(VersionListed):
    """A version; *sha256* is the hash of its canonical JSON (`docs/review.md`)."""

    minutes: dict[str, Any]
    marks: list[MarkSeen]

    @classmethod
    def of(cls, version: Version) -> "VersionSeen":
        """Return the form of a version."""
        told = wire.plain(version)
        return cls.model_validate(told | told["draft"])


class _Edit(BaseModel, ABC):
    @abstractmethod
    def step(self) -> Edit:
        """Return it as the services take it."""


class AcceptForm(_Edit):
    """The item is right as it stands."""

    do: Literal["accept"]
    item: Short

    def step(self) -> Edit:
        """Return it as the services take it."""
        return Accept(self.item)


class Fields(BaseModel):
    """Fields of an item that are set; what is not named stays."""

    text: Annotated[str, Field(max_length=2000)] | None = None
    owner: Short | None = None
    due: date | None = None
    category: Short | None = None
    severity: Literal["low", "medium", "high"] | None = None
    likelihood: Literal["low", "medium", "high"] | None = None

    def named(self) -> dict[str, Any]:
        """Return what was named."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class CorrectForm(_Edit):
    """Fields of an item are set."""

    do: Literal["correct"]
    item: Short
    fields: Fields

    def step(self) -> Edit:
        """Return it as the services take it."""
        return Correct(self.item, self.fields.named())


class RejectForm(_Edit):
    """The item does not belong into the minutes; the reason of the request says why."""

    do: Literal["reject"]
    item: Short

    def step(self) -> Edit:
        """Return it as the services take it."""
        return Reject(self.item)


class AddForm(_Edit):
    """A new item, proved by a passage of the transcript."""

    do: Literal["add"]
    kind: Literal["decision", "action", "risk", "issue"]
    segments: Annotated[list[Short], Field(min_length=1, max_length=200)]
    quote: Annotated[str, Field(min_length=1, max_length=20_000)]
    fields: Fields = Fields()

    def step(self) -> Edit:
        """Return it as the services take it."""
        return Add(self.kind, tuple(self.segments), self.quote, self.fields.named())


class CheckForm(_Edit):
    """Others are to look at the item; an empty text takes that back."""

    do: Literal["check"]
    item: Short
    why: Annotated[str, Field(max_length=1000)]

    def step(self) -> Edit:
        """Return it as the services take it."""
        return Check(self.item, self.why)


class SentenceForm(_Edit):
    """A sentence of the summary becomes another, or (null) leaves; *place* counts from 0."""

    do: Literal["sentence"]
    place: Annotated[int, Field(ge=0, le=10_000)]
    text: Annotated[str, Field(max_length=2000)] | None

    def step(self) -> Edit:
        """Return it as the services take it."""
        return Sentence(self.place, self.text)


AnyEdit = Annotated[
    AcceptForm | CorrectForm | RejectForm | AddForm | CheckForm | SentenceForm, Field(discriminator="do")
]


class EditsForm(BaseModel):
    """Edits that are made together, or not at all."""

    edits: Annotated[list[AnyEdit], Field(min_length=1, max_length=200)]
    reason: Text = ""


class ReasonForm(BaseModel):
    """Why."""

    reason: Text


class PieceSeen(BaseModel):
    """Words that are the same, went out or came in."""

    kind: Literal["same", "out", "in"]
    text: str


class FieldDiffSeen(BaseModel):
    """A field that differs, by word."""

    field: str
    pieces: list[PieceSeen]


class ItemDiffSeen(BaseModel):
    """An item that differs."""

    kind: str
    item: str
    change: Literal["added", "removed", "changed"]
    fields: list[FieldDiffSeen]


class StepForm(BaseModel):
    """One step of a route."""

    meaning: Meaning
    quorum: Annotated[int, Field(ge=1, le=50)] = 1
    people: Annotated[list[Short], Field(max_length=50)] = []
    roles: Annotated[list[Short], Field(max_length=20)] = []
    organization: Short | None = None

    def step(self) -> Step:
        """Return it as the services take it."""
        return Step(self.meaning, self.quorum, tuple(self.people), tuple(self.roles), self.organization)


class RouteForm(BaseModel):
    """Who signs the minutes of a study."""

    steps: Annotated[list[StepForm], Field(min_length=1, max_length=10)]
    ordered: bool = True
    reason: Text


class RouteSeen(BaseModel):
    """Who signs the minutes of a study."""

    study: str
    steps: list[StepForm]
    ordered: bool

    @classmethod
    def of(cls, route: Route) -> "RouteSeen":
        """Return the form of a route."""
        return cls.model_validate(wire.plain(route))


class SignatureSeen(BaseModel):
    """An electronic signature."""

    id: str
    version: int
    sha256: str
    name: str
    email: str
    organization: str
    meaning: Meaning
    at: datetime
    method: str
    step: int


class RemarkSeen(Versioned):
    """Something said of a version."""

    id: str
    version: int
    kind: RemarkKind
    name: str
    at: datetime
    text: str
    item: str | None
    settled: bool

    @classmethod
    def of(cls, said: Remark) -> "RemarkSeen":
        """Return the form of a remark."""
        return cls.model_validate(wire.plain(said) | {"etag": etag(said)})


class RoundSeen(BaseModel):
    """How far the approval of a version is; *state* is null where it was not sent round."""

    version: int
    sha256: str
    state: ReviewState | None
    asked_by: str | None
    asked_at: datetime | None
    route: RouteSeen | None
    open_steps: list[int]
    signatures: list[SignatureSeen]
    remarks: list[RemarkSeen]

    @classmethod
    def of(cls, found: Round) -> "RoundSeen":
        """Return the form of a round."""
        review = found.review
        return cls(
            version=found.version.number,
            sha256=found.version.sha256,
            state=review.state if review else None,
            asked_by=review.asked_by if review else None,
            asked_at=review.asked_at if review else None,
            route=RouteSeen.of(review.route) if review else None,
            open_steps=list(found.open_steps),
            signatures=[SignatureSeen.model_validate(wire.plain(one)) for one in found.signatures],
            remarks=[RemarkSeen.of(one) for one in found.remarks],
        )


class RemarkForm(BaseModel):
    """A remark on a version, or on one item of it."""

    text: Annotated[str, Field(min_length=1, max_length=4000)]
    item: Short | None = None


class SignatureForm(BaseModel):
    """A signature on the version with this hash; the signer proves anew who they are."""

    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    meaning: Meaning
    password: Annotated[str, Field(max_length=256)] = ""
    code: Annotated[str, Field(max_length=40)] = ""
    step_up: Annotated[str, Field(max_length=200)] = ""
