"""What both systems and the hub hold, compared field by field; nothing is written."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from hub.domain import wire
from hub.domain.agreements import Agreement, KindRule, Status
from hub.domain.blinding import Blinding
from hub.domain.changes import Change, Reject
from hub.domain.errors import HubError
from hub.domain.sync import REFERENCES, Base, Dispute, Record
from hub.ports import System
from hub.services.sync.steps import Sync

_PAGES = 100_000
_WRECK = "is there, but cannot be read; its dead letter says why"


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where two sides do not hold the same."""

    kind: str
    record_id: str
    external_id: str
    system: str
    field: str
    """Empty where the whole record differs."""
    hub: Any
    theirs: Any
    cause: str


@dataclass(frozen=True, slots=True)
class Tally:
    """How many records of a kind one side holds, with a hash over each field of them all."""

    side: str
    kind: str
    records: int
    hashes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Report:
    """The outcome of a comparison."""

    at: datetime
    agreements: tuple[str, ...]
    tallies: tuple[Tally, ...]
    differences: tuple[Difference, ...]
    unread: tuple[str, ...]
    """Systems and kinds that could not be read, and why; nothing is known of them."""


def reconcile(sync: Sync, *, only: Collection[str] | None = None) -> Report:
    """Read everything that agreements in trial or in force cover, *only* these by id, and compare it with the hub."""
    differences: list[Difference] = []
    tallies: list[Tally] = []
    unread: list[str] = []
    running = (Status.TRIAL, Status.ACTIVE, Status.PAUSED)
    newest = {one.id: one for one in sync.ledger.agreements()}
    newest |= {one.id: one for one in sync.ledger.agreements(started=True)}  # what is only offered changes nothing yet
    known = [one for one in newest.values() if only is None or one.id in only]
    agreements = [one for one in known if one.status in running]
    disputes = {(d.system, d.record_id, d.field): d for d in sync.ledger.disputes(limit=1_000_000)}
    for agreement in agreements:
        for rule in agreement.kinds:
            held = sync.ledger.everything(rule.kind)
            tallies.append(_tally("hub", rule, (record.fields for record, _ in held if not record.deleted)))
            for name in sorted(agreement.systems):
                system = sync.systems.get(name)
                if system is None or system.source is None or rule.kind not in system.kinds:
                    continue
                try:
                    listed, rejects = _all(system, rule.kind)
                except HubError as error:
                    unread.append(f"{name}, {rule.kind}: {error}")
                    continue
                translated = _translated(sync, name, listed)
                tallies.append(_tally(name, rule, (c.fields for c in translated.values() if not c.deleted)))
                doubles = sync.identities.doubles(name, rule.kind)
                held = sync.ledger.everything(rule.kind)  # once more: it is never held as a whole
                wrecks = {one.external_id for one in rejects if one.external_id is not None}
                differences += _compared(agreement, rule, name, translated, held, disputes, doubles, wrecks)
                unread += [f"{name}, {one.kind}, {one.where}: {_WRECK}" for one in rejects if one.external_id is None]
    labels = tuple(agreement.label for agreement in agreements)
    return Report(sync.clock(), labels, tuple(tallies), tuple(differences), tuple(unread))


def blinded(report: Report, blinding: Blinding) -> Report:
    """Return a report without what would unblind: neither values nor the hashes by which few could be guessed."""
    left = tuple(one for one in report.differences if not blinding.hides(one.field, kind=one.kind))
    tallies = tuple(
        replace(
            one, hashes={name: told for name, told in one.hashes.items() if not blinding.hides(name, kind=one.kind)}
        )
        for one in report.tallies
    )
    return replace(report, differences=left, tallies=tallies)


def _all(system: System, kind: str) -> tuple[dict[str, Change], list[Reject]]:
    """Return what a system lists, by its ids, and the items that cannot be read."""
    assert system.source is not None  # noqa: S101  # the caller looked
    cursor, listed, rejects = None, dict[str, Change](), list[Reject]()
    for _ in range(_PAGES):
        page = system.source.pull(kind, cursor)
        listed |= {change.external_id: replace(change, raw=b"") for change in page.changes}
        rejects += page.rejects
        if not page.more:
            break
        cursor = page.cursor
    return listed, rejects


