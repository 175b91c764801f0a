"""Rows of a vault as the mapping reads them, and what is asked for and written for a record."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hub.connectors.rest.config import Mapped
from hub.connectors.rest.mapping import body_of, read_item
from hub.connectors.veeva.config import DOCUMENTS, VaultKind
from hub.domain.changes import Change, Reject

VERSION = "version_number"
"""Of a document, made of its major and minor number."""
_LONGEST_KEY = 100
"""Letters of an id or a time; more is neither, and would stand in the cursor."""
_PARTS = ("major_version_number__v", "minor_version_number__v")


def wanted(rule: VaultKind) -> set[str]:
    """Return the fields to ask for."""
    fields = {value.field for value in rule.fields.values()} | {rule.id, rule.changed_at or rule.id}
    fields |= {rule.version or rule.id} | ({rule.deleted.field} if rule.deleted else set())
    return (fields - {VERSION}) | (set(_PARTS) if VERSION in fields else set())


def read(kind: str, rule: Mapped, row: Any, place: str) -> Change | Reject:
    """Return what a row says, or why it cannot be used, with the row as it came."""
    raw = json.dumps(row, ensure_ascii=False).encode(errors="backslashreplace")
    return replace(read_item(kind, rule, plain(row), place), raw=raw)


def plain(row: Any) -> Any:
    """Return a row with picklists of one value as that value, and fields of related records under their relation.

    A list of several stays one, and sets its row aside where a field of ours is read from it.
    """
    if not isinstance(row, dict):
        return row
    made: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, list) and len(value) < 2:
            value = value[0] if value else None
        *relations, last = name.split(".")
        place = made
        for relation in relations:
            inner = place.get(relation)
            place[relation] = inner = inner if isinstance(inner, dict) else {}
            place = inner
        place[last] = value
    parts = [row.get(name) for name in _PARTS]
    if all(isinstance(part, int) for part in parts):
        made[VERSION] = ".".join(map(str, parts))
    return made


def body(kind: str, rule: VaultKind, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return *fields* as a vault takes them. RejectedError for one that it does not take."""
    return body_of(kind, rule, fields)


def key_of(rule: VaultKind, row: Any) -> tuple[str, str | int] | None:
    """Return where a row stands in the order of change and id, None where it does not tell."""
    if not isinstance(row, dict):
        return None
    moment, known = row.get(rule.changed_at or ""), row.get("id")
    right = int if rule.object == DOCUMENTS else str
    if not isinstance(moment, str) or type(known) is not right or max(len(moment), len(str(known))) > _LONGEST_KEY:
        return None
    return moment, known
