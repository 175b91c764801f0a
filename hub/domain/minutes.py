"""Minutes: what was agreed, each with the passage that proves it."""

from dataclasses import dataclass, field
from datetime import date, datetime

from hub.domain.known_days import DueSource
from hub.domain.meeting import Meeting
from hub.domain.rare import RARE


@dataclass(frozen=True, slots=True)
class Evidence:
    """The passage that proves an item: *quote* stands verbatim in the cited *segments*.

    *english* is what the recognizer made of it in English, where it was said in another language.
    Raises ValueError without a segment or without a quote: no evidence, no item.
    """

    segments: tuple[str, ...]
    quote: str
    english: str | None = field(default=None, metadata=RARE)

    def __post_init__(self) -> None:
        if not self.segments or not self.quote.strip():
            raise ValueError("evidence needs at least one segment and a quote")


@dataclass(frozen=True, slots=True)
class SummarySentence:
    """A sentence of the summary and the passage it rests on.

    *topic* is the id of the `Topic` it belongs to; *headline* marks what also stands in the paragraph on top.
    """

    sentence: str
    evidence: Evidence
    topic: str | None = field(default=None, metadata=RARE)
    headline: bool = field(default=False, metadata=RARE)


@dataclass(frozen=True, slots=True)
class Topic:
    """A stretch of the meeting on one matter.

    *title* stands on the agenda (*source* "agenda"), in the words that opened it ("announced") or is made of the words
    it is mostly about ("heard"). *start* and *end* are seconds, None where no passage was recognized as this item of
    the agenda. *speech_s* is its speaking time, *cited_s* the part that a summary sentence or an item cites.
    *evidence* is the passage that opened it.
    """

    id: str
    title: str
    source: str
    start: float | None = None
    end: float | None = None
    speech_s: float = 0.0
    cited_s: float = 0.0
    evidence: Evidence | None = field(default=None, metadata=RARE)


@dataclass(frozen=True, slots=True)
class Before:
    """What was decided before on the same matter, in other terms: whether that contradicts it is for people to say.

    In an earlier meeting of the series, or, without *meeting_id*, earlier in the same meeting; the quote stands in the
    transcript of that meeting.
    """

    evidence: Evidence
    meeting_id: str = ""
    meeting: str = ""
    held_on: date | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """Something the meeting settled. *confidence* 0 to 1. *again* are passages that took it up once more."""

    id: str
    text: str
    confidence: float
    evidence: Evidence
    before: tuple[Before, ...] = field(default=(), metadata=RARE)
    again: tuple[Evidence, ...] = field(default=(), metadata=RARE)


@dataclass(frozen=True, slots=True)
class Action:
    """Something a person is to do. *owner* is None where nothing said proves one; *owner_reason* says why.

    *due* is a calendar day in the meeting's zone; *due_as_spoken* is verbatim from the evidence. *due_source* is the
    record that gave the day of an event that was named ("before the initiation visit"); *due_reason* says why there is
    no day though one was spoken of.
    """

    id: str
    text: str
    confidence: float
    evidence: Evidence
    owner: str | None = None
    owner_reason: str | None = None
    due: date | None = None
    due_as_spoken: str | None = None
    again: tuple[Evidence, ...] = field(default=(), metadata=RARE)
    due_source: DueSource | None = field(default=None, metadata=RARE)
    due_reason: str | None = field(default=None, metadata=RARE)


@dataclass(frozen=True, slots=True)
class Risk:
    """Something that may happen. *severity* and *likelihood* are low, medium, high, or None where unsaid.

    *mitigation* is the passage in which somebody said what to do against it.
    """

    id: str
    text: str
    confidence: float
    evidence: Evidence
    category: str | None = None
    severity: str | None = None
    likelihood: str | None = None
    owner: str | None = None
    mitigation: Evidence | None = field(default=None, metadata=RARE)
    again: tuple[Evidence, ...] = field(default=(), metadata=RARE)


@dataclass(frozen=True, slots=True)
class Issue:
    """Something that has happened or stands in the way. Fields as in `Risk`."""

    id: str
    text: str
    confidence: float
    evidence: Evidence
    category: str | None = None
    severity: str | None = None
    owner: str | None = None
    mitigation: Evidence | None = field(default=None, metadata=RARE)
    again: tuple[Evidence, ...] = field(default=(), metadata=RARE)


