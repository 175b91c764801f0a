"""A system in memory, for tests of the sync: versions, idempotency keys, a log of writes, faults on demand."""

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
        since = int(cursor or 0)
        found = [(its, row) for (name, its), row in self.rows.items() if name == kind and row.mark >= since]
        changes = tuple(
            Change(kind, its, dict(row.fields), str(row.version), self.times.get((kind, its)), row.deleted)
            for its, row in sorted(found, key=lambda pair: pair[1].mark)
        )
        return Page(changes, str(self.mark), rejects=tuple(one for one in self.rejects if one.kind == kind))

    def since(self, kind: str, at: datetime) -> str | None:
        marks = [self.rows[key].mark for key, then in self.times.items() if key[0] == kind and then and then >= at]
        return str(min(marks, default=self.mark))

    def push(self, change: Push, *, idempotency_key: str, precondition: str | None) -> Receipt:
        if self.faults:
            raise self.faults.pop(0)
        if idempotency_key in self.answers:
            return self.answers[idempotency_key]
        its = change.external_id or f"{self.prefix}{len(self.rows) + 1}"
        row = self.rows.get((change.kind, its))
        if row is not None and precondition is not None and precondition != str(row.version):
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
