"""Their JSON into our fields, and back."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from types import MappingProxyType
from typing import Any

from hub.connectors.rest import times
from hub.connectors.rest.config import Mapped, Value
from hub.domain.changes import LONGEST_ID, Change, Reject
from hub.domain.errors import RejectedError
from hub.domain.records.checks import type_of

MISSING = object()
HALF = re.compile("[\ud800-\udfff]")
"""Half a letter: a lone surrogate."""
_SHOWN = 300
LONGEST = 2**20
"""Letters of one text; more is no field but a mistake, and would be copied with every version of its record."""


def read_item(kind: str, rule: Mapped, item: Any, place: str) -> Change | Reject:
    """Return what *item* says, or why it cannot be used; a reject names its record where the id could be read."""
    raw = json.dumps(item, ensure_ascii=False).encode(errors="backslashreplace")
    external_id = None
    try:
        if not isinstance(item, dict):
            raise RejectedError("is no JSON object")
        known = at(item, rule.id)
        if known in (MISSING, None, ""):
            raise RejectedError(f"{rule.id} is missing, and the record's id is read from it")
        external_id = id_of(str(_single(rule.id, known)), rule.id)
        version = at(item, rule.version) if rule.version else None
        deleted = rule.deleted is not None and at(item, rule.deleted.field) in rule.deleted.values
        return Change(
            kind,
            external_id,
            {} if deleted else fields_of(kind, rule, item),
            mark_of(version),
            changed_at(rule, item),
            deleted,
            raw,
        )
    except RejectedError as error:
        return Reject(kind, place, str(error)[:_SHOWN], raw, external_id, _readable(kind, rule, item))


def id_of(told: str, where: str) -> str:
    """Return an id as it was told at *where*. RejectedError where it is longer than the hub keeps of any."""
    if len(told) > LONGEST_ID:
        raise RejectedError(f"{where} is longer than {LONGEST_ID} letters, and the record's id is read from it")
    return told


def mark_of(version: Any) -> str | None:
    """Return a version as text from which `version_of` has it back with its type; None where there is none."""
    if version in (MISSING, None):
        return None
    text = str(_single("the version", version))
    return json.dumps(text) if isinstance(version, str) and (text.isdecimal() or text[:1] == '"') else text


def version_of(mark: str) -> str | int:
    """Return the version that *mark* stands for, as the system gave it."""
    return json.loads(mark) if mark.isdecimal() or mark[:1] == '"' else mark


def fields_of(kind: str, rule: Mapped, item: Mapping[str, Any]) -> dict[str, Any]:
    """Return our fields of *item*; those it does not hold are left out. RejectedError names the field."""
    fields = {}
    for name, value in rule.fields.items():
        theirs = at(item, value.field)
        if theirs is MISSING:
            if value.required:
                raise RejectedError(f"{value.field} is missing")
            continue
        fields[name] = _ours(value, _type(kind, name, value), theirs)
    return fields


def _readable(kind: str, rule: Mapped, item: Any) -> dict[str, Any]:
    """Return those fields of *item* that can be read."""
    fields: dict[str, Any] = {}
    for name, value in rule.fields.items() if isinstance(item, dict) else ():
        with suppress(RejectedError):
            if (theirs := at(item, value.field)) is not MISSING:
                fields[name] = _ours(value, _type(kind, name, value), theirs)
    return fields


def changed_at(rule: Mapped, item: Mapping[str, Any]) -> datetime | None:
    """Return when *item* changed, in UTC. RejectedError where it is no time."""
    told = at(item, rule.changed_at) if rule.changed_at else None
    if told in (MISSING, None, ""):
        return None
    try:
        moment = datetime.fromisoformat(str(told))
    except ValueError as error:
        raise RejectedError(f"{rule.changed_at} {told!r} is no time (ISO 8601)") from error
    return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)


def body_of(
    kind: str, rule: Mapped, fields: Mapping[str, Any], flat: Mapping[str, bool] = MappingProxyType({})
) -> dict[str, Any]:
    """Return *fields* as they name them. RejectedError for one that they do not take.

    *flat* tells of names with points whether they are one key, where their rule does not; else they lead into objects.
    """
    body: dict[str, Any] = {}
    for name, ours in fields.items():
        value = rule.fields.get(name)
        if value is None or value.read_only:
            raise RejectedError(f"{name} is not written to this system; map it, or leave it out of the agreement")
        one_key = flat.get(value.field, False) if value.flat is None else value.flat
        keys = [value.field] if one_key else value.field.split(".")
        _put(body, keys, _theirs(name, value, _type(kind, name, value), ours))
    return body


def at(item: Any, path: str) -> Any:
    """Return what lies at keys joined by points, MISSING where nothing does; a key may hold points itself."""
    if path and isinstance(item, dict) and path in item:
        return item[path]
    for key in path.split(".") if path else ():
        if not isinstance(item, dict) or key not in item:
            return MISSING
        item = item[key]
    return item


def _put(body: dict[str, Any], keys: Sequence[str], value: Any) -> None:
    *folders, last = keys
    for key in folders:
        body = body.setdefault(key, {})
    body[last] = value


def _type(kind: str, name: str, value: Value) -> Any:
    return type_of(kind, name) or times.wanted_by(value)


def _ours(value: Value, wanted: Any, theirs: Any) -> Any:
    if theirs is None:
        return None
    theirs = _single(value.field, theirs)
    if value.codes is not None:
        if str(theirs) not in value.codes:
            raise RejectedError(f"{value.field}: code {theirs!r} is not in the list")
        return value.codes[str(theirs)]
    if wanted in (date, datetime) and theirs != "":
        return times.ours(value, wanted, theirs)
    if value.text and isinstance(theirs, str):
        try:
            return int(theirs)
        except ValueError as error:
            raise RejectedError(f"{value.field}: {theirs!r} is no whole number") from error
    return str(theirs) if value.text else theirs


def _single(field: str, theirs: Any) -> Any:
    """Return what can be kept and sent on: no list or object, no half letter, no number without a value."""
    if isinstance(theirs, dict | list):
        raise RejectedError(f"{field} is no single value")
    if isinstance(theirs, float) and not math.isfinite(theirs):
        raise RejectedError(f"{field}: {theirs} is no number that can be kept")
    if isinstance(theirs, str) and not theirs.isascii() and HALF.search(theirs):
        raise RejectedError(f"{field} holds half a letter (a lone surrogate)")
    if isinstance(theirs, str) and len(theirs) > LONGEST:
        raise RejectedError(f"{field} is {len(theirs)} letters long; more than {LONGEST} are not kept")
    return theirs


def _theirs(name: str, value: Value, wanted: Any, ours: Any) -> Any:
    if ours is None:
        return None
    if value.codes is not None:
        for theirs, code in value.codes.items():
            if code == ours:
                return theirs
        raise RejectedError(f"{name}: {ours!r} has no code in this system")
    if wanted in (date, datetime):
        return times.theirs(value, wanted, ours)
    if value.text:
        return str(ours) if isinstance(ours, int) else int(ours)
    return ours
