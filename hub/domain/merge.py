"""The three-way merge: what a system reports, against what it was last known to hold and what the hub holds.

Pure: the same three sides and the same rule always give the same result.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.domain.agreements import KindRule, Policy

MISSING = object()
FIRST_VALUE = "first value"
_TAKING = (Policy.TAKE, Policy.NEWEST)


@dataclass(frozen=True, slots=True)
class Edit:
    """A field of the record that takes a new value."""

    field: str
    old: Any
    new: Any
    reason: str


@dataclass(frozen=True, slots=True)
class Lost:
    """A value that was not taken, and why; *open* where a person has to decide."""

    field: str
    base: Any
    ours: Any
    theirs: Any
    reason: str
    open: bool


@dataclass(frozen=True, slots=True)
class Merged:
    """What becomes of one report of one record."""

    edits: tuple[Edit, ...]
    lost: tuple[Lost, ...]

    @property
    def silent(self) -> bool:
        """Tell whether nothing new was reported."""
        return not self.edits and not self.lost


@dataclass(frozen=True, slots=True)
class Side:
    """The system that reports."""

    system: str
    base: Mapping[str, Any]
    """What it was last known to hold."""
    in_flight: Mapping[str, Any]
    """What the hub is writing to it at this moment; seeing it again is our own echo."""
    changed_at: datetime | None = None


def merge(
    ours: Mapping[str, Any],
    theirs: Mapping[str, Any],
    *,
    side: Side,
    rule: KindRule,
    edited: Mapping[str, str],
    disputed: Mapping[str, Any],
) -> Merged:
    """Merge what *side* reports (*theirs*, canonical field to value) into what the hub holds (*ours*).

    *edited* gives when a field was last edited, *disputed* what is already waiting for a person from this system.
    Fields that were not reported stay as they are. What the hub lacks it takes from whoever may tell it, also where
    that system held it before it came to own the field.
    """
    edits: list[Edit] = []
    lost: list[Lost] = []
    for name, value in theirs.items():
        before = side.base.get(name, MISSING)
        mine = ours.get(name, MISSING)
        owner, policy = rule.owns(name) == side.system, rule.policy_of(name)
        told = before if mine is not MISSING or not (owner or policy in _TAKING) else MISSING
        if not rule.covers(name) or value in (told, mine, side.in_flight.get(name, MISSING)):
            continue
        if name in disputed and disputed[name] == value:
            continue
        if mine is MISSING and not owner and policy not in _TAKING:
            continue  # the owner has not spoken; what this system holds is remembered as its base
        if mine is MISSING:
            edits.append(Edit(name, None, value, FIRST_VALUE))
            continue
        both = before is MISSING or mine != before
        if owner and not (policy is Policy.NEWEST and both and _older(side.changed_at, edited.get(name))):
            edits.append(Edit(name, mine, value, "owner's edit"))
            if before is not MISSING and both:
                lost.append(Lost(name, before, mine, value, "the owner edited it meanwhile", open=False))
            continue
        verdict = _verdict(policy, both=both, later=_later(side.changed_at, edited.get(name)))
        if verdict == "taken":
            edits.append(Edit(name, mine, value, f"edit of {side.system}, taken as agreed"))
            if both:
                lost.append(Lost(name, _shown(before), mine, value, "a later edit was taken as agreed", open=False))
            continue
        why = f"{rule.owns(name)} owns this field" + ("; both sides edited it" if both else "")
        lost.append(Lost(name, _shown(before), mine, value, why, open=verdict == "open"))
    return Merged(tuple(edits), tuple(lost))


def first_values(theirs: Mapping[str, Any], *, system: str, rule: KindRule) -> Mapping[str, Any]:
    """Return what *system* may tell of a record that nobody knew: the others wait until the owner has spoken."""
    if not rule.fields and not rule.only:  # no field differs from its kind
        return theirs if rule.owner == system or rule.policy in _TAKING else {}
    return {
        name: value
        for name, value in theirs.items()
        if rule.covers(name) and (rule.owns(name) == system or rule.policy_of(name) in _TAKING)
    }


def _verdict(policy: Policy, *, both: bool, later: bool) -> str:
    if policy is Policy.REVIEW:
        return "open"
    if policy is Policy.OWNER_WINS:
        return "refused"
    if not both:
        return "taken"
    return "taken" if policy is Policy.NEWEST and later else "refused"


def _later(theirs: datetime | None, ours: str | None) -> bool:
    """Tell whether *theirs* is later; where either is not known it is not."""
    return theirs is not None and ours is not None and theirs > datetime.fromisoformat(ours)


def _older(theirs: datetime | None, ours: str | None) -> bool:
    """Tell whether *theirs* is older; where either is not known it is not."""
    return theirs is not None and ours is not None and theirs < datetime.fromisoformat(ours)


def _shown(value: Any) -> Any:
    return None if value is MISSING else value
