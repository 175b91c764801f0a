"""The JSON forms of domain objects: the dataclasses themselves, field for field.

Only for text that the hub wrote itself; what comes from outside is validated at the edges.
"""

import dataclasses
import json
import types
import typing
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

T = TypeVar("T")


def dumps(value: Any, *, indent: int | None = None) -> str:
    """Return *value* (a dataclass, or tuples and dicts of them) as JSON text; days and times in ISO 8601."""
    return json.dumps(plain(value), ensure_ascii=False, indent=indent)


def plain(value: Any) -> Any:
    """Return *value* as dicts, lists, strings and numbers."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (Path, Enum)):
        return str(value)
    return value


def loads(kind: type[T], text: str) -> T:
    """Return the object of *kind* that `dumps` wrote. ValueError, TypeError or KeyError when it is no such text."""
    return cast("T", _build(kind, json.loads(text)))


def _build(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        return _build(next(option for option in typing.get_args(kind) if option is not types.NoneType), value)
    if origin is tuple:
        inner = typing.get_args(kind)[0]
        return tuple(_build(inner, entry) for entry in value)
    if origin in (dict, Mapping):
        inner = typing.get_args(kind)[1]
        return {key: _build(inner, entry) for key, entry in value.items()}
    if dataclasses.is_dataclass(kind):
        hints = _hints(cast("type", kind))
        return cast("Any", kind)(**{name: _build(hints[name], entry) for name, entry in value.items()})
    if isinstance(kind, type) and issubclass(kind, (Path, Enum)):
        return kind(value)
    if kind in (date, datetime):
        return kind.fromisoformat(value)
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)
