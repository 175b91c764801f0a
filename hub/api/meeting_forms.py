"""How meetings, uploads and transcripts look in the API."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field

from hub.domain import wire
from hub.domain.cards import Card, Found, Standing
from hub.domain.meeting import Participant
from hub.domain.uploads import Upload, UploadState
from hub.domain.versions import KeptTranscript
from hub.services.review.meetings import About

Text = Annotated[str, Field(max_length=4000)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class Person(BaseModel):
    """Somebody on the roster."""

    name: Name
    role: Name | None = None
    organization: Name | None = None
    email: Annotated[str, Field(max_length=254)] | None = None


class MeetingForm(BaseModel):
    """What is said of a meeting that is entered."""

    title: Annotated[str, Field(min_length=1, max_length=300)]
    organizations: Annotated[list[Name], Field(min_length=1, max_length=20)]
    study: Name | None = None
    unblinding: bool = False
    series: Name | None = None
    started_at: datetime | None = None
    timezone: Annotated[str, Field(max_length=60)] = "UTC"
    participants: Annotated[list[Person], Field(max_length=500)] = []

    def about(self) -> About:
        """Return it as the services take it."""
        people = tuple(Participant(**one.model_dump()) for one in self.participants)
        told = self.model_dump(exclude={"participants", "organizations"})
        return About(organizations=tuple(self.organizations), participants=people, **told)


class MeetingChange(BaseModel):
    """What is to change of a meeting; what is not named stays."""

    title: Annotated[str, Field(min_length=1, max_length=300)] | None = None
    organizations: Annotated[list[Name], Field(min_length=1, max_length=20)] | None = None
    study: Name | None = None
    unblinding: bool | None = None
    series: Name | None = None
    started_at: datetime | None = None
    timezone: Annotated[str, Field(max_length=60)] | None = None
    participants: Annotated[list[Person], Field(max_length=500)] | None = None
    reason: Text = ""

    def values(self) -> dict[str, Any]:
        """Return what was named, as fields of `About`."""
        told: dict[str, Any] = {name: getattr(self, name) for name in self.model_fields_set - {"reason"}}
        if told.get("organizations") is not None:
            told["organizations"] = tuple(told["organizations"])
        if told.get("participants") is not None:
            told["participants"] = tuple(Participant(**one.model_dump()) for one in told["participants"])
        kept = ("title", "organizations", "unblinding", "timezone", "participants")
        return {name: value for name, value in told.items() if value is not None or name not in kept}


class ConsentSeen(BaseModel):
    """What those who were recorded were told, as it was noted."""

    text: str
    noted_by: str
    noted_at: datetime


class MeetingSeen(BaseModel):
    """A meeting; *version* is the newest of its minutes, 0 where there are none."""

    id: str
    title: str
    organizations: list[str]
    study: str | None
    unblinding: bool
    series: str | None
    started_at: datetime | None
    timezone: str | None
    participants: list[Person]
    standing: Standing
    version: int
    items: int
    recording: str | None
    media: str
    consent: ConsentSeen | None
    job: str | None
    stopped_by: str | None
    withdrawn: str = ""
    """Empty, or where it stands that the platform has deleted the recording since: told, kept, destroyed."""
    withdrawn_at: datetime | None = None
    opened_by: str
    opened_at: datetime

    @classmethod
    def of(cls, card: Card) -> "MeetingSeen":
        """Return the form of a meeting."""
        told = wire.plain(card)
        of_meeting = {name: told["meeting"][name] for name in ("started_at", "timezone", "participants")}
        return cls.model_validate(told | of_meeting | {"id": card.meeting_id, "title": card.title})


class FoundSeen(BaseModel):
    """Where the words of a search stand."""

    part: str
    ref: str
    passage: str


class MeetingListed(MeetingSeen):
    """A meeting in a list; *found* is the first passage that holds what was searched for."""

    found: FoundSeen | None = None

    @classmethod
    def listed(cls, card: Card, found: Found | None) -> "MeetingListed":
        """Return the form of a meeting in a list."""
        told = MeetingSeen.of(card).model_dump()
        return cls.model_validate(told | {"found": wire.plain(found) if found else None})


class UploadForm(BaseModel):
    """A file that is to come; *consent* says how those who were recorded were told and agreed."""

    name: Annotated[str, Field(min_length=1, max_length=300)]
    size: Annotated[int, Field(ge=1, le=1 << 50)]
    consent: Annotated[str, Field(min_length=1, max_length=4000)]
    sha256: Annotated[str, Field(pattern="^[0-9a-fA-F]{64}$")] | None = None


class UploadSeen(BaseModel):
    """An upload; the next piece begins at *received*."""

    id: str
    meeting_id: str
    name: str
    size: int
    received: int
    state: UploadState
    sha256: str | None
    why: str
    expires_at: datetime

    @classmethod
    def of(cls, upload: Upload) -> "UploadSeen":
        """Return the form of an upload."""
        return cls.model_validate(wire.plain(upload))


class StartForm(BaseModel):
    """How a recording is to be heard."""

    channels: Annotated[str, Field(pattern="^(auto|mix|split)$")] = "auto"
    language: Annotated[str, Field(pattern="^[a-z]{2,3}$")] | None = None


class SegmentSeen(BaseModel):
    """A passage of one speaker; times in seconds from the start of the recording."""

    id: str
    speaker: str | None
    start: float
    end: float
    text: str


class TranscriptSeen(BaseModel):
    """A transcript with the names that people gave."""

    meeting_id: str
    revision: int
    language: str
    segments: list[SegmentSeen]
    models: dict[str, str]

    @classmethod
    def of(cls, kept: KeptTranscript) -> "TranscriptSeen":
        """Return the form of a transcript."""
        told = wire.plain(kept.transcript)
        return cls.model_validate(told | {"meeting_id": kept.meeting_id, "revision": kept.revision})


class SpeakersForm(BaseModel):
    """New names of speakers, by their present ones; two that get the same become one."""

    names: Annotated[dict[Name, Name], Field(min_length=1, max_length=100)]
    reason: Text = ""


class SegmentForm(BaseModel):
    """Who speaks in one segment."""

    speaker: Name
    reason: Text = ""
