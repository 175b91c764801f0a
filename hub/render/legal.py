"""Characters that no document may carry: XML refuses some, and others turn the text around them."""

import dataclasses
import re
from typing import Any, TypeVar

T = TypeVar("T")

# XML 1.0 section 2.2 lets none of the first through; embeddings and overrides (U+202A to U+202E) can make
# a line read other than it is written, and have no place in a document that is signed
_ILLEGAL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufdd0-\ufdef\ufffe\uffff\ud800-\udfff\u202a-\u202e]"
)


def legal(value: T) -> T:
    """Return *value* (a dataclass, tuple, dict or string) with such characters left out of all its texts."""
    made: Any = _legal(value)
    return made  # type: ignore[no-any-return]  # the shape is kept, which the checker cannot see


def _legal(value: Any) -> Any:
    if isinstance(value, str):
        return _ILLEGAL.sub("", value)
    if isinstance(value, tuple):
        return tuple(_legal(entry) for entry in value)
    if isinstance(value, dict):
        return {_legal(key): _legal(entry) for key, entry in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return type(value)(**{field.name: _legal(getattr(value, field.name)) for field in dataclasses.fields(value)})
    return value
