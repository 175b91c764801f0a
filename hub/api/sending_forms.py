"""How copies, deliveries, actions and what waits look in the API."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from hub.api.etags import Versioned, etag
from hub.api.meeting_forms import MeetingSeen
from hub.domain import wire
from hub.domain.approvals import Meaning
from hub.domain.board import ActionState, BoardAction, Closing, ClosingState
from hub.domain.distribution import Channel, Dispatch, DispatchState, DistributionRule, Recipient
from hub.domain.localized import CopyState, Line, LocalizedCopy

Short = Annotated[str, Field(max_length=200)]
Locale = Annotated[str, Field(pattern="^[a-z]{2,3}(-[A-Za-z]{2,4})?$")]
Format = Annotated[str, Field(pattern="^(md|html|docx|pdf|json)$")]


class LineSeen(BaseModel):
    """One text side by side with its translation."""

    field: str
    source: str
    translation: str
    flags: list[str]
    untranslated: bool
    touched: bool


class CopyListed(BaseModel):
    """A copy of a version in another language."""

    version: int
    locale: str
    state: CopyState
    made_at: datetime
    edited_by: str
    approved_by: str
    approved_at: datetime | None

    @classmethod
    def listed(cls, copied: LocalizedCopy) -> "CopyListed":
        """Return the form of a copy in a list."""
        return cls.model_validate({name: getattr(copied, name) for name in cls.model_fields})


class CopySeen(CopyListed):
    """A copy, side by side with its source."""

    lines: list[LineSeen]

    @classmethod
    def of(cls, copied: LocalizedCopy, lines: list[Line]) -> "CopySeen":
        """Return the form of a copy."""
        told = CopyListed.listed(copied).model_dump()
        return cls.model_validate(told | {"lines": [wire.plain(line) for line in lines]})


class CopyForm(BaseModel):
    """The locale that a copy is made in."""

    locale: Locale


class LineForm(BaseModel):
    """One text of a copy as it is to read; the same text confirms it."""

    field: Short
    text: Annotated[str, Field(min_length=1, max_length=4000)]


class RecipientForm(BaseModel):
    """One who gets minutes."""

    address: Annotated[str, Field(min_length=1, max_length=254)]
    channel: Channel = Channel.MAIL
    name: Short = ""
    locale: Locale = "en"
    unblinded: bool = False
    attach: Annotated[list[Format], Field(max_length=5)] = ["pdf"]
    calendar: bool = True

    def recipient(self) -> Recipient:
        """Return it as the services take it."""
        told = self.model_dump(exclude={"attach"})
        return Recipient(attach=tuple(self.attach), **told)


class RuleForm(BaseModel):
    """Who gets the minutes of a study."""

    recipients: Annotated[list[RecipientForm], Field(max_length=200)]
    reason: Annotated[str, Field(max_length=4000)]


class RuleSeen(BaseModel):
    """Who gets the minutes of a study."""

    study: str
    recipients: list[RecipientForm]

    @classmethod
    def of(cls, rule: DistributionRule) -> "RuleSeen":
        """Return the form of a rule."""
        return cls.model_validate(wire.plain(rule))


class SendForm(BaseModel):
    """Who gets this version beside those whom the study's rule names."""

    also: Annotated[list[RecipientForm], Field(max_length=50)] = []


class DispatchSeen(Versioned):
    """One version to one recipient, with its receipt or failure."""

    id: str
    version: int
    recipient: RecipientForm
    asked_by: str
    asked_at: datetime
    state: DispatchState
    attempts: int
    next_at: datetime | None
    receipt: str
    error: str
    ended_at: datetime | None

    @classmethod
    def of(cls, dispatch: Dispatch) -> "DispatchSeen":
        """Return the form of a delivery."""
        return cls.model_validate(wire.plain(dispatch) | {"etag": etag(dispatch)})


class ClosingSeen(BaseModel):
    """A passage of a later meeting that says the action is done; proposed until a person agreed or declined."""

    meeting_id: str
    meeting: str
    held_on: date
    quote: str
    segments: list[str]
    said_by: str | None
    state: ClosingState
    by: str
    at: datetime | None

    @classmethod
    def of(cls, closing: Closing) -> "ClosingSeen":
        """Return the form of a closing."""
        return cls.model_validate(wire.plain(closing) | wire.plain(closing.evidence))


class ActionSeen(BaseModel):
    """An action of approved minutes."""

    id: str
    meeting_id: str
    item: str
    text: str
    quote: str
    state: ActionState
    owner: str | None
    owner_email: str | None
    due: date | None
    late: bool
    study: str | None
    entered_at: datetime
    changed_at: datetime | None
    changed_by: str
    closing: ClosingSeen | None

    @classmethod
    def of(cls, action: BoardAction, today: date) -> "ActionSeen":
        """Return the form of an action on a day."""
        closing = ClosingSeen.of(action.closing) if action.closing else None
        return cls.model_validate(wire.plain(action) | {"late": action.late(today), "closing": closing})


class ClosingForm(BaseModel):
    """What a person makes of the passage that says an action is done."""

    agree: bool
    reason: Annotated[str, Field(max_length=4000)] = ""


class ActionForm(BaseModel):
    """What is to change of an action; what is not named stays."""

    state: ActionState | None = None
    owner: Short | None = None
    owner_email: Annotated[str, Field(max_length=254)] | None = None
    due: date | None = None
    reason: Annotated[str, Field(max_length=4000)] = ""

    def values(self) -> dict[str, Any]:
        """Return what was named."""
        told = {name: getattr(self, name) for name in self.model_fields_set - {"reason"}}
        return {name: value for name, value in told.items() if name != "state" or value is not None}


class ToSignSeen(BaseModel):
    """A version that waits for one's own signature."""

    meeting: MeetingSeen
    version: int
    meaning: Meaning


class WaitingCopy(BaseModel):
    """A copy that waits for a liaison."""

    meeting: MeetingSeen
    copied: CopyListed


class FailedDispatch(BaseModel):
    """A delivery that failed."""

    meeting: MeetingSeen
    dispatch: DispatchSeen


class HomeSeen(BaseModel):
    """What waits for one."""

    to_sign: list[ToSignSeen]
    sent_back: list[MeetingSeen]
    actions: list[ActionSeen]
    copies: list[WaitingCopy]
    failed: list[FailedDispatch]
    broken: list[MeetingSeen]
