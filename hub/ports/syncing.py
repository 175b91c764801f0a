"""What the hub needs to keep systems in step."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from hub.domain.agreements import Agreement
from hub.domain.audit import Entry
from hub.domain.calls import Call
from hub.domain.changes import Asked, Capabilities, Change, Finding, Page, Push, Receipt, Reject
from hub.domain.errors import FatalError, RejectedError, RetryableError
from hub.domain.messages import Message, Received
from hub.domain.sync import Base, Dispute, Effects, Lag, Letter, Record, Write
from hub.ports.filing import Filing


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


class Rereader(Source, Protocol):
    """A source that can read an item again from the bytes that were set aside, as after its mapping was corrected."""

    def reread(self, kind: str, raw: bytes, where: str) -> Change | Reject:
        """Return what the item says, or why it still cannot be used."""


class IntervalSource(Source, Protocol):
    """A source that can be asked for what changed in an interval, and ends there."""

    def between(self, kind: str, since: datetime | None, until: datetime) -> str | None:
        """Return a cursor that reads what changed in *kind* from *since* on and before *until*, and nothing after it.

        None where the kind cannot be asked for that; it is then read to the end of its list.
        """


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

    def push_all(self, writes: Sequence[Asked]) -> Sequence[Receipt | RejectedError | RetryableError | FatalError]:
        """Write up to `capabilities.batch` changes, of records that differ, as `push` would; answer each in order.

        Of one that is answered with a RetryableError other than StaleError, or a FatalError, it is not known whether it
        was written; an error that is raised says so of all of them.
        """


class Inspector(Protocol):
    """Looks at a system without changing anything; called by a person who sets it up."""

    def check(self) -> Iterable[Finding]:
        """Try out each part of the configuration; what is wrong is a finding and not an error."""

    def discover(self) -> Mapping[str, Any]:
        """Return which studies, objects and fields there are, as JSON values. Errors as of `Source.pull`."""


class ForeignTrail(Protocol):
    """A system's own audit trail."""

    kinds: tuple[str, ...]
    """Names of its trails, such as object or login."""

    def entries(self, kind: str, since: datetime, until: datetime) -> Iterator[Mapping[str, Any]]:
        """Yield the entries of a time, each as the system words it. RejectedError for what it no longer tells."""


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
    inspector: Inspector | None = None
    filing: Filing | None = None
    """Where it keeps documents with their versions."""
    trail: ForeignTrail | None = None
    told: Callable[[bytes], None] | None = None
    """Called with what each of its calls holds, before it is read: it may say something of the calls themselves."""

    def close(self) -> None:
        """Let go of its connections."""
        for part in (self.source, self.target):
            if (close := getattr(part, "close", None)) is not None:
                close()


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

    def bases_under(self, system: str, kind: str, beginnings: Sequence[str]) -> list[Base]:
        """Return the live records of *kind* that *system* held, whose ids begin with one of *beginnings*."""

    def bases_of(self, system: str, record_ids: Sequence[str]) -> dict[str, Base]:
        """Return the same by the hub's record ids."""

    def records(self, record_ids: Iterable[str], *, hold: bool = True) -> dict[str, Record]:
        """Return records by id; where *hold*, no other transaction changes them meanwhile."""

    def hold(self, record_ids: Iterable[str]) -> None:
        """Let no other transaction change these records until this one ends."""

    def matches(self, kind: str, keys: Sequence[str]) -> dict[str, str]:
        """Return record ids by natural key."""

    def merged(self, record_ids: Iterable[str]) -> dict[str, str]:
        """Return what those of *record_ids* that were merged into another record went into."""

    def writes(self, system: str, record_ids: Sequence[str]) -> dict[str, Write]:
        """Return the writes to *system* that are under way, by record id."""

    def finish(self, system: str, writes: Sequence[Write]) -> set[str]:
        """End those of *writes* to *system* that are under way as they are given, and return their records."""

    def creations(self, system: str, kind: str) -> list[Write]:
        """Return the writes under way that create records of *kind* in *system*."""

    def disputes(self, record_ids: Sequence[str]) -> list[Dispute]:
        """Return the open disputes of records."""

    def seen(self, consumer: str, message_ids: Sequence[str]) -> set[str]:
        """Return which of *message_ids* this consumer has processed."""

    def waiting(self, system: str, kind: str) -> set[str]:
        """Return the ids of the letters of a source that wait for another record."""

    def overtaken(self, system: str, kind: str, external_ids: Collection[str]) -> set[str]:
        """Return the ids of dead letters of what a system reported that are about these records."""

    def set_aside(self, system: str, kind: str, texts: Sequence[str], *, limit: int | None = None) -> list[Letter]:
        """Return dead and waiting letters of what a system reported, those whose JSON holds each of *texts*.

        Of items that could be read only in part, those that hold any of them.
        """

    def number(self, name: str) -> int:
        """Return the next number of a series, without gaps among those that were saved."""

    def holders(self, record_ids: Sequence[str]) -> list[Base]:
        """Return what any system was last known to hold of these records."""

    def referring(self, record_id: str) -> list[Record]:
        """Return the records that refer to one, or of which a system says so, held."""

    def refers(self, kind: str, name: str) -> None:
        """Note that records of *kind* refer to others by a field *name* that the kind does not have by itself."""

    def under_way(self, record_ids: Sequence[str]) -> list[Write]:
        """Return the writes of these records to any system that are under way."""

    def keys(self, record_ids: Sequence[str]) -> list[tuple[str, str, str]]:
        """Return the natural keys of records, as (kind, key, record id)."""

    def save(self, effects: Effects) -> None:
        """Store *effects*; they are durable when the unit ends without an error."""


