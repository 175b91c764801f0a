"""Records that look like one thing, proposed to a person, who confirms or rejects."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from hub.domain.audit import Entry
from hub.domain.errors import UsageError
from hub.domain.identity import Candidate, Turn, likeness, pair_id
from hub.domain.records import KINDS
from hub.domain.sync import Effects, Record
from hub.services.sync.merging import Held, merge, rule_of
from hub.services.sync.steps import Sync

_ALIKE = 5
"""Of more records that are all alike, words tell nothing."""


def propose(sync: Sync) -> list[Candidate]:
    """Store and return pairs of records that are alike and that no person was asked about yet."""
    known, found = sync.identities.pairs(), dict[str, Candidate]()
    for kind in KINDS:
        for one, other, reason in _pairs(sync, kind):
            pair = pair_id(one, other)
            if pair not in known and pair not in found:
                found[pair] = Candidate(pair, kind, one, other, reason, "proposed", sync.clock())
    made = list(found.values())
    with sync.ledger.unit() as unit:
        unit.save(Effects(candidates=tuple(made)))
    return made


def confirm(sync: Sync, id: str, *, person: str, why: str, keep: str | None = None, use: Sequence[Held] = ()) -> Turn:
    """Merge the two records of a candidate, *keep* (or the first) going on. UsageError where it was decided before."""
    one = _open(sync, id)
    kept = keep or one.one
    if kept not in (one.one, one.other):
        raise UsageError(f"{kept}: is none of the two, {one.one} and {one.other}")
    turn = merge(sync, kept, one.other if kept == one.one else one.one, person=person, why=why, use=use)
    with sync.ledger.unit() as unit:
        unit.save(Effects(candidates=(replace(one, state="confirmed", person=person, why=why),)))
    return turn


def reject(sync: Sync, id: str, *, person: str, why: str) -> Candidate:
    """Note that the two are not one thing: they are not proposed again. UsageError where it was decided before."""
    if not person.strip() or not why.strip():
        raise UsageError("say who decides and why: --by NAME --why REASON")
    decided = replace(_open(sync, id), state="rejected", person=person, why=why)
    entry = Entry(
        at=sync.clock(),
        actor=person,
        kind=decided.kind,
        record_id=decided.one,
        field="merged_into",
        old=None,
        new=None,
        reason=f"is not one with {decided.other}: {why}",
        agreement="",
        message_id=sync.new_id(),
    )
    with sync.ledger.unit() as unit:
        unit.save(Effects(candidates=(decided,), audit=(entry,)))
    return decided


def _open(sync: Sync, id: str) -> Candidate:
    one = sync.identities.candidate(id)
    if one.state != "proposed":
        raise UsageError(f"{id}: is {one.state} already")
    return one


def _pairs(sync: Sync, kind: str) -> Iterator[tuple[str, str, str]]:
    rule = rule_of(sync, kind)
    groups: dict[tuple[str, str], list[str]] = {}
    for record, bases in sync.ledger.everything(kind):
        if record.deleted:
            continue
        held = {name: value for base in bases.values() for name, value in base.fields.items()}
        for likely in likeness(kind, {**held, **record.fields}, rule.match if rule else ()):
            groups.setdefault(likely, []).append(record.id)
    for (reason, _), ids in groups.items():
        if 1 < len(ids) <= _ALIKE:
            yield from ((one, other, reason) for place, one in enumerate(ids) for other in ids[place + 1 :])


def holders(sync: Sync, record: str) -> tuple[Record, dict[str, str]]:
    """Return a record and where it is held: system to its id there. UsageError where there is none."""
    with sync.ledger.unit() as unit:
        found = unit.records([record], hold=False)
        if record not in found:
            raise UsageError(f"{record}: there is no such record")
        return found[record], {base.system: base.external_id for base in unit.holders([record])}
