"""Versions of minutes: what the machine proposed, what people made of it, each version fixed by its hash."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from hub.domain import wire
from hub.domain.minutes import Item, Minutes
from hub.domain.transcript import Transcript

GROUPS = {"decision": "decisions", "action": "actions", "risk": "risks", "issue": "issues"}
"""Kind of an item to the field of `Minutes` that holds it."""


class Origin(StrEnum):
    """Who wrote an item first."""

    MACHINE = "machine"
    PERSON = "person"


class Judged(StrEnum):
    """What a person made of an item."""

    PROPOSED = "proposed"
    """Nobody has looked at it yet."""
    ACCEPTED = "accepted"
    CORRECTED = "corrected"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Mark:
    """What became of one item. *proposed* is the item as the machine wrote it, field by field (None: a person did).

    A rejected item stands in no list of the minutes; *proposed*, or *last* where a person wrote it, still tells it.
    """

    item: str
    kind: str
    origin: Origin
    judged: Judged = Judged.PROPOSED
    proposed: Mapping[str, Any] | None = None
    last: Mapping[str, Any] | None = None
    """The item as it stood when it was rejected."""
    by: str = ""
    at: datetime | None = None
    reason: str = ""
    check: str = ""
    """Why a person asked others to look at it; empty where nobody did."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Minutes with the marks of their items, in the order in which items came."""

    minutes: Minutes
    marks: tuple[Mark, ...] = ()

    def mark(self, item: str) -> Mark | None:
        """Return the mark of an item."""
        return next((mark for mark in self.marks if mark.item == item), None)

    def item(self, item: str) -> Item | None:
        """Return an item that stands in the minutes."""
        return next((one for one in items_of(self.minutes) if one.id == item), None)


@dataclass(frozen=True, slots=True)
class Version:
    """Minutes as somebody kept them: never changed. *sha256* is the hash of `content`, which anyone can compute."""

    meeting_id: str
    number: int
    author: str
    """Address of a person, or `hub`."""
    at: datetime
    reason: str
    draft: Draft
    sha256: str


@dataclass(frozen=True, slots=True)
class WorkingDraft:
    """Edits that no version holds yet. *revision* goes up by one with each; two editors are told apart by it."""

    meeting_id: str
    base: int
    """Number of the version that it began from."""
    revision: int
    author: str
    at: datetime
    draft: Draft
    open: bool = True
    """False where it is no different from its base."""


@dataclass(frozen=True, slots=True)
class KeptTranscript:
    """The transcript of a meeting as it stands, with the names that people gave; the words stay as they were heard."""

    meeting_id: str
    revision: int
    transcript: Transcript


def content(meeting_id: str, number: int, draft: Draft) -> str:
    """Return the canonical JSON that a version's hash and its signatures are bound to.

    Keys in order, no spaces, non-ASCII characters as they are; without status and signatures, which come after it.
    """
    minutes = wire.plain(replace(draft.minutes, status="draft", signatures=()))
    whole = {"meeting": meeting_id, "version": number, "minutes": minutes, "marks": wire.plain(draft.marks)}
    return json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def content_hash(meeting_id: str, number: int, draft: Draft) -> str:
    """Return the SHA-256 of `content`, in hex."""
    return hashlib.sha256(content(meeting_id, number, draft).encode()).hexdigest()


def kept(meeting_id: str, number: int, draft: Draft, *, author: str, at: datetime, reason: str) -> Version:
    """Return a version with its hash."""
    return Version(meeting_id, number, author, at, reason, draft, content_hash(meeting_id, number, draft))


def proposed(minutes: Minutes) -> Draft:
    """Return what the machine wrote as a draft that nobody has looked at."""
    marks = tuple(
        Mark(item.id, kind, Origin.MACHINE, proposed=wire.plain(item))
        for kind, group in GROUPS.items()
        for item in getattr(minutes, group)
    )
    return Draft(minutes, marks)


def items_of(minutes: Minutes) -> tuple[Item, ...]:
    """Return every item, in the order of the document."""
    return (*minutes.decisions, *minutes.actions, *minutes.risks, *minutes.issues)


def with_items(minutes: Minutes, kind: str, items: tuple[Any, ...]) -> Minutes:
    """Return *minutes* with other items of *kind*."""
    values: dict[str, Any] = {GROUPS[kind]: items}
    return replace(minutes, **values)
