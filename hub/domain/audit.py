"""The audit trail: one entry for every change of a field, chained by hashes (21 CFR 11.10(e)).

The hash of an entry is the SHA-256 of the UTF-8 JSON array `[previous, number, at, actor, kind, record_id, field, old,
new, reason, agreement, message_id]`, without spaces, non-ASCII characters as they are; `at` is ISO 8601 in UTC with
microseconds, `previous` the hash of the entry before, 64 zeros for the first. Anyone can compute it again.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime

FIRST = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """Who changed what, when and why."""

    at: datetime
    actor: str
    """A person, or the name of a system."""
    kind: str
    record_id: str
    field: str
    old: str | None
    """JSON text, None where there was nothing."""
    new: str | None
    reason: str
    agreement: str
    message_id: str


def stamp(at: datetime) -> str:
    """Return a time as the trail keeps it."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def chained(previous: str, number: int, at: str, entry: Entry) -> str:
    """Return the hash of *entry* as number *number* after *previous*; *at* is its `stamp`."""
    parts = [
        previous,
        number,
        at,
        entry.actor,
        entry.kind,
        entry.record_id,
        entry.field,
        entry.old,
        entry.new,
        entry.reason,
        entry.agreement,
        entry.message_id,
    ]
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
