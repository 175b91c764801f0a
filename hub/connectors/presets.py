"""The mapping that a connector brings, as a YAML file beside it, and what a customer's own YAML changes of it."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from pydantic import ValidationError

from hub.connectors.rest.config import Mapped
from hub.domain.errors import UsageError
from hub.domain.records.kinds import KINDS

Overrides = Mapping[str, Any]
"""Kind to the keys of `Mapped` that differ; a field that is null is left out, a kind that is null is not read."""


def mapping_of(package: str, overrides: Overrides | None = None) -> dict[str, Mapped]:
    """Return the rules of a connector's `mapping.yaml` with *overrides*, by kind. UsageError names what is wrong."""
    told = _merged(_brought(package), overrides or {})
    made = {}
    for kind, rule in told.items():
        if kind not in KINDS:
            raise UsageError(f"kinds: {kind!r} is no kind of record; there are {', '.join(KINDS)}")
        if rule is not None:
            made[kind] = _rule(kind, rule)
    return made


@cache
def _brought(package: str) -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load(files(package).joinpath("mapping.yaml").read_text(encoding="utf-8"))
    return told


def _merged(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """Return *ours* with what *theirs* says otherwise, key by key; lists and values are replaced whole."""
    made = dict(ours)
    for key, value in theirs.items():
        before = made.get(key)
        made[key] = _merged(before, value) if isinstance(before, Mapping) and isinstance(value, Mapping) else value
    return made


def _rule(kind: str, told: Any) -> Mapped:
    kept = dict(told) if isinstance(told, Mapping) else {}
    kept["fields"] = {name: value for name, value in dict(kept.get("fields") or {}).items() if value is not None}
    try:
        return Mapped.model_validate(kept)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in ("kinds", kind, *first["loc"]))
        raise UsageError(f"{where}: {first['msg'].removeprefix('Value error, ')}") from error
