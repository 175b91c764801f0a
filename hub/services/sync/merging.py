"""Two records that are one thing: a person says so, and whatever referred to one follows to the other."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from hub.domain import wire
from hub.domain.agreements import KindRule, Policy
from hub.domain.audit import Entry
from hub.domain.errors import RetryableError, UsageError
from hub.domain.identity import Candidate, Turn, pair_id
from hub.domain.merge import Lost
from hub.domain.messages import Message
from hub.domain.sync import REFERENCES, Base, Dispute, Effects, Record
from hub.ports import Unit
from hub.services.sync.disputing import disputed
from hub.services.sync.events import changed
from hub.services.sync.steps import Sync

Held = tuple[str, str]
"""(system, external id)."""


@dataclass(slots=True)
class Page:
    """What a merge or split writes, gathered while it is worked out."""

    person: str
    why: str
    at: datetime
    new_id: Callable[[], str]
    records: dict[str, Record] = field(default_factory=dict)
    bases: list[Base] = field(default_factory=list)
    disputes: list[Dispute] = field(default_factory=list)
    audit: list[Entry] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    dropped: list[tuple[str, str]] = field(default_factory=list)
    keyed: list[tuple[str, str, str]] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)

    def change(self, before: Record, values: Mapping[str, Any], reason: str, *, gone: Sequence[str] = ()) -> Record:
        """Note that *before* takes *values* and loses the fields *gone*, and tell everyone; return it as it then is."""
        fields = {name: value for name, value in before.fields.items() if name not in gone} | dict(values)
        after = replace(before, fields=fields, version=before.version + 1)
        message_id = self.new_id()
        for name in (*values, *gone):
            self.note(after, name, before.fields.get(name), fields.get(name), reason, message_id)
        return self.tell(after, [*values, *gone], message_id)

    def note(self, record: Record, name: str, old: Any, new: Any, reason: str, message_id: str) -> None:
        """Add a line to the trail."""
        self.audit.append(
            Entry(
                at=self.at,
                actor=self.person,
                kind=record.kind,
                record_id=record.id,
                field=name,
                old=None if old is None else wire.dumps(old),
                new=None if new is None else wire.dumps(new),
                reason=f"{reason}: {self.why}",
                agreement="",
                message_id=message_id,
            )
        )

    def tell(self, record: Record, names: Sequence[str], message_id: str) -> Record:
        """Keep *record* and send it out."""
        self.records[record.id] = record
        self.messages.append(changed(record, names, origin="hub", id=message_id, at=self.at))
        return record

    def effects(self, turn: Turn) -> Effects:
        """Return everything as one."""
        return Effects(
            records=tuple(self.records.values()),
            bases=tuple(self.bases),
            disputes=tuple(self.disputes),
            audit=tuple(self.audit),
            messages=tuple(self.messages),
            dropped_keys=tuple(self.dropped),
            natural_keys=tuple(self.keyed),
            candidates=tuple(self.candidates),
            turns=(turn,),
        )


def merge(sync: Sync, keep: str, gone: str, *, person: str, why: str, use: Sequence[Held] = ()) -> Turn:
    """Make record *gone* one with record *keep*, which goes on, and return what was done.

    Where a system holds both, what it holds of *gone* is a double there, unless it is named in *use*: then the other
    is. Doubles are to be deleted there; the hub takes nothing from them any more. UsageError where that cannot be,
    RetryableError while one of them is being written to a system.
    """
    page = begin(sync, person, why)
    with sync.ledger.unit(alone=True) as unit:
        kept, other = two(unit, keep, gone)
        holders = unit.holders([keep, gone])
        children, stay = unit.referring(gone), unit.referring(keep)
        settled(unit, [keep, gone, *(child.id for child in (*children, *stay))])
        moved, doubles = _sides(holders, keep, gone, use)
        rule = rule_of(sync, kept.kind)
        values = _values(kept, other, holders, rule)
        before = {name: kept.fields.get(name) for name in values}
        after = page.change(kept, values, f"merged with {gone}")
        message_id = page.new_id()
        page.note(other, "merged_into", None, keep, "merged", message_id)
        page.tell(replace(other, merged_into=keep, deleted=True, version=other.version + 1), ["deleted"], message_id)
        page.bases += [replace(base, record_id=keep) for base in moved]
        page.bases += [replace(base, record_id=gone) for base in doubles if base.record_id == keep]
        _overrule(page, unit, after, other, moved, rule)
        swapped = {base.system for base in doubles if base.record_id == keep}
        followed = _lead(page, unit, children, gone, keep, {base.system for base in moved})
        _lead_back(page, unit, stay, gone, keep, swapped)
        keys = _rekey(page, unit, gone, keep, children)
        turn = Turn(
            id=page.new_id(),
            action="merge",
            kind=kept.kind,
            kept=keep,
            other=gone,
            person=person,
            why=why,
            at=page.at,
            moved=named(moved),
            doubles=named(doubles),
            changed={name: (before[name], value) for name, value in values.items()},
            followed=followed,
            keys=keys,
        )
        unit.save(page.effects(turn))
    return turn


def begin(sync: Sync, person: str, why: str) -> Page:
    """Return an empty page. UsageError unless somebody says who they are and why."""
    if not person.strip() or not why.strip():
        raise UsageError("say who decides and why: --by NAME --why REASON")
    return Page(person, why, sync.clock(), sync.new_id)


def two(unit: Unit, keep: str, gone: str) -> tuple[Record, Record]:
    """Return both records, held. UsageError unless they are two of one kind that stand for themselves."""
    if keep == gone:
        raise UsageError(f"{keep}: is one record already")
    found = unit.records([keep, gone])
    for one in (keep, gone):
        if one not in found:
            raise UsageError(f"{one}: there is no such record; hub sync identities candidates shows some")
        if (into := found[one].merged_into) is not None:
            raise UsageError(f"{one}: was merged into {into} already")
    if found[keep].kind != found[gone].kind:
        raise UsageError(f"{keep} is a {found[keep].kind}, {gone} a {found[gone].kind}: they cannot be one thing")
    return found[keep], found[gone]


def settled(unit: Unit, ids: Sequence[str]) -> None:
    """RetryableError while any of these records is being written: it is not known yet what the system holds."""
    if writes := unit.under_way(ids):
        systems = ", ".join(sorted({write.system for write in writes}))
        raise RetryableError(f"{systems}: is being written what this concerns; try again when that is done")


def rule_of(sync: Sync, kind: str) -> KindRule | None:
    """Return what is agreed of a kind, by the first agreement in force that it flows under."""
    return next((rule for one in sync.active("hub", kind) if (rule := one.rule(kind))), None)


def named(bases: Sequence[Base]) -> tuple[tuple[str, str], ...]:
    """Return the systems' names of what they hold."""
    return tuple((base.system, base.external_id) for base in bases)


