"""What travels between a system and the hub: changes read, writes asked for, and what came of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.domain.swift import swift

Fields = Mapping[str, Any]
"""Canonical field name to a JSON value (str, int, float, bool, None, list or dict); days and times in ISO 8601."""
LONGEST_ID = 300
"""Letters of a record's id in its system; what is longer is set aside."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a system can do; the hub asks for nothing else."""

    complete_listing: bool = False
    """A pull from no cursor gives every record there is, so that one that is absent is deleted."""
    deletes: bool = False
    """Deleted records are reported, or may be deleted."""
    webhooks: bool = False
    versions: bool = False
    """Records carry a version mark, and a write with an outdated one is refused."""
    writable: frozenset[str] = frozenset()
    """Kinds that `push` takes; empty for a source."""
    takes: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Fields of a kind that `push` takes, the others are left alone; all of a kind that is not named here."""
    batch: int = 1
    """How many writes one request may carry; with more than one it is a `BulkTarget`."""


@swift
@dataclass(frozen=True, slots=True)
class Change:
    """What one system now holds of one record, in canonical names."""

    kind: str
    external_id: str
    fields: Fields
    version: str | None = None
    """The system's own mark of this state (ETag, version number), sent back as the precondition of a write."""
    changed_at: datetime | None = None
    """When it changed by that system's clock, in UTC."""
    deleted: bool = False
    raw: bytes = b""
    """The bytes it was read from, kept when the change has to be set aside."""


@dataclass(frozen=True, slots=True)
class Reject:
    """One item of a page that could not be read; the others go on."""

    kind: str
    where: str
    """Row, line or position, as a person would look it up."""
    reason: str
    raw: bytes
    external_id: str | None = None
    fields: Fields = field(default_factory=dict)
    """What could be read of it, in canonical names: by its key the hub knows that the record is there."""


@dataclass(frozen=True, slots=True)
class Gone:
    """What was deleted there with all that it held, each a record to the hub; the system tells only of the whole."""

    under: str
    """What the ids of all that it held begin with."""
    but: frozenset[str] = frozenset()
    """Those ids that are there by now, entered anew."""


@dataclass(frozen=True, slots=True)
class Page:
    """One step of a pull."""

    changes: tuple[Change, ...]
    cursor: str | None
    """Where the next pull goes on: text that only the connector reads, of bounded size."""
    more: bool = False
    """Another page is to be had now."""
    rejects: tuple[Reject, ...] = ()
    follows: bool = False
    """It is of the answer that the page before came of, and as old: what was written there since is not in it."""
    gone: tuple[Gone, ...] = ()


@swift
@dataclass(frozen=True, slots=True)
class Push:
    """A write asked of a system."""

    kind: str
    external_id: str | None
    """None where the system has no such record yet: create it."""
    fields: Fields
    """Only the fields to be set."""
    deleted: bool = False


@swift
@dataclass(frozen=True, slots=True)
class Asked:
    """A write with its key and what it rests on; see `Target.push`."""

    push: Push
    idempotency_key: str
    precondition: str | None


@swift
@dataclass(frozen=True, slots=True)
class Receipt:
    """What a system said of a write."""

    external_id: str
    version: str | None = None
    fields: Fields = field(default_factory=dict)
    """What the system now holds of the fields, where its answer tells."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What was seen when one part of a system's configuration was tried out."""

    about: str
    """The part: address, sign-in, an object, a right."""
    problem: str = ""
    """What is wrong and who is to do what, for a person; empty where nothing is."""
    seen: str = ""
    """What was found where nothing is wrong."""
