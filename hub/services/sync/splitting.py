"""One record that is two things: a person says which systems' records are the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hub.domain.agreements import KindRule, Policy
from hub.domain.errors import UsageError
from hub.domain.identity import Turn
from hub.domain.sync import REFERENCES, Base, Record
from hub.ports import Unit
from hub.services.sync.merging import Held, Page, begin, led, named, rule_of, settled
from hub.services.sync.references import natural_key
from hub.services.sync.steps import Sync


@dataclass(frozen=True, slots=True)
class _Parted:
    """What is to become of a record."""

    kept: Record
    other: Record
    off: tuple[Base, ...]
    """What goes to the other, as it is held now."""
    undone: Turn | None
    """The merge that this takes back."""


def split(sync: Sync, record: str, off: Sequence[Held], *, person: str, why: str) -> Turn:
    """Take what systems hold as *off* out of *record* into a record of its own, and return what was done.

    What a merge had brought in becomes the record again that it was, with its key, and what followed it goes back;
    otherwise it is a new one, and what refers to the record goes with it where the owner of the reference holds it so.
    Each of the two then goes out to the systems that lack it. UsageError where that cannot be, RetryableError while
    one of them is being written to a system.
    """
    page = begin(sync, person, why)
    merges = [turn for turn in sync.identities.turns(record=record) if turn.action == "merge" and turn.kept == record]
    with sync.ledger.unit(alone=True) as unit:
        parted = _parted(unit, record, off, merges, sync)
        children = unit.referring(record)
        settled(unit, [record, parted.other.id, *(child.id for child in children)])
        rule = rule_of(sync, parted.kept.kind)
        values, gone = _restored(parted)
        page.change(parted.kept, values, f"split from {parted.other.id}", gone=gone)
        other = _revived(parted, rule)
        page.change(other, {}, f"split from {record}")
        page.note(other, "split_from", None, record, "split", page.messages[-1].id)
        page.bases += [replace(base, record_id=other.id) for base in parted.off]
        systems = {base.system for base in parted.off if base.record_id == record}  # of a double nobody was asked
        page.disputes += [replace(one, record_id=other.id) for one in unit.disputes([record]) if one.system in systems]
        followed = _part(page, unit, children, parted, sync)
        keys = _rekey(page, unit, parted, rule, followed)
        turn = Turn(
            id=page.new_id(),
            action="split",
            kind=other.kind,
            kept=record,
            other=other.id,
            person=person,
            why=why,
            at=page.at,
            moved=named(parted.off),
            changed={name: (parted.kept.fields.get(name), values.get(name)) for name in (*values, *gone)},
            followed=followed,
            keys=keys,
        )
        unit.save(page.effects(turn))
    return turn


def _parted(unit: Unit, id: str, off: Sequence[Held], merges: Sequence[Turn], sync: Sync) -> _Parted:
    found = unit.records([id])
    if id not in found or found[id].merged_into is not None:
        raise UsageError(f"{id}: there is no such record, or it was merged into another; hub sync identities list")
    kept = found[id]
    bases = tuple(_named(unit, kept, system, there) for system, there in off)
    others = {base.record_id for base in bases} - {id}
    undone = next((turn for turn in merges if set(off) <= {*turn.moved, *turn.doubles}), None)
    if undone is not None and (others or {undone.other}) == {undone.other}:
        others = {undone.other}
    if len(others) > 1:
        raise UsageError("these came from several records; split them off one after the other")
    remain = {(base.system, base.external_id) for base in unit.holders([id])} - set(off)
    if not bases or not remain:
        raise UsageError(f"{id}: name what is to be split off (--off SYSTEM:ID), and leave something of it")
    if not others:
        return _Parted(kept, Record(sync.new_id(), kept.kind, {}, version=0), bases, None)
    [came_from] = others
    before = unit.records([came_from])[came_from]
    if before.merged_into != id:
        return _Parted(kept, Record(sync.new_id(), kept.kind, {}, version=0), bases, None)
    return _Parted(kept, before, bases, undone)


def _named(unit: Unit, kept: Record, system: str, there: str) -> Base:
    base = unit.bases(system, kept.kind, [there]).get(there)
    if base is None or kept.id not in (base.record_id, unit.merged([base.record_id]).get(base.record_id)):
        raise UsageError(f"{system}:{there}: is nothing that this system holds of {kept.id}")
    return base


def _restored(parted: _Parted) -> tuple[dict[str, Any], list[str]]:
    """Return the values that the kept record has again, and the fields that it loses: what a merge had brought in."""
    values, gone = dict[str, Any](), list[str]()
    for name, (before, after) in (parted.undone.changed if parted.undone else {}).items():
        if parted.kept.fields.get(name) != after:
            continue  # edited since
        if before is None:
            gone.append(name)
        else:
            values[name] = before
    return values, gone


def _revived(parted: _Parted, rule: KindRule | None) -> Record:
    """Return the other record with what its systems hold of the fields that are theirs to tell."""
    told: dict[str, Any] = {}
    for base in parted.off:
        for name, value in base.fields.items():
            free = rule is None or rule.policy_of(name) in (Policy.TAKE, Policy.NEWEST)
            if free or (rule is not None and rule.owns(name) == base.system):
                told[name] = value
    deleted = all(base.deleted for base in parted.off)
    return replace(parted.other, fields={**parted.other.fields, **told}, deleted=deleted, merged_into=None)


def _part(
    page: Page, unit: Unit, children: Sequence[Record], parted: _Parted, sync: Sync
) -> tuple[tuple[str, str], ...]:
    """Lead what refers to the record and belongs to the other one there; return those (record, field)."""
    kept, other = parted.kept.id, parted.other.id
    went = set(parted.undone.followed) if parted.undone else set()
    held: dict[str, dict[str, Base]] = {child.id: {} for child in children}
    for base in unit.holders([child.id for child in children]):
        held[base.record_id][base.system] = base
    sides = {base.system: base.record_id for base in parted.off}
    followed = list[tuple[str, str]]()
    for child in children:
        rule = rule_of(sync, child.kind)
        for name in REFERENCES:
            said = {system: base.fields.get(name) for system, base in held[child.id].items()}
            inside = [system for system, here in sides.items() if said.get(system) == here]
            mine = child.fields.get(name)
            owner = rule.owns(name) if rule and rule.owns(name) in held[child.id] else ""
            goes = (owner in inside if owner else bool(inside)) or (child.id, name) in went
            if not goes or mine not in (None, kept):
                continue
            followed.append((child.id, name))
            if mine is not None:
                page.change(page.records.get(child.id, child), {name: other}, f"follows the split of {kept}")
        theirs = [base for system, base in held[child.id].items() if sides.get(system) == kept]
        told = [led(base, kept, other) for base in theirs if kept in base.fields.values()]
        page.bases += told
        if told and child.id not in page.records:
            page.change(child, {}, "")  # it stays: these systems are to refer to what they get of the kept one
    return tuple(followed)


def _rekey(
    page: Page, unit: Unit, parted: _Parted, rule: KindRule | None, followed: Sequence[tuple[str, str]]
) -> tuple[str, ...]:
    """Give the other record its keys, and what follows it keys that name it, where nobody else has them."""
    kept, other = parted.kept, page.records[parted.other.id]
    mine: Mapping[str, str] = {key: record for _, key, record in unit.keys([kept.id])}
    back = [key for key in (parted.undone.keys if parted.undone else ()) if key in mine]
    page.dropped += [(kept.kind, key) for key in back]
    wanted = {(kept.kind, key): other.id for key in back}
    if not back and rule and (own := natural_key(other.fields, rule.match)):
        wanted[kept.kind, own] = other.id
    for kind, key, child in unit.keys(sorted({child for child, _ in followed})):
        if f'"{kept.id}"' in key:
            page.dropped.append((kind, key))
            wanted[kind, key.replace(f'"{kept.id}"', f'"{other.id}"')] = child
    for kind in sorted({kind for kind, _ in wanted}):
        taken = unit.matches(kind, sorted(key for its, key in wanted if its == kind))
        free = {key: record for (its, key), record in wanted.items() if its == kind}
        page.keyed += [
            (kind, key, record)
            for key, record in sorted(free.items())
            if key not in taken or (kind, key) in page.dropped
        ]
    return tuple(back)