def _sides(holders: Sequence[Base], keep: str, gone: str, use: Sequence[Held]) -> tuple[list[Base], list[Base]]:
    """Return what goes from the one record to the other, and what is a double from now on."""
    if strangers := set(use) - set(named(holders)):
        raise UsageError(f"{', '.join(f'{system}:{there}' for system, there in sorted(strangers))}: holds neither")
    moved, doubles = list[Base](), list[Base]()
    mine = {base.system: base for base in holders if base.record_id == keep}
    for base in holders:
        if base.record_id != gone:
            continue
        if base.system not in mine:
            moved.append(base)
        elif (base.system, base.external_id) in use:
            moved.append(base)
            doubles.append(mine[base.system])
        else:
            doubles.append(base)
    return moved, doubles


def _values(kept: Record, other: Record, holders: Sequence[Base], rule: KindRule | None) -> dict[str, Any]:
    """Return what the kept record takes from the other: what it lacks, and what the other's owner told."""
    owners = {base.record_id: set[str]() for base in holders}
    for base in holders:
        owners[base.record_id].add(base.system)
    taken = {}
    for name, value in other.fields.items():
        owner = rule.owns(name) if rule else ""
        theirs = owner in owners.get(other.id, ()) and owner not in owners.get(kept.id, ())
        if value != kept.fields.get(name) and (name not in kept.fields or theirs):
            taken[name] = value
    return taken


