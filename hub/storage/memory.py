"""Approved segments and agreed terms in the hub's database; each change is a line of the audit trail."""

import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import UTC
from typing import Any

from sqlalchemy import Connection, Engine, Table, delete, insert, select, update

from hub.domain.audit import Entry
from hub.domain.memory import ANY_STUDY, Approved, Pair, Term, same
from hub.ports import Clock
from hub.storage import audit
from hub.storage.engine import reading, transaction
from hub.storage.memory_tables import approved_segments, glossary_terms

_SEGMENT, _TERM = "translation", "term"


class _Kept:
    """Rows told apart by study, pair and source, changed under the audit trail."""

    def __init__(self, engine: Engine, *, clock: Clock, new_id: Callable[[], str]) -> None:
        self._engine = engine
        self._clock = clock
        self._new_id = new_id

    def _rows(self, table: Table, pair: Pair, study: str) -> list[Any]:
        query = select(table).where(
            table.c.source_locale == pair.source,
            table.c.target_locale == pair.target,
            table.c.study.in_({study, ANY_STUDY}),
        )
        with reading(self._engine) as connection:
            return list(connection.execute(query))

    def _put(self, table: Table, kind: str, rows: Sequence[dict[str, Any]], *, by: str, reason: str) -> int:
        with transaction(self._engine) as connection:
            before = _targets(connection, table, [row["key"] for row in rows])
            changed: list[Entry] = []
            for row in rows:
                old = before.get(row["key"])
                if old == row["target"]:
                    continue
                if old is None:
                    connection.execute(insert(table).values(row))
                else:
                    connection.execute(update(table).where(table.c.key == row["key"]).values(row))
                before[row["key"]] = row["target"]
                changed.append(self._entry(kind, row["key"], old, row["target"], by=by, reason=reason))
            if changed:
                audit.append(connection, changed)
        return len(changed)

    def _drop(self, table: Table, kind: str, keys: Sequence[str], *, by: str, reason: str) -> int:
        with transaction(self._engine) as connection:
            before = _targets(connection, table, keys)
            connection.execute(delete(table).where(table.c.key.in_(list(before))))
            gone = [self._entry(kind, key, old, None, by=by, reason=reason) for key, old in before.items()]
            if gone:
                audit.append(connection, gone)
        return len(gone)

    def _entry(self, kind: str, key: str, old: str | None, new: str | None, *, by: str, reason: str) -> Entry:
        return Entry(
            at=self._clock(),
            actor=by,
            kind=kind,
            record_id=key,
            field="target",
            old=None if old is None else json.dumps(old, ensure_ascii=False),
            new=None if new is None else json.dumps(new, ensure_ascii=False),
            reason=reason,
            agreement="",
            message_id=self._new_id(),
        )


class SqlMemory(_Kept):
    """`TranslationMemory`."""

    def approved(self, pair: Pair, *, study: str) -> tuple[Approved, ...]:
        """Return the segments; see `TranslationMemory.approved`."""
        rows = self._rows(approved_segments, pair, study)
        rows.sort(key=lambda row: (row.study != ANY_STUDY, row.approved_at, row.key), reverse=True)
        return tuple(
            Approved(
                pair, row.source, row.target, row.approved_by, row.approved_at.replace(tzinfo=UTC), row.study, row.place
            )
            for row in rows
        )

    def remember(self, segments: Sequence[Approved], *, by: str, reason: str) -> int:
        """Keep segments; see `TranslationMemory.remember`."""
        rows = [
            _told_apart(one.pair, one.study, same(one.source))
            | {
                "target": same(one.target),
                "place": one.place,
                "approved_by": one.by,
                "approved_at": one.at.astimezone(UTC).replace(tzinfo=None),
            }
            for one in segments
        ]
        return self._put(approved_segments, _SEGMENT, rows, by=by, reason=reason)

    def forget(self, segments: Sequence[Approved], *, by: str, reason: str) -> int:
        """Take segments out; see `TranslationMemory.forget`."""
        keys = [_told_apart(one.pair, one.study, same(one.source))["key"] for one in segments]
        return self._drop(approved_segments, _SEGMENT, keys, by=by, reason=reason)


class SqlGlossary(_Kept):
    """`Glossary`."""

    def terms(self, pair: Pair, *, study: str) -> tuple[Term, ...]:
        """Return the terms; see `Glossary.terms`."""
        rows = sorted(self._rows(glossary_terms, pair, study), key=lambda row: row.study != ANY_STUDY)
        found = {row.source.casefold(): Term(pair, row.source, row.target, row.study, row.note) for row in rows}
        return tuple(sorted(found.values(), key=lambda term: (-len(term.source), term.source)))

    def agree(self, terms: Sequence[Term], *, by: str, reason: str) -> int:
        """Keep terms; see `Glossary.agree`."""
        rows = [
            _told_apart(one.pair, one.study, same(one.source)) | {"target": same(one.target), "note": one.note}
            for one in terms
        ]
        return self._put(glossary_terms, _TERM, rows, by=by, reason=reason)

    def withdraw(self, terms: Sequence[Term], *, by: str, reason: str) -> int:
        """Take terms out; see `Glossary.withdraw`."""
        keys = [_told_apart(one.pair, one.study, same(one.source))["key"] for one in terms]
        return self._drop(glossary_terms, _TERM, keys, by=by, reason=reason)


def _told_apart(pair: Pair, study: str, source: str) -> dict[str, Any]:
    """Return the columns that tell a row apart, and their hash as its key."""
    parts = {"study": study, "source_locale": pair.source, "target_locale": pair.target, "source": source}
    return {"key": hashlib.sha256(json.dumps(list(parts.values())).encode()).hexdigest(), **parts}


def _targets(connection: Connection, table: Table, keys: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for begin in range(0, len(keys), 500):  # a statement takes only so many values
        part = list(keys[begin : begin + 500])
        found |= {row.key: row.target for row in connection.execute(select(table).where(table.c.key.in_(part)))}
    return found
