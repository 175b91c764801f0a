"""What the hub keeps of the sync: records, what each system was last known to hold, disputes, letters."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import TYPE_CHECKING, Any

from hub.domain.audit import Entry
from hub.domain.changes import LONGEST_ID
from hub.domain.messages import Message
from hub.domain.swift import swift

if TYPE_CHECKING:
    from hub.domain.identity import Candidate, Turn

Fields = Mapping[str, Any]

REFERENCES: Mapping[str, str] = {
    "study_id": "study",
    "country_id": "country",
    "site_id": "site",
    "meeting_id": "meeting",
    "subject_id": "subject_status",
    "visit_id": "monitoring_visit",
    "contact_id": "contact",
    "document_id": "document",
}
"""Fields that name another record: in a system by its own id, in the hub by the hub's."""

LONGEST_KEY = 300
"""Letters of a natural key as it is; a longer one is shortened."""
RECORDS_TOPIC = "hub.records"
WRITTEN = "hub-written"
"""Header of a letter of what a system reported: the number of the hub's last write to it before that."""


def waiting_id(system: str, kind: str, id: str) -> str:
    """Return the id of the letter that waits for one record of one system: a newer one takes the older one's place."""
    return hashlib.sha256(f"{system}\n{kind}\n{id}".encode()).hexdigest()[:32]


def letter_id(system: str, kind: str, place: str, reason: str, content: bytes) -> str:
    """Return the id of the letter for something set aside: the same thing read twice is one letter."""
    text = f"{system}\n{kind}\n{place}\n{reason}\n".encode()
    return hashlib.sha256(text + content).hexdigest()[:32]


@swift
@dataclass(frozen=True, slots=True)
class Record:
    """One record as the parties' ownership of fields makes it."""

    id: str
    kind: str
    fields: Fields
    version: int = 1
    deleted: bool = False
    edited: Mapping[str, str] = field(default_factory=dict)
    """Field to when it was last edited, by the editing system's clock (ISO 8601); only where it told."""
    merged_into: str | None = None
    """The record that a person said it is one with: that one goes on in its place."""


@swift
@dataclass(frozen=True, slots=True)
class Base:
    """What one system was last known to hold of a record."""

    system: str
    record_id: str
    kind: str
    external_id: str
    fields: Fields
    version: str | None = None
    deleted: bool = False
    written: int = 0
    """Number of the hub's last write to it; a page read before that write says nothing new."""
    listing: str | None = None
    """The last complete listing it was seen in."""


@swift
@dataclass(frozen=True, slots=True)
class Write:
    """A write that is under way: kept before it is sent, so that after a crash the same one is sent again."""

    system: str
    record_id: str
    kind: str
    key: str
    """The idempotency key."""
    external_id: str | None
    fields: Fields
    """In canonical names, references as the hub's ids."""
    deleted: bool
    record_version: int
    message_id: str


@dataclass(frozen=True, slots=True)
class Dispute:
    """An edit that was not taken: open for a person, or refused and restorable."""

    id: str
    record_id: str
    kind: str
    system: str
    field: str
    base: Any
    ours: Any
    theirs: Any
    state: str
    """open, refused, accepted, kept, or superseded by a later one."""
    reason: str
    agreement: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """Something that could not be processed, with the bytes as they came."""

    id: str
    stage: str
    """read, check, merge or deliver."""
    system: str
    kind: str
    reason: str
    raw: bytes
    headers: Mapping[str, str]
    attempts: int
    at: datetime
    where: str = ""
    parsed: str = ""
    """What was read from the bytes, as JSON; empty where they could not be read."""
    state: str = "dead"
    """dead, waiting (for a record it refers to), replayed, discarded, superseded (a newer state of it was taken)."""

    @property
    def about(self) -> str:
        """The id of the record that a system reported, as it calls it; empty where that is not known."""
        told = self.where if self.stage in ("check", "merge") else ""
        if self.stage == "read" and self.parsed:
            told = str(json.loads(self.parsed)["external_id"] or "")
        return told if len(told) <= LONGEST_ID else ""  # no record has such an id, and no index takes it


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a source has been read."""

    system: str
    kind: str
    value: str | None
    former: tuple[str | None] | None = None
    """Where it must stand to be moved, as it does not after somebody set it back; None moves it in any case."""
    ended: bool | None = None
    """The source has been read to its end once (True), has to be (False), or it is as it was (None)."""


@dataclass(frozen=True, slots=True)
class Position:
    """How far a consumer group has processed a partition: the next offset."""

    group: str
    topic: str
    partition: int
    offset: int


@swift
@dataclass(frozen=True, slots=True)
class Delivery:
    """A write that a system has taken."""

    id: str
    system: str
    record_id: str
    external_id: str
    message_id: str
    record_version: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Lag:
    """How far behind deliveries to one system are."""

    messages: int
    """On the bus and not yet worked off for it, over all partitions."""
    at: datetime
    """When that was last looked at."""


@dataclass(frozen=True, slots=True)
class Effects:
    """All that one step changes: stored together or not at all."""

    records: tuple[Record, ...] = ()
    first_records: tuple[Record, ...] = ()
    """Records that are new, as those in *records* may be: to be told so makes them cheaper to store."""
    natural_keys: tuple[tuple[str, str, str], ...] = ()
    """(kind, key, record id)."""
    bases: tuple[Base, ...] = ()
    first_bases: tuple[Base, ...] = ()
    """Bases where none was, as *first_records*."""
    disputes: tuple[Dispute, ...] = ()
    settled: tuple[Dispute, ...] = ()
    audit: tuple[Entry, ...] = ()
    messages: tuple[Message, ...] = ()
    cursor: Cursor | None = None
    letters: tuple[Letter, ...] = ()
    letter_states: tuple[tuple[str, str], ...] = ()
    """(letter id, new state)."""
    writes: tuple[Write, ...] = ()
    given_up: tuple[Write, ...] = ()
    """Writes that others may take the place of."""
    deliveries: tuple[Delivery, ...] = ()
    inbox: tuple[tuple[str, str], ...] = ()
    """(consumer, message id)."""
    positions: tuple[Position, ...] = ()
    dropped_keys: tuple[tuple[str, str], ...] = ()
    """(kind, key) of natural keys that hold no longer; *natural_keys* are added after that."""
    turns: tuple["Turn", ...] = ()
    candidates: tuple["Candidate", ...] = ()


def together(some: Iterable[Effects]) -> Effects:
    """Return what several steps change as one; none of them may move a cursor."""
    several = tuple(some)
    names = (name for name in Effects.__dataclass_fields__ if name != "cursor")
    gathered: dict[str, Any] = {
        name: tuple(chain.from_iterable(getattr(one, name) for one in several)) for name in names
    }
    return Effects(**gathered)
