"""What the hub needs to make minutes of a meeting."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, Protocol

from hub.domain.audio import Pcm, Turn
from hub.domain.known_days import KnownDay
from hub.domain.meeting import Meeting
from hub.domain.minutes import Carried, Evidence, Minutes
from hub.domain.redaction import Finding
from hub.domain.transcript import Transcript
from hub.domain.translation import Translation


class Progress(Protocol):
    """Told how far a long piece of work is; must not raise and must be cheap."""

    def start(self, stage: str, total_s: float | None = None) -> None:
        """Called once when *stage* begins; *total_s* is the amount of sound to work through, if it is sound."""

    def advance(self, done_s: float) -> None:
        """Called as work goes on, with the seconds of sound done so far in this stage."""

    def finish(self, note: str = "") -> None:
        """Called once when the stage ends; *note* is a short result to show ("4 voices", "kept from before")."""


class Decoder(Protocol):
    """Turns a media file into plain samples."""

    fingerprint: str

    def decode(self, source: Path, target: Path, *, channels: str, progress: Progress) -> Pcm:
        """Write the sound of *source* to *target* in bounded memory and describe it; *channels* is auto, mix or split.

        RejectedError when the file is no recording or holds no sound;
        FatalError when *target* cannot be written. A file damaged in the middle is decoded up to there and noted.
        """


class Recognizer(Protocol):
    """Hears words."""

    fingerprint: str

    def transcribe(self, pcm: Pcm, meeting: Meeting, *, language: str | None, progress: Progress) -> Transcript:
        """Return what was said with word times; speakers only where each channel carries one person.

        What was heard but not believed is listed in the coverage. FatalError where a model is missing or altered.
        """


class Interpreter(Protocol):
    """Hears speech of another language in English."""

    @property
    def english_fingerprint(self) -> str:
        """Name the model and its settings."""

    def into_english(self, pcm: Pcm, transcript: Transcript, *, progress: Progress) -> Transcript:
        """Return *transcript* with `english` beside the words of each segment that something was heard for.

        Words, times and speakers stay. FatalError where a model is missing or altered.
        """


class Diarizer(Protocol):
    """Tells voices apart."""

    fingerprint: str

    def diarize(self, pcm: Pcm, *, progress: Progress) -> tuple[Turn, ...]:
        """Return turns in time order, voices labelled `Speaker 1`, `Speaker 2`... by first appearance."""


class Extractor(Protocol):
    """Finds what was agreed."""

    fingerprint: str

    def extract(self, transcript: Transcript, known: Sequence[KnownDay] = ()) -> Minutes:
        """Return draft minutes in the transcript's language; every quote stands verbatim in its segments.

        *known* are days of events ahead that the study's record holds: a due day taken from one names it.
        """


class Follower(Protocol):
    """Finds what a meeting says of what earlier ones of its series left. What is unclear is left out."""

    def closings(self, transcript: Transcript, carried: Sequence[Carried]) -> Mapping[str, Evidence]:
        """Return by id of a carried action the passage that says it is done, verbatim in its segments."""

    def differing(self, decision: str, earlier: Sequence[str]) -> Sequence[int]:
        """Return the places in *earlier* of decisions on the same matter that say something else of it."""


class Redactor(Protocol):
    """Finds what must not leave."""

    fingerprint: str

    def find(
        self, texts: Sequence[str], *, staff: Sequence[str] = (), quick: bool = False
    ) -> list[tuple[Finding, ...]]:
        """Return for each text what was found, by place; identifiers without overlaps, whatever else is in the text.

        *quick* leaves out names that only a model can tell, for counting and flagging, never for taking out.

        *staff* are names and addresses of people who may be named. An unblinding finding is a whole sentence and may
        hold identifiers. A value found in one text is found in all of them. FatalError where a model is missing.
        """


class LanguageModel(Protocol):
    """Answers a question in a form that was asked for. What it says is a proposal: whoever asks proves it."""

    fingerprint: str

    def answer(self, instructions: str, text: str, *, schema: Mapping[str, Any]) -> Any:
        """Return the JSON value that it answers with to *text*; *schema* (JSON Schema) says the form, not checked here.

        *text* is redacted: the model may stand on another machine. RejectedError where the answer is no JSON or too
        long, RetryableError where none comes in time, FatalError where the model refuses the hub.
        """


class Translator(Protocol):
    """Puts sentences into another language."""

    @property
    def fingerprint(self) -> str:
        """Name the engine and its settings."""

    def supports(self, source: str, target: str) -> bool:
        """Tell whether this engine can translate from *source* to *target* (locale names) here and now."""

    def translate(
        self, sentences: Sequence[str], *, source: str, target: str, names: Sequence[str] = ()
    ) -> list[Translation]:
        """Return one translation for each sentence, in order.

        *names* are people, places and products to be left as they are. A sentence that cannot be trusted comes back
        in the source language with *translated* false and the reason among its flags. UsageError for a pair that
        `supports` denies; RetryableError when the engine stopped answering.
        """


class Wording(Protocol):
    """The fixed words and the forms of one locale."""

    locale: str
    direction: str  # ltr or rtl

    def text(self, message: str, **values: object) -> str:
        """Return *message* (an English msgid with {named} places) in this locale, filled with *values*."""

    def plural(self, one: str, other: str, count: int, **values: object) -> str:
        """Return the plural form for *count*; {count} is filled in with the locale's digits."""

    def date(self, value: date, *, style: str = "long") -> str:
        """Return a calendar day; *style* is long or short."""

    def time(self, value: datetime) -> str:
        """Return a time of day with its zone."""

    def timecode(self, seconds: float) -> str:
        """Return a place in the recording as h:mm:ss or m:ss, readable in either direction."""

    def number(self, value: float, *, digits: int = 0) -> str:
        """Return a number with *digits* decimals."""

    def percent(self, share: float) -> str:
        """Return a share (0 to 1) as a whole percentage."""

    def join(self, values: Sequence[str]) -> str:
        """Return a list in words: "A, B and C"."""


