"""A record whose key was edited is known by the new one."""

from collections.abc import Sequence

from hub.domain.sync import Record
from hub.ports import Unit
from hub.services.sync.intake import Intake
from hub.services.sync.references import natural_key

Key = tuple[str, str, str]
"""(kind, key, record id)."""


def keyed_anew(
    unit: Unit, edited: Sequence[tuple[Record, Record]], made: Sequence[Key], intake: Intake
) -> tuple[tuple[tuple[str, str], ...], tuple[Key, ...]]:
    """Return the keys that hold no longer for *edited* records, before and after, and those that do now.

    A key that another record has, or is *made* for one, stays that one's.
    """
    match = next((rule.match for a in intake.agreements if (rule := a.rule(intake.kind)) and rule.match), ())
    moved = [
        (natural_key(before.fields, match), natural_key(after.fields, match), after)
        for before, after in edited
        if any(before.fields.get(name) != after.fields.get(name) for name in match)
    ]
    if not moved:
        return (), ()
    holders = unit.matches(intake.kind, sorted({key for old, new, _ in moved for key in (old, new) if key}))
    holders |= {key: record for _, key, record in made}
    dropped, keyed = list[tuple[str, str]](), list[Key]()
    for old, new, record in moved:
        if old is not None and holders.get(old) == record.id:
            dropped.append((record.kind, old))
            del holders[old]
        if new is not None and new not in holders:
            keyed.append((record.kind, new, record.id))
            holders[new] = record.id
    return tuple(dropped), tuple(keyed)
