"""JSON of rows, read and written at the speed of C, the same to the letter as `hub.domain.wire` has it."""

import json
from typing import Any

from pydantic_core import from_json, to_json

from hub.domain import wire

_ALIKE = {str, int, bool, type(None)}
"""What both write alike; of a float they tell the same number in other letters."""


def read(text: str) -> Any:
    """Return what *text* says. ValueError where it is no JSON."""
    try:
        return from_json(text, cache_strings="keys")
    except (ValueError, TypeError):  # half a character, which Python takes
        return json.loads(text)


def listed(values: list[list[Any]]) -> str:
    """Return *values*, lists of texts, whole numbers and objects of texts, as a list."""
    try:
        return to_json(values).decode()
    except ValueError:  # half a character
        return wire.dumps(values)


def written(members: dict[str, Any]) -> str:
    """Return *members* as an object."""
    if _ALIKE.issuperset(map(type, members.values())):
        try:
            return to_json(members).decode()
        except ValueError:  # half a character
            pass
    return wire.dumps(members)
