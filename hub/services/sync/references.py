"""What a change refers to and what it is known by: a system's ids into the hub's, and natural keys."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from hub.domain import wire
from hub.domain.agreements import HUB, Agreement
from hub.domain.changes import Change
from hub.domain.records import kinds_with
from hub.domain.sync import LONGEST_KEY, REFERENCES
from hub.ports import Unit


def known_references(unit: Unit, system: str, changes: Sequence[Change]) -> dict[tuple[str, str], str]:
    """Return the hub's ids of the records that *changes* refer to, by (kind, the system's id)."""
    wanted: dict[str, set[str]] = {}
    own = set[tuple[str, str]]()
    for change in changes:
        if REFERENCES.keys().isdisjoint(change.fields):
            continue
        for name, kind in REFERENCES.items():
            if change.fields.get(name) is not None:
                wanted.setdefault(kind, set()).add(str(change.fields[name]))
                if change.kind not in kinds_with(name):
                    own.add((change.kind, name))
    for its, name in sorted(own):
        unit.refers(its, name)
    found: dict[tuple[str, str], str] = {}
    for kind, ids in wanted.items():
        if system == HUB:  # its references are the hub's own ids
            found |= {(kind, here): here for here in unit.records(ids, hold=False)}
            continue
        found |= {(kind, there): base.record_id for there, base in unit.bases(system, kind, sorted(ids)).items()}
    return found


def resolved(change: Change, references: Mapping[tuple[str, str], str]) -> tuple[Change, list[str]]:
    """Return *change* with the hub's ids for the system's, and what is not known yet."""
    if REFERENCES.keys().isdisjoint(change.fields):
        return change, []
    fields, missing = dict(change.fields), []
    for name, kind in REFERENCES.items():
        value = fields.get(name)
        if value is None:
            continue
        known = references.get((kind, str(value)))
        if known is None:
            missing.append(f"{name} {value!r}: no such {kind.replace('_', ' ')} is known from this system")
        fields[name] = known
    return replace(change, fields=fields), missing


def stray(change: Change, into: Mapping[str, str]) -> dict[str, str]:
    """Return the references of *change* to records that went *into* others: the system holds them still."""
    return {name: value for name in REFERENCES if (value := change.fields.get(name)) is not None and str(value) in into}


def natural_key(fields: Mapping[str, Any], match: Sequence[str]) -> str | None:
    """Return the key that *fields* have by the fields to *match*, None where one is not known.

    Of one that is longer than `LONGEST_KEY` letters, references stand as they are, which a merge leads elsewhere, and
    then the SHA-256 of the others.
    """
    values = [fields.get(name) for name in match]
    if not values or None in values:
        return None
    key = wire.dumps(values)
    if len(key) <= LONGEST_KEY:
        return key
    kept = [value for name, value in zip(match, values, strict=True) if name in REFERENCES]
    rest = [value for name, value in zip(match, values, strict=True) if name not in REFERENCES]
    return wire.dumps([*kept, f"sha256:{hashlib.sha256(wire.dumps(rest).encode()).hexdigest()}"])


def natural_keys(changes: Sequence[Change], kind: str, agreements: Sequence[Agreement]) -> dict[str, str]:
    """Return the natural key of each change that has all the fields of one, by external id."""
    rule = next((rule for a in agreements if (rule := a.rule(kind)) and rule.match), None)
    if rule is None:
        return {}
    keys = ((change.external_id, natural_key(change.fields, rule.match)) for change in changes)
    return {there: key for there, key in keys if key is not None}
