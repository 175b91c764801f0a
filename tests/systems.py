"""A system in memory, for tests of the sync: versions, idempotency keys, a log of writes, faults on demand."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hub.domain.changes import Capabilities, Change, Page, Push, Receipt, Reject
from hub.domain.errors import HubError, RetryableError, StaleError


@dataclass
class Row:
    fields: dict[str, Any]
    version: int = 1
    mark: int = 0
    deleted: bool = False


@dataclass
class FakeSystem:
    """Speaks canonical names; gives its own ids by *prefix*."""

    prefix: str
    rows: dict[tuple[str, str], Row] = field(default_factory=dict)
    log: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    """(kind, external id, fields) of every write by the hub."""
    answers: dict[str, Receipt] = field(default_factory=dict)
    faults: list[HubError] = field(default_factory=list)
    """Raised by the next writes, one each, before anything is written."""
    lost_answers: int = 0
    """So many writes are done, but the answer is lost."""
    times: dict[tuple[str, str], datetime] = field(default_factory=dict)
    rejects: tuple[Reject, ...] = ()
    """Items of every page that cannot be read."""
    garbled: set[tuple[str, str]] = field(default_factory=set)
    """(kind, id) of records whose items cannot be read, but for what `key` names."""
    key: tuple[str, ...] = ()
    versioned: bool = True
    """Refuses a write that rests on an older version."""
    away: bool = False
    """Nobody reaches it."""
    mark: int = 0
    capabilities: Capabilities = field(
        default_factory=lambda: Capabilities(complete_listing=True, deletes=True, versions=True)
    )

    def put(self, kind: str, id: str, at: datetime | None = None, **fields: Any) -> None:
        """Edit as a user of the system does."""
        self.mark += 1
        row = self.rows.setdefault((kind, id), Row({}, 0))
        row.fields |= fields
        row.version, row.mark, row.deleted = row.version + 1, self.mark, False
        if at:
            self.times[kind, id] = at

    def remove(self, kind: str, id: str) -> None:
        """Delete softly as a user does."""
        self.mark += 1
        row = self.rows[kind, id]
        row.version, row.mark, row.deleted = row.version + 1, self.mark, True

    def get(self, kind: str, id: str) -> Mapping[str, Any]:
        """Return what a user sees."""
        return self.rows[kind, id].fields

    def only(self, kind: str) -> Mapping[str, Any]:
        """Return the only record of *kind*."""
        [fields] = [row.fields for (name, _), row in self.rows.items() if name == kind]
        return fields

    def pull(self, kind: str, cursor: str | None) -> Page:
        if self.away:
            raise RetryableError("nobody answers")
        since = int(cursor or 0)
        found = [(row.mark, its) for (name, its), row in self.rows.items() if name == kind and row.mark >= since]
        told = [self._item(kind, its) for _, its in sorted(found)]
        rejects = [one for one in (*self.rejects, *told) if isinstance(one, Reject) and one.kind == kind]
        return Page(tuple(one for one in told if isinstance(one, Change)), str(self.mark), rejects=tuple(rejects))

    def read_anew(self, kind: str, raw: bytes, where: str) -> Change | Reject:
        """Read an item again from its bytes: what one that can do so calls `reread`."""
        told = json.loads(raw)
        if (kind, told["id"]) in self.garbled:
            return Reject(kind, where, "a code is not listed", raw, told["id"])
        return Change(kind, told["id"], told["fields"], told["version"], None, told["deleted"], raw)

    def _item(self, kind: str, its: str) -> Change | Reject:
        row, at = self.rows[kind, its], self.times.get((kind, its))
        told = {"id": its, "fields": row.fields, "version": str(row.version), "deleted": row.deleted}
        raw = json.dumps(told).encode()
        if (kind, its) in self.garbled:
            known = {name: row.fields[name] for name in self.key if name in row.fields}
            return Reject(kind, f"item {its}", "a code is not listed", raw, its, known)
        return Change(kind, its, dict(row.fields), str(row.version), at, row.deleted, raw)

    def since(self, kind: str, at: datetime) -> str | None:
        marks = [self.rows[key].mark for key, then in self.times.items() if key[0] == kind and then and then >= at]
        return str(min(marks, default=self.mark))

    def push(self, change: Push, *, idempotency_key: str, precondition: str | None) -> Receipt:
        if self.away:
            raise RetryableError("nobody answers")
        if self.faults:
            raise self.faults.pop(0)
        if idempotency_key in self.answers:
            return self.answers[idempotency_key]
        its = change.external_id or f"{self.prefix}{len(self.rows) + 1}"
        row = self.rows.get((change.kind, its))
        if self.versioned and row is not None and precondition is not None and precondition != str(row.version):
            raise StaleError(f"{its} has version {row.version}")
        self.put(change.kind, its, **change.fields)
        self.rows[change.kind, its].deleted = change.deleted
        self.log.append((change.kind, its, dict(change.fields)))
        receipt = Receipt(its, str(self.rows[change.kind, its].version))
        self.answers[idempotency_key] = receipt
        if self.lost_answers:
            self.lost_answers -= 1
            raise RetryableError("the answer was cut")
        return receipt
