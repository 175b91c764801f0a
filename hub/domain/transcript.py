"""What was said, by whom, when; and what was left out of it and why."""

from dataclasses import dataclass, field

from hub.domain.meeting import Meeting
from hub.domain.rare import RARE

TRANSLATED = "translated"
"""Names, among the models of a transcript, what put it into English where that was not the recognizer."""


@dataclass(frozen=True, slots=True)
class Word:
    """A recognized word; times in seconds from the start of the recording, probability 0 to 1."""

    start: float
    end: float
    text: str
    probability: float = 1.0


@dataclass(frozen=True, slots=True)
class English:
    """What the recognizer made in English of a stretch in another language; seconds of the recording."""

    start: float
    end: float
    text: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A passage of one speaker. *speaker* is None where nobody could be told.

    *overlap* marks a passage during which another voice spoke too. *language* is named where it is another than the
    transcript's. *english* is the recognizer's own translation of
    what was said in another language, in order; *untranslated* counts the sentences of which it has none, because no
    translation of them could be trusted.
    """

    id: str
    speaker: str | None
    start: float
    end: float
    text: str
    words: tuple[Word, ...] = ()
    overlap: bool = False
    language: str | None = field(default=None, metadata=RARE)
    english: tuple[English, ...] = field(default=(), metadata=RARE)
    untranslated: int = field(default=0, metadata=RARE)


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A stretch of sound that gave text which was not believed, with that text and the reason."""

    start: float
    end: float
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Correction:
    """A word or phrase replaced after recognition, from the vocabulary; the heard form is kept."""

    segment: str
    heard: str
    written: str


@dataclass(frozen=True, slots=True)
class NamedSpeaker:
    """Why a voice carries a name: the *quote* stands verbatim in *segment*."""

    label: str
    name: str
    segment: str
    quote: str
    reason: str


@dataclass(frozen=True, slots=True)
class ProposedSpeaker:
    """Whose voice *label* may be, by a profile that the person agreed to: for a person to confirm. 0 to 1."""

    label: str
    name: str
    likeness: float
    reason: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the recording the transcript rests on. Seconds throughout.

    *notes* are sentences for the reader: what a reader of a file had to bend, what was guessed.
    *missing* says what of the input could not be used at all: a damaged end, a cue without a readable time.
    """

    duration_s: float = 0.0
    speech_s: float = 0.0
    transcribed_s: float = 0.0
    suppressed: tuple[Suppressed, ...] = ()
    corrections: tuple[Correction, ...] = ()
    named_speakers: tuple[NamedSpeaker, ...] = ()
    proposed_speakers: tuple[ProposedSpeaker, ...] = field(default=(), metadata=RARE)
    notes: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Transcript:
    """A meeting as text; *segments* in time order, ids unique.

    *models* names what made it: stage name to fingerprint.
    """

    meeting: Meeting
    language: str
    segments: tuple[Segment, ...]
    coverage: Coverage = field(default_factory=Coverage)
    models: dict[str, str] = field(default_factory=dict)


def is_english(language: str) -> bool:
    """Tell whether a language or locale name is one of English."""
    return language.casefold().startswith("en")


def speaks_other_than_english(transcript: Transcript) -> bool:
    """Tell whether anything was said in another language."""
    return any(not is_english(segment.language or transcript.language) for segment in transcript.segments)