class Renderer(Protocol):
    """Makes a document of minutes."""

    def render(self, minutes: Minutes, *, locale: str, format: str) -> bytes:
        """Return the document; *format* is md, html, docx, pdf or json. FatalError names what is to be installed."""


class BlobStore(Protocol):
    """Keeps recordings and documents by their SHA-256."""

    def put(self, source: Path) -> str:
        """Copy *source* in, whole or not at all; return its SHA-256. FatalError: full disk, RetryableError: outage."""

    def path(self, sha256: str) -> Path:
        """Return a local path to read the blob from. RejectedError when it is not here or its bytes have changed."""

    def names(self) -> Iterator[str]:
        """Return the SHA-256 of everything that is kept, for a backup."""

    def save(self, sha256: str, target: Path) -> None:
        """Write a blob's bytes, as the store itself has them, to the new file *target*. Errors as of `path`."""

    def remove(self, sha256: str) -> None:
        """Remove a blob with every version that the store keeps of it; nothing where it is not there.

        Called for what two people agreed to destroy. FatalError where it cannot be removed, RetryableError: outage.
        """


class StageStore(Protocol):
    """Keeps the result of each stage of a recording, so that a second run goes on where the first one ended."""

    def load(self, recording: str, stage: str, fingerprint: str) -> str | None:
        """Return the stored result (JSON text), or None where this stage was not finished with this fingerprint."""

    def save(self, recording: str, stage: str, fingerprint: str, result: str) -> None:
        """Store a finished result durably, replacing an older one of the same key."""


class MeetingStore(Protocol):
    """Keeps meetings with their transcript and minutes."""

    def save_transcript(self, transcript: Transcript, *, recording: str | None) -> None:
        """Store the transcript of a meeting, replacing the former one of the same meeting id."""

    def save_minutes(self, minutes: Minutes) -> None:
        """Store draft minutes of a meeting as a new version."""

    def list_meetings(self) -> list[Meeting]:
        """Return all meetings, newest first."""

    def recordings(self) -> list[tuple[str, str]]:
        """Return (meeting id, sha256) of each recording that a transcript was made of."""


class ModelStore(Protocol):
    """Gives the folder of a model whose files have been checked."""

    def require(self, name: str) -> Path:
        """Return the folder of model *name*. FatalError names what to fetch, or the file whose hash differs."""

    def revision(self, name: str) -> str:
        """Return revision and hash of model *name* for a fingerprint, without loading it."""