def _overrule(
    page: Page, unit: Unit, kept: Record, other: Record, moved: Sequence[Base], rule: KindRule | None
) -> None:
    """Keep what systems held of the other record and does not stand, for a person to restore or to decide."""
    systems = {base.system for base in moved}
    for dispute in unit.disputes([other.id]):
        state = "open" if dispute.system in systems else "superseded"
        page.disputes.append(replace(dispute, record_id=kept.id, state=state))
    for dispute in unit.disputes([kept.id]):
        if dispute.system in systems:  # what it held of the kept record is a double from now on
            page.disputes.append(replace(dispute, state="superseded"))
    waiting = {(dispute.system, dispute.field) for dispute in page.disputes if dispute.state == "open"}
    if rule is None:
        return
    for base in moved:
        for name, theirs in base.fields.items():
            ours = kept.fields.get(name)
            if theirs in (None, ours) or name not in kept.fields or not rule.covers(name):
                continue
            if (base.system, name) in waiting or rule.owns(name) == base.system:
                continue
            open_ = rule.policy_of(name) is Policy.REVIEW
            lost = Lost(name, None, ours, theirs, f"held of {other.id} when that was merged", open=open_)
            page.disputes.append(disputed(kept, base.system, lost, agreement="", at=page.at, id=page.new_id()))


def _lead(
    page: Page, unit: Unit, children: Sequence[Record], gone: str, keep: str, systems: set[str]
) -> tuple[tuple[str, str], ...]:
    """Lead what refers to *gone* to *keep*.

    In *systems* the reference is the same as before. One that holds both records is told, since its holds the other.
    """
    followed = list[tuple[str, str]]()
    held = unit.holders([child.id for child in children])
    for child in children:
        names = [name for name in REFERENCES if child.fields.get(name) == gone]
        if names:  # else only a system says so, and the owner of the field has not spoken
            page.change(child, dict.fromkeys(names, keep), f"follows the merge of {gone}")
        followed += [(child.id, name) for name in names]
    page.bases += [led(base, gone, keep) for base in held if base.system in systems and gone in base.fields.values()]
    return tuple(followed)


def _lead_back(page: Page, unit: Unit, stay: Sequence[Record], gone: str, keep: str, systems: set[str]) -> None:
    """Have *systems* told to refer to what goes on there: until now it was the other one that did."""
    if not systems:
        return
    for base in unit.holders([child.id for child in stay]):
        if base.system in systems and keep in base.fields.values():
            page.bases.append(led(base, keep, gone))
    for child in stay:
        page.change(child, {}, "")


def led(base: Base, old: str, new: str) -> Base:
    """Return *base* with references to one record as references to another."""
    fields = {name: new if name in REFERENCES and value == old else value for name, value in base.fields.items()}
    return replace(base, fields=fields)


def _rekey(page: Page, unit: Unit, gone: str, keep: str, children: Sequence[Record]) -> tuple[str, ...]:
    """Have the keys of *gone* mean *keep*, and those of its children name it; two that are now alike are candidates."""
    own = [(kind, key) for kind, key, _ in unit.keys([gone])]
    page.dropped += own
    page.keyed += [(kind, key, keep) for kind, key in own]
    renamed = [
        (kind, key, key.replace(wire.dumps(gone), wire.dumps(keep)), child)
        for kind, key, child in unit.keys([child.id for child in children])
        if wire.dumps(gone) in key
    ]
    for kind in sorted({kind for kind, *_ in renamed}):
        taken = unit.matches(kind, sorted({new for its, _, new, _ in renamed if its == kind}))
        for its, old, new, child in renamed:
            if its != kind:
                continue
            page.dropped.append((kind, old))
            if new in taken:
                page.candidates.append(candidate(page, kind, taken[new], child, "the same key since a merge"))
            else:
                taken[new] = child
                page.keyed.append((kind, new, child))
    return tuple(key for _, key in own)


def candidate(page: Page, kind: str, one: str, other: str, reason: str) -> Candidate:
    """Return a pair for a person to decide on."""
    return Candidate(pair_id(one, other), kind, one, other, reason, "proposed", page.at)
