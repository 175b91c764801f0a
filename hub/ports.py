"""What the hub needs from the outside: every port, on one page.

Adapters raise the errors of `hub.domain.errors` and nothing else; foreign exceptions stop at the adapter.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

from hub.domain.agreements import Agreement
from hub.domain.audio import Pcm, Turn
from hub.domain.audit import Entry
from hub.domain.changes import Asked, Capabilities, Page, Push, Receipt
from hub.domain.errors import RejectedError, StaleError
from hub.domain.meeting import Meeting
from hub.domain.messages import Message, Received
from hub.domain.minutes import Minutes
from hub.domain.sync import Base, Dispute, Effects, Letter, Record, Write
from hub.domain.transcript import Transcript
from hub.domain.translation import Translation

Clock = Callable[[], datetime]
"""Returns the present time with its zone; passed in so that tests can hold it still."""


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


class Diarizer(Protocol):
    """Tells voices apart."""

    fingerprint: str

    def diarize(self, pcm: Pcm, *, progress: Progress) -> tuple[Turn, ...]:
        """Return turns in time order, voices labelled `Speaker 1`, `Speaker 2`... by first appearance."""


class Extractor(Protocol):
    """Finds what was agreed."""

    fingerprint: str

    def extract(self, transcript: Transcript) -> Minutes:
        """Return draft minutes in the transcript's language; every quote stands verbatim in its segments."""


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


class ModelStore(Protocol):
    """Gives the folder of a model whose files have been checked."""

    def require(self, name: str) -> Path:
        """Return the folder of model *name*. FatalError names what to fetch, or the file whose hash differs."""

    def revision(self, name: str) -> str:
        """Return revision and hash of model *name* for a fingerprint, without loading it."""


class Source(Protocol):
    """A system that is read."""

    capabilities: Capabilities

    def pull(self, kind: str, cursor: str | None) -> Page:
        """Return the next page of what changed in *kind* after *cursor* (None: from the beginning).

        At least once: a record on the boundary may come again, none is left out. An item that cannot be read is among
        the page's rejects. RetryableError for an outage or a limit (with the wait asked for), RejectedError for an
        answer that is no page, FatalError for refused credentials.
        """

    def since(self, kind: str, at: datetime) -> str | None:
        """Return a cursor that reads what changed in *kind* from *at* on, None where all must be read."""


class Target(Protocol):
    """A system that is written."""

    capabilities: Capabilities

    def push(self, change: Push, *, idempotency_key: str, precondition: str | None) -> Receipt:
        """Write *change*; the same *idempotency_key* never writes twice, also where the first answer was lost.

        *precondition* is the version the write rests on, None to write whatever is there. StaleError when the record
        has another version by now; RetryableError when it is not known whether it was written; RejectedError when the
        system refuses this item; FatalError when it refuses us.
        """


class BulkTarget(Target, Protocol):
    """A system that takes several writes in one request."""

    def push_all(self, writes: Sequence[Asked]) -> Sequence[Receipt | RejectedError | StaleError]:
        """Write up to `capabilities.batch` changes, of records that differ, as `push` would; answer each in order.

        An error that is raised says of none of them whether it was written.
        """


@dataclass(frozen=True, slots=True)
class System:
    """One connected system."""

    name: str
    kinds: tuple[str, ...]
    """Kinds it is read for, those that others refer to first."""
    source: Source | None = None
    target: Target | None = None
    every_s: float = 5.0
    """Seconds between two pulls."""
    rate_per_s: float | None = None
    """Requests a second that it allows; None where it names no limit."""


class Bus(Protocol):
    """Carries messages, in order for each key, at least once."""

    def publish(self, messages: Sequence[Message]) -> None:
        """Return once all *messages* are durable. RetryableError when that is not known; publish them again then."""

    def consume(self, topic: str, group: str, position: Callable[[int], int | None]) -> "BusConsumer":
        """Join *group* on *topic*; *position* gives the next offset of a partition, None for its beginning."""

    def close(self) -> None:
        """Let go of connections; what was published stays."""


class BusConsumer(Protocol):
    """One member of a consumer group; partitions are shared among the members and read from our own positions."""

    def poll(self, limit: int, wait_s: float) -> Sequence[Received]:
        """Return up to *limit* messages, waiting up to *wait_s* seconds for the first. RetryableError in an outage."""

    def rewind(self, partition: int, offset: int) -> None:
        """Read *partition* again from *offset*, as after a failed attempt."""

    def pause(self, partition: int) -> None:
        """Give no messages of *partition* until `resume`."""

    def resume(self, partition: int) -> None:
        """Give messages of *partition* again."""

    def lag(self) -> dict[int, int]:
        """Return, for each partition held, how many messages are still to be read."""

    def close(self) -> None:
        """Leave the group."""