def _translated(sync: Sync, system: str, listed: Mapping[str, Change]) -> dict[str, Change]:
    """Return the changes with references as the hub's ids; one that is not known stays as the system's."""
    with sync.ledger.unit() as unit:
        known: dict[tuple[str, str], str] = {}
        for name, kind in REFERENCES.items():
            ids = {str(change.fields[name]) for change in listed.values() if change.fields.get(name) is not None}
            known |= {(kind, there): base.record_id for there, base in unit.bases(system, kind, sorted(ids)).items()}
    return {
        there: Change(
            change.kind,
            there,
            {name: known.get((REFERENCES.get(name, ""), str(value)), value) for name, value in change.fields.items()},
            change.version,
            change.changed_at,
            change.deleted,
        )
        for there, change in listed.items()
    }


def _compared(
    agreement: Agreement,
    rule: KindRule,
    system: str,
    listed: Mapping[str, Change],
    held: Iterable[tuple[Record, dict[str, Base]]],
    disputes: Mapping[tuple[str, str, str], Dispute],
    doubles: Mapping[str, str],
    wrecks: Collection[str],
) -> Iterator[Difference]:
    met: set[str] = set()
    for record, bases in held:
        base = bases.get(system)
        change = listed.get(base.external_id) if base else None
        if base is not None and change is None and base.external_id in wrecks:
            met.add(base.external_id)
            yield Difference(rule.kind, record.id, base.external_id, system, "", "held", None, _WRECK)
            continue
        if base is None or change is None:
            if not record.deleted and record.fields and agreement.receives(system, rule.kind):
                cause = "not delivered yet" if base is None else "the system does not list it any more"
                yield Difference(
                    rule.kind, record.id, base.external_id if base else "", system, "", "held", None, cause
                )
            continue
        met.add(base.external_id)
        if change.deleted != record.deleted:
            cause = _cause("deleted", change.deleted, base, record, disputes)
            yield Difference(
                rule.kind, record.id, base.external_id, system, "deleted", record.deleted, change.deleted, cause
            )
            continue
        if record.deleted:  # what is deleted on both sides is not kept in step
            continue
        for name in sorted({*record.fields, *change.fields}):
            mine, theirs = record.fields.get(name), change.fields.get(name)
            if mine != theirs and name in change.fields and rule.covers(name):
                cause = _cause(name, theirs, base, record, disputes)
                yield Difference(rule.kind, record.id, base.external_id, system, name, mine, theirs, cause)
    for there, change in listed.items():
        if there not in met and not change.deleted:
            kept = doubles.get(there, "")
            cause = "a double since a merge; delete one there" if kept else "the hub has not taken it in"
            yield Difference(rule.kind, kept, there, system, "", None, "held", cause)
    for there in sorted(wrecks):
        if there not in met:
            yield Difference(rule.kind, "", there, system, "", None, "held", _WRECK)


def _cause(name: str, theirs: Any, base: Base, record: Record, disputes: Mapping[tuple[str, str, str], Dispute]) -> str:
    if dispute := disputes.get((base.system, record.id, name)):
        return f"waits for review ({dispute.id})"
    if base.fields.get(name) != theirs:
        return "edited there since it was last read"
    return "not delivered yet"


def _tally(side: str, rule: KindRule, every: Iterator[Mapping[str, Any]]) -> Tally:
    sums: dict[str, int] = {}
    count = 0
    for fields in every:
        count += 1
        for name, value in fields.items():
            if rule.covers(name) and value is not None:
                # a sum of hashes does not depend on the order in which a side lists its records
                digest = sha256(f"{name}={wire.dumps(value)}".encode()).digest()[:8]
                sums[name] = (sums.get(name, 0) + int.from_bytes(digest, "big")) % 2**64
    return Tally(side, rule.kind, count, {name: f"{value:016x}" for name, value in sorted(sums.items())})
