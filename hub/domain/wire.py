"""The JSON forms of domain objects: the dataclasses themselves, field for field.

A field whose metadata is `RARE` is left out where it is empty, so that the fixed forms stay as others know them.

Only for text that the hub wrote itself; what comes from outside is validated at the edges.
"""

import dataclasses
import json
import types
import typing
from collections.abc import Callable, Hashable, Iterator, Mapping
from datetime import date, datetime
from enum import Enum
from functools import cache, partial
from pathlib import Path
from typing import Any, TypeVar, cast

T = TypeVar("T")


class Encoded(dict[str, Any]):
    """Fields of a record, put into text once however often that is stored. Never changed once they are made."""

    __slots__ = ("_text",)

    def __init__(self, fields: Mapping[str, Any], text: str = "") -> None:
        super().__init__(fields)
        self._text = text

    @property
    def text(self) -> str:
        """The fields as JSON text, as `dumps` writes it."""
        if not self._text:
            self._text = _ENCODER.encode(self)
        return self._text


def dumps(value: Any, *, indent: int | None = None) -> str:
    """Return *value* (a dataclass, or tuples and dicts of them) as JSON text; days and times in ISO 8601."""
    if indent is not None:
        return json.dumps(plain(value), ensure_ascii=False, indent=indent)
    return value.text if type(value) is Encoded else _ENCODER.encode(value)


def plain(value: Any) -> Any:
    """Return *value* as dicts, lists, strings and numbers."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: plain(entry) for name, entry in _told(value)}
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
    return cast("T", _made(_maker(cast("Hashable", kind)), json.loads(text)))


def _made(maker: Callable[[Any], Any] | None, value: Any) -> Any:
    return value if maker is None or value is None else maker(value)


@cache
def _maker(kind: Hashable) -> Callable[[Any], Any] | None:
    """Return what makes a value of *kind* from plain JSON that is not null; None where that is the value itself."""
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        return _maker(next(option for option in typing.get_args(kind) if option is not types.NoneType))
    if origin is tuple:
        return _tuples(_maker(typing.get_args(kind)[0]))
    if origin in (dict, Mapping):
        return _dicts(_maker(typing.get_args(kind)[1]))
    if dataclasses.is_dataclass(kind):
        return partial(_dataclass, kind)
    if kind in (date, datetime):
        return cast("Callable[[Any], Any]", kind.fromisoformat)
    if isinstance(kind, type) and issubclass(kind, (Path, Enum)):
        return kind
    return None


def _tuples(entry: Callable[[Any], Any] | None) -> Callable[[Any], Any]:
    return tuple if entry is None else lambda value: tuple([_made(entry, one) for one in value])


def _dicts(entry: Callable[[Any], Any] | None) -> Callable[[Any], Any]:
    return dict if entry is None else lambda value: {key: _made(entry, one) for key, one in value.items()}


def _dataclass(kind: Any, value: Mapping[str, Any]) -> Any:
    told = dict(value)
    for name, maker in _makers(kind):  # most fields are what they are in JSON
        if (entry := told.get(name)) is not None:
            told[name] = maker(entry)
    return kind(**told)


@cache
def _makers(kind: Any) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    hints = typing.get_type_hints(kind).items()
    return tuple((name, maker) for name, hint in hints if (maker := _maker(hint)) is not None)


def _told(value: Any) -> Iterator[tuple[str, Any]]:
    """Yield the fields of a dataclass with their values, a `rare` one only where it says something."""
    for field in dataclasses.fields(value):
        entry = getattr(value, field.name)
        if entry or "rare" not in field.metadata:
            yield field.name, entry


def _more(value: Any) -> Any:
    """Return what JSON lacks a form of as something that it has."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dict(_told(value))
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (Path, Enum)):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False, default=_more)