class Unit(Protocol):
    """One transaction of the sync: what it reads stays as it was read until it is saved or given up."""

    def bases(self, system: str, kind: str, external_ids: Sequence[str]) -> dict[str, Base]:
        """Return what *system* was last known to hold, by its own ids."""

    def bases_of(self, system: str, record_ids: Sequence[str]) -> dict[str, Base]:
        """Return the same by the hub's record ids."""

    def records(self, record_ids: Iterable[str], *, hold: bool = True) -> dict[str, Record]:
        """Return records by id; where *hold*, no other transaction changes them meanwhile."""

    def hold(self, record_ids: Iterable[str]) -> None:
        """Let no other transaction change these records until this one ends."""

    def matches(self, kind: str, keys: Sequence[str]) -> dict[str, str]:
        """Return record ids by natural key."""

    def writes(self, system: str, record_ids: Sequence[str]) -> dict[str, Write]:
        """Return the writes to *system* that are under way, by record id."""

    def creations(self, system: str, kind: str) -> list[Write]:
        """Return the writes under way that create records of *kind* in *system*."""

    def disputes(self, record_ids: Sequence[str]) -> list[Dispute]:
        """Return the open disputes of records."""

    def seen(self, consumer: str, message_ids: Sequence[str]) -> set[str]:
        """Return which of *message_ids* this consumer has processed."""

    def waiting(self, system: str, kind: str) -> set[str]:
        """Return the ids of the letters of a source that wait for another record."""

    def set_aside(self, system: str, kind: str, texts: Sequence[str], *, limit: int | None = None) -> list[Letter]:
        """Return dead and waiting letters of what a system reported, those whose JSON holds each of *texts*."""

    def number(self, name: str) -> int:
        """Return the next number of a series, without gaps among those that were saved."""

    def save(self, effects: Effects) -> None:
        """Store *effects*; they are durable when the unit ends without an error."""


class Ledger(Protocol):
    """The sync's memory. Every method may raise RetryableError for an outage or a lost race: nothing was changed."""

    def unit(self) -> AbstractContextManager[Unit]:
        """Begin a transaction; it is saved when the block ends, given up when it raises."""

    def reached(self, name: str) -> int:
        """Return the last number of a series, 0 where none was given."""

    def cursor(self, system: str, kind: str) -> str | None:
        """Return how far a source has been read."""

    def ended(self, system: str) -> set[str]:
        """Return the kinds that a source was read for to the end since its agreements came into force."""

    def position(self, group: str, topic: str, partition: int) -> int | None:
        """Return the next offset of a partition for *group*."""

    def agreements(self, *, started: bool = False) -> list[Agreement]:
        """Return the newest version of each agreement; where *started*, of those versions that were once started."""

    def agree(self, agreement: Agreement, *, audit: Sequence[Entry]) -> None:
        """Store a version of an agreement."""

    def unlisted(self, system: str, kind: str, listing: str, *, after: str, limit: int) -> list[Base]:
        """Return live records of *kind* that *system* held but *listing* did not show, by external id *after* one."""

    def letters(self, *, state: str = "dead", system: str | None = None, limit: int = 1000) -> list[Letter]:
        """Return letters, oldest first."""

    def letter(self, id: str) -> Letter:
        """Return one letter. UsageError when there is none."""

    def disputes(self, *, state: str = "open", limit: int = 1000) -> list[Dispute]:
        """Return disputes, oldest first."""

    def dispute(self, id: str) -> Dispute:
        """Return one dispute. UsageError when there is none."""

    def everything(self, kind: str) -> Iterator[tuple[Record, dict[str, Base]]]:
        """Return every record of *kind* with what each system was last known to hold of it."""

    def counts(self) -> dict[str, int]:
        """Return how much waits: outbox, open disputes, dead and waiting letters, writes under way; and the records."""


class Outbox(Protocol):
    """Messages that were stored with their cause and are still to be published."""

    def waiting(self, limit: int) -> list[tuple[int, Message]]:
        """Return the next messages with their numbers, those of one key in the order they were stored."""

    def published(self, numbers: Sequence[int]) -> None:
        """Forget messages that the bus has taken."""


class Leases(Protocol):
    """Who does what, where several workers run."""

    def take(self, name: str, seconds: float) -> bool:
        """Take or renew a lease; False while another holder's has not run out."""

    def release(self, name: str) -> None:
        """Give a lease back."""


class Gates(Protocol):
    """One rate budget and one circuit breaker for each system, shared by all workers."""

    def wait(self, system: str, requests: int = 1) -> float:
        """Take *requests* (1, or 0 to ask for the breaker alone) from the budget; return 0, or the seconds to wait."""

    def failed(self, system: str, *, retry_after_s: float | None) -> float:
        """Note an outage; return for how many seconds the system is to be left alone."""

    def worked(self, system: str) -> None:
        """Note an answer; the breaker closes."""

    def states(self) -> dict[str, str]:
        """Return closed, open or half-open for each system that was met."""
