"""Whether a schema may take the place of a released one: readers and writers of the old one must not notice."""

from collections.abc import Mapping
from typing import Any

_SAID_ONLY = frozenset({"$schema", "$id", "$comment", "title", "description", "examples", "default"})
"""What bears on no value."""


def breaks(old: Mapping[str, Any], new: Mapping[str, Any], at: str = "") -> list[str]:
    """Return what in *new* breaks those who know *old*, one line each; nothing where every change is additive.

    Additive are a new field that is not required, a new code in a list, and other words. Everything else breaks, also
    a keyword that is not known here: a wider type surprises who reads, a narrower one who writes.
    """
    here = at or "the schema"
    found = _of_fields(old, new, at)
    for keyword in sorted((old.keys() | new.keys()) - _SAID_ONLY - {"properties", "required", "enum"}):
        before, after = old.get(keyword), new.get(keyword)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            found += breaks(before, after, f"{at}.{keyword}".lstrip("."))
        elif _plain(before) != _plain(after):
            found.append(f"{here}: {keyword} was {_shown(before)} and is {_shown(after)}")
    return found + _of_codes(old, new, here)


def _of_fields(old: Mapping[str, Any], new: Mapping[str, Any], at: str) -> list[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    required, demanded = set(old.get("required", ())), set(new.get("required", ()))
    where = {name: f"{at}.{name}".lstrip(".") for name in {*before, *after, *required, *demanded}}
    found = [f"{where[name]}: is gone" for name in before if name not in after]
    found += [f"{where[name]}: is now required" for name in sorted(demanded - required)]
    found += [f"{where[name]}: is no longer sure to be there" for name in sorted(required - demanded)]
    for name in before:
        if name in after:
            found += breaks(before[name], after[name], where[name])
    return found


def _of_codes(old: Mapping[str, Any], new: Mapping[str, Any], here: str) -> list[str]:
    before, after = old.get("enum"), new.get("enum")
    if before is None and after is None:
        return []
    if before is None:
        return [f"{here}: took any value and is now a list of codes"]
    if after is None:
        return [f"{here}: was a list of codes and is none now"]
    return [f"{here}: code {code!r} is gone" for code in before if code not in after]


def _plain(value: Any) -> Any:
    """Return *value* so that the order of a list of types does not tell."""
    return sorted(value, key=str) if isinstance(value, list) else value


def _shown(value: Any) -> str:
    return "not there" if value is None else repr(value)
