"""What is known of a meeting that the hub looks after: whose it is, and where its minutes stand."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hub.domain.meeting import Meeting
from hub.domain.people import Grant
from hub.domain.platforms import Origin
from hub.domain.policy import Scope
from hub.domain.rare import RARE


class Standing(StrEnum):
    """Where the newest minutes of a meeting stand."""

    EMPTY = "empty"
    """Nothing was given yet."""
    WORKING = "working"
    """A recording or transcript is being worked through."""
    FAILED = "failed"
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    CHANGES_REQUESTED = "changes_requested"
    APPROVED = "approved"
    DISTRIBUTED = "distributed"


@dataclass(frozen=True, slots=True)
class Consent:
    """What the people in a recording were told, and by whom it was noted (ICH E6(R3), GDPR 6)."""

    text: str
    noted_by: str
    noted_at: datetime


@dataclass(frozen=True, slots=True)
class Former:
    """Whose a meeting was *until* it went to others.

    *version* is the newest of its minutes that only those had, 0 where there was none or they were destroyed since.
    """

    until: datetime
    version: int
    organizations: tuple[str, ...]
    study: str | None
    unblinding: bool

    @property
    def scope(self) -> Scope:
        """Return whose data it was."""
        return Scope(frozenset(self.organizations), self.study, self.unblinding)


@dataclass(frozen=True, slots=True)
class Card:
    """A meeting with its scope. *revision* counts changes of the card; *version* is the newest of its minutes, or 0."""

    meeting_id: str
    meeting: Meeting
    organizations: tuple[str, ...]
    opened_by: str
    opened_at: datetime
    study: str | None = None
    unblinding: bool = False
    series: str | None = None
    standing: Standing = Standing.EMPTY
    version: int = 0
    items: int = 0
    """How many items the newest version holds."""
    recording: str | None = None
    """SHA-256 of the recording or transcript file."""
    media: str = ""
    """Name of that file."""
    consent: Consent | None = None
    job: str | None = None
    """The job that works on it, or worked last."""
    drafted_by: str | None = None
    """The job that made the newest draft by machine."""
    stopped_by: str | None = None
    """Who stopped that work; None while it may go on."""
    revision: int = 1
    alerts: tuple[str, ...] = field(default=(), metadata=RARE)
    """Kinds of what in the newest draft by machine a person has to look at at once, each once."""
    origin: Origin | None = field(default=None, metadata=RARE)
    """Where the recording was had from, of one that a platform brought."""
    withdrawn: str = field(default="", metadata=RARE)
    """A `Withdrawal`, where the platform has deleted the recording since; else empty."""
    withdrawn_at: datetime | None = field(default=None, metadata=RARE)
    """When that was found."""
    former: tuple[Former, ...] = field(default=(), metadata=RARE)
    """Whose it was before, the oldest first."""

    @property
    def alarming(self) -> bool:
        """Tell whether there is anything of that."""
        return bool(self.alerts)

    @property
    def scope(self) -> Scope:
        """Return whose data this is."""
        return Scope(frozenset(self.organizations), self.study, self.unblinding)

    @property
    def at(self) -> datetime:
        """Return when the meeting was, or when it was entered where nobody said."""
        return self.meeting.started_at or self.opened_at

    @property
    def title(self) -> str:
        """Return the title, or the id where there is none."""
        return self.meeting.title or self.meeting_id


@dataclass(frozen=True, slots=True)
class CardQuery:
    """Which meetings to list; None does not limit. *text* is searched in transcript, minutes and items.

    *sight* are the grants that let the asker see meetings; *after* is the `at` and id of the last one seen.
    """

    sight: tuple[Grant, ...]
    text: str = ""
    study: str | None = None
    organization: str | None = None
    series: str | None = None
    standing: Standing | None = None
    standings: tuple[Standing, ...] = ()
    """Any of several, where it is not empty."""
    alarming: bool = False
    """Only meetings with something that a person has to look at at once."""
    withdrawn: str = ""
    """Only meetings whose recording was withdrawn, and where that stands so."""
    since: datetime | None = None
    until: datetime | None = None
    after: tuple[datetime, str] | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that holds what was searched for: *part* is title, transcript, minutes or item, *ref* an item's id."""

    part: str
    ref: str
    passage: str


@dataclass(frozen=True, slots=True)
class CardPage:
    """One page of a list, newest first. *found* is by meeting id, empty without a search.

    *reached* is the last meeting that a search looked at, where it stopped before the page was full or the list ended.
    """

    cards: tuple[Card, ...]
    more: bool = False
    found: dict[str, Found] = field(default_factory=dict)
    reached: tuple[datetime, str] | None = None

    @property
    def last(self) -> tuple[datetime, str] | None:
        """Return what the next page comes after, None where there is none."""
        if not self.more:
            return None
        return self.reached or (self.cards[-1].at, self.cards[-1].meeting_id)
