"""Fields of the customer's own in a resource: an element by its path, or an extension by its address."""

from collections.abc import Mapping
from typing import Any

from hub.connectors.rest.mapping import MISSING

EXTENSION = "extension:"


def element(resource: Mapping[str, Any], path: str) -> Any:
    """Return what lies at *path*, MISSING where nothing does: keys joined by points, the first of a list.

    `extension:URL` is the value of the extension of that address; a code stands for a coding, a text for a concept. A
    name that holds points itself is found by them.
    """
    if path.startswith(EXTENSION):
        return _extension(resource, path.removeprefix(EXTENSION))
    found, rest = _first(resource), path
    while rest:
        if not isinstance(found, Mapping):
            return MISSING
        key, rest = (rest, "") if rest in found else (rest.partition(".")[0], rest.partition(".")[2])
        if key not in found:
            return MISSING
        found = _first(found[key])
    return found


def _first(found: Any) -> Any:
    return found[0] if isinstance(found, list) and found else found


def _extension(resource: Mapping[str, Any], url: str) -> Any:
    told = resource.get("extension")
    for one in told if isinstance(told, list) else ():
        if isinstance(one, Mapping) and one.get("url") == url:
            return next((_plain(value) for name, value in one.items() if name.startswith("value")), MISSING)
    return MISSING


def _plain(value: Any) -> Any:
    """Return a coding by its code and a concept by its text or first code; other values as they are."""
    if not isinstance(value, Mapping):
        return value
    codings = value.get("coding")
    first = codings[0] if isinstance(codings, list) and codings and isinstance(codings[0], Mapping) else {}
    return value.get("text") or first.get("code") or value.get("code") or value.get("value") or MISSING
