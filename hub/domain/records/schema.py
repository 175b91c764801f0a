"""JSON Schemas (2020-12) of the records, and of the event that carries one, made from the dataclasses."""

import ast
import dataclasses
import inspect
import textwrap
import types
import typing
from datetime import date, datetime
from typing import Any

from hub.domain.records.kinds import KINDS
from hub.domain.sync import REFERENCES

VERSION = "v1"
"""Of every schema and event type. Within it changes are additive; what breaks a reader is a new version beside it."""
DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]

_FORMS: dict[type, Schema] = {
    str: {"type": "string"},
    int: {"type": "integer", "minimum": 0},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
}


def event_type(kind: str) -> str:
    """Return the CloudEvents type of the event that a record of *kind* has changed."""
    return f"hub.record.{kind}.changed.{VERSION}"


def record_schema(kind: str) -> Schema:
    """Return the schema of the fields of one kind of record. KeyError for what is no kind.

    None is required, since systems report what they hold; null means that the field is known to be empty.
    """
    made = KINDS[kind]
    notes = _notes(made)
    fields = typing.get_type_hints(made)
    return {
        "$schema": DIALECT,
        "$id": f"urn:liaison-hub:record:{kind}:{VERSION}",
        "title": kind,
        "description": inspect.cleandoc(made.__doc__ or ""),
        "type": "object",
        "properties": {name: _field(name, hint, notes.get(name, "")) for name, hint in fields.items()},
        "required": [field.name for field in dataclasses.fields(made) if field.default is dataclasses.MISSING],
        "additionalProperties": True,
    }


def event_schema() -> Schema:
    """Return the schema of the body of the event, the same for every kind but for what `fields` holds."""
    properties: dict[str, Schema] = {
        "id": {"type": "string", "description": "The hub's id of the record: the message's key, the event's subject."},
        "kind": {"type": "string", "enum": list(KINDS)},
        "version": {"type": "integer", "minimum": 1, "description": "Grows with every change of the record."},
        "deleted": {"type": "boolean"},
        "fields": {"type": "object", "description": "The whole record as it now is, by the schema of its kind."},
        "changed": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Names of the fields that this event is about.",
        },
        "origin": {"type": "string", "description": "The system that the change came from."},
    }
    return {
        "$schema": DIALECT,
        "$id": f"urn:liaison-hub:event:changed:{VERSION}",
        "title": "changed",
        "description": "A record has changed.",
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": True,
    }


def _field(name: str, hint: Any, note: str) -> Schema:
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        options = [option for option in typing.get_args(hint) if option is not types.NoneType]
        made = _value(options[0])
        made["type"] = [made["type"], "null"]
        if "enum" in made:
            made["enum"] = [*made["enum"], None]
    else:
        made = _value(hint)
    if name in REFERENCES:
        note = note or f"The hub's id of a record of kind {REFERENCES[name]}."
        made["x-references"] = REFERENCES[name]
    return made | ({"description": note} if note else {})


def _value(hint: Any) -> Schema:
    if typing.get_origin(hint) is typing.Literal:
        return {"type": "string", "enum": list(typing.get_args(hint))}
    return dict(_FORMS[hint])


def _notes(made: type) -> dict[str, str]:
    """Return the texts that stand below the fields of a dataclass; Python itself does not keep them."""
    [body] = ast.parse(textwrap.dedent(inspect.getsource(made))).body
    notes, last = {}, ""
    for line in typing.cast("ast.ClassDef", body).body:
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name):
            last = line.target.id
        elif last and isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant):
            notes[last] = inspect.cleandoc(str(line.value.value))
    return notes
