"""What other systems held before the owner of a field told its first value.

Which system is read first is chance; who is overruled must not be, nor whether anyone is told.
"""

from collections.abc import Iterator, Mapping, Sequence

from hub.domain.agreements import Agreement, KindRule, Policy
from hub.domain.changes import Change
from hub.domain.merge import Edit, Lost
from hub.domain.sync import Base, Record
from hub.ports import Unit


def held_elsewhere(
    unit: Unit, system: str, agreements: Sequence[Agreement], met: Sequence[tuple[Record, Change]]
) -> dict[str, list[Base]]:
    """Return by record what other systems hold, for records that are told a field for the first time."""
    first = sorted({record.id for record, change in met if not change.fields.keys() <= record.fields.keys()})
    others = sorted({name for agreement in agreements for name in agreement.systems} - {system})
    found: dict[str, list[Base]] = {}
    for other in others if first else ():
        for record_id, base in unit.bases_of(other, first).items():
            found.setdefault(record_id, []).append(base)
    return found


def overruled(
    record: Record, edits: Sequence[Edit], bases: Sequence[Base], *, system: str, rule: KindRule
) -> Iterator[tuple[str, Lost]]:
    """Yield (system, value that does not stand) for each first value of an owner that another system differs from."""
    if not bases:
        return
    told: Mapping[str, object] = {
        edit.field: edit.new for edit in edits if edit.field not in record.fields and rule.owns(edit.field) == system
    }
    for base in bases:
        for name, value in told.items():
            theirs = base.fields.get(name)
            if theirs is None or theirs == value or base.deleted:
                continue
            open_ = rule.policy_of(name) is Policy.REVIEW
            yield base.system, Lost(name, None, value, theirs, f"{system} owns this field; both held one", open=open_)