class Ledger(Protocol):
    """The sync's memory. Every method may raise RetryableError for an outage or a lost race: nothing was changed."""

    def unit(self, *, alone: bool = False) -> AbstractContextManager[Unit]:
        """Begin a transaction; it is saved when the block ends, given up when it raises.

        One that is to be *alone* waits until every other unit has ended, and no other begins before it ends.
        """

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

    def agree(self, agreement: Agreement, *, before: Agreement | None = None, audit: Sequence[Entry]) -> None:
        """Store a version of an agreement: a new one, or one that is as it was *before*.

        UsageError where somebody else has made or moved that version meanwhile.
        """

    def unlisted(self, system: str, kind: str, listing: str, *, written: int, after: str, limit: int) -> list[Base]:
        """Return live records of *kind* that *system* held but *listing* did not show, by external id *after* one.

        Those that the hub has written there after its write number *written* are left out.
        """

    def letters(
        self,
        *,
        state: str = "dead",
        system: str | None = None,
        since: datetime | None = None,
        reason: str | None = None,
        after: tuple[datetime, str] | None = None,
        limit: int | None = 1000,
    ) -> list[Letter]:
        """Return letters, oldest first: those from *since* on whose reason holds *reason*, in any case, where named.

        Those that come *after* one, named by its `at` and id, as on the page before.
        """

    def letter(self, id: str) -> Letter:
        """Return one letter. UsageError when there is none."""

    def disputes(
        self,
        *,
        state: str = "open",
        limit: int = 1000,
        newest: bool = False,
        after: tuple[datetime, str] | None = None,
    ) -> list[Dispute]:
        """Return disputes, oldest first, or *newest* first; those that come *after* one, named by its `at` and id."""

    def dispute(self, id: str) -> Dispute:
        """Return one dispute. UsageError when there is none."""

    def everything(self, kind: str) -> Iterator[tuple[Record, dict[str, Base]]]:
        """Return every record of *kind* with what each system was last known to hold of it."""

    def lagging(self, system: str, behind: Mapping[int, int]) -> None:
        """Note how many messages are still to be delivered to *system*, by partition; each is told by who holds it."""

    def lags(self) -> dict[str, Lag]:
        """Return how far behind deliveries are, by system, for those that a worker has looked at."""

    def counts(self) -> dict[str, int]:
        """Return how much waits: outbox, open disputes, dead and waiting letters, writes under way; and the records."""


class Outbox(Protocol):
    """Messages that were stored with their cause and are still to be published."""

    def waiting(self, limit: int) -> list[tuple[int, Message]]:
        """Return the next messages with their numbers, those of one key in the order they were stored.

        About *limit* of them: what has one number was stored as one, and comes whole.
        """

    def published(self, numbers: Sequence[int]) -> None:
        """Forget what has these numbers, all of which the bus has taken."""


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

    def hold(self, system: str, seconds: float) -> None:
        """Let nobody begin to write to *system* for so long from now on, so that it can be read; 0 lets them again."""

    def held(self, system: str) -> float:
        """Return for how many seconds nobody is to begin to write to *system*."""


class Told(Protocol):
    """Takes figures of the sync as they come up."""

    def __call__(self, name: str, system: str, value: float, count: int = 1, /) -> None:
        """Note *value* (seconds where the name ends so, an amount else), *count* times."""


class Calls(Protocol):
    """Calls by which systems tell that something has changed there."""

    def keep(self, come: Sequence[Call]) -> set[str]:
        """Store calls durably and return the keys of those that are new.

        RetryableError or FatalError where they cannot be stored: none of them is.
        """

    def waiting(self, system: str) -> list[int]:
        """Return the numbers of calls, up to a thousand, after which *system* was not read yet."""

    def bodies(self, system: str) -> dict[int, bytes]:
        """Return what the calls of *system* hold, up to a hundred that wait, by their numbers, in their order."""

    def handled(self, numbers: Sequence[int], *, keep_bodies: bool = True) -> None:
        """Note that the system was read since these calls; without *keep_bodies* what they held is thrown away."""

    def forget(self, before: datetime) -> int:
        """Remove calls that were worked off and came before a time; return how many."""