Item = Decision | Action | Risk | Issue


@dataclass(frozen=True, slots=True)
class Alert:
    """A passage that a person has to look at at once: *kind* is "adverse event" or "suspected misconduct"."""

    kind: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Carried:
    """An open action of an earlier meeting of the series; *id* is its name on the board, *held_on* that meeting's day.

    *late_days* counts to the day of this meeting. *said* is the passage of this meeting that says it is done; *state*
    is then said_done until a person agrees, and done after that; open otherwise.
    """

    id: str
    text: str
    meeting_id: str
    meeting: str
    held_on: date
    owner: str | None = None
    due: date | None = None
    late_days: int = 0
    state: str = "open"
    said: Evidence | None = None
    of_record: bool = field(default=False, metadata=RARE)
    """Whether *due* was taken from the study's record."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """A passage that looked like an item of *kind* and was not believed, with the reason.

    *confidence* (0 to 1, below the draft's) where it was also said and only not sure enough; None where a check failed.
    """

    kind: str
    reason: str
    evidence: Evidence
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A cited segment, kept with the minutes so that a footnote can show who said it and when."""

    segment: str
    speaker: str | None
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Flag:
    """Something in a translated field that a liaison has to look at: *field* as in `Minutes.untranslated`."""

    field: str
    reason: str


@dataclass(frozen=True, slots=True)
class MinutesCoverage:
    """What the minutes rest on. Seconds of the recording, and counts.

    *cited_s* is the speaking time of the segments that a summary sentence or an item cites.
    *set_aside* are passages that looked like an item, with the reason, for a person to look at and perhaps to take:
    first those that failed a check, then what was also said and is less sure, the surest first.
    *identifiers* counts what was found in the meeting that must not leave, by kind (`hub.domain.redaction`).
    """

    duration_s: float = 0.0
    speech_s: float = 0.0
    cited_s: float = 0.0
    segments: int = 0
    suppressed: int = 0
    notes: tuple[str, ...] = ()
    set_aside: tuple[SetAside, ...] = ()
    identifiers: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SignedBy:
    """An electronic signature as every export shows it (21 CFR 11.50): who, in which meaning, when (UTC).

    *sha256* is the hash of the version that was signed.
    """

    name: str
    meaning: str
    at: datetime
    version: int
    sha256: str
    organization: str | None = None


@dataclass(frozen=True, slots=True)
class Minutes:
    """The minutes of one meeting in one language; *status* is "draft" until named persons have signed.

    *summary* are the plain sentences; *summary_evidence* repeats each beside its passage. *topics* are in the order
    of the meeting, those of the agenda that were not recognized in it last. *alerts* are for those who review; copies
    for others have none.
    *speakers* lists who spoke, in order of first word. *untranslated* names the fields (`actions[2].text`)
    that still stand in the source language of a localized copy; *flags* says what in a translation to check, or what
    was held back. *audience* says for whom identifiers were taken out (`hub.domain.redaction.Audience`). *carried* are
    the actions that earlier meetings of the series left open.
    """

    meeting: Meeting
    summary: tuple[str, ...] = ()
    decisions: tuple[Decision, ...] = ()
    actions: tuple[Action, ...] = ()
    risks: tuple[Risk, ...] = ()
    issues: tuple[Issue, ...] = ()
    coverage: MinutesCoverage = field(default_factory=MinutesCoverage)
    models: dict[str, str] = field(default_factory=dict)
    status: str = "draft"
    language: str = "en"
    summary_evidence: tuple[SummarySentence, ...] = ()
    speakers: tuple[str, ...] = ()
    passages: tuple[Passage, ...] = ()
    untranslated: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()
    signatures: tuple[SignedBy, ...] = ()
    audience: str = "restricted"
    topics: tuple[Topic, ...] = field(default=(), metadata=RARE)
    alerts: tuple[Alert, ...] = field(default=(), metadata=RARE)
    carried: tuple[Carried, ...] = field(default=(), metadata=RARE)
