"""What a system reports becomes edits, refusals and disputes: one page, one transaction."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from hub.domain import wire
from hub.domain.agreements import Agreement, Deletes, KindRule
from hub.domain.audit import SEVERAL, Entry
from hub.domain.changes import Change, Page
from hub.domain.errors import RetryableError
from hub.domain.merge import Edit, Lost, Merged, Side, merge
from hub.domain.messages import Message
from hub.domain.records import check
from hub.domain.sync import Base, Dispute, Effects, Letter, Record, Write, letter_id, waiting_id
from hub.ports import Clock, Ledger, Unit
from hub.services.sync.disputing import disputed, superseded
from hub.services.sync.events import changed
from hub.services.sync.intake import Intake, Taken
from hub.services.sync.overruled import held_elsewhere, overruled
from hub.services.sync.references import known_references, natural_keys, resolved

NewId = Callable[[], str]


@dataclass(slots=True)
class _Desk:
    """What is at hand while a page is worked through; a record met twice sees its first change."""

    bases: dict[str, Base]
    records: dict[str, Record]
    keys: dict[str, str]
    disputes: dict[str, list[Dispute]]
    in_flight: dict[str, Mapping[str, Any]]
    matches: dict[str, str]
    """Natural key to the record that has it."""
    reported: dict[str, Change]
    """The changes with the system's own references."""
    elsewhere: dict[str, list[Base]]
    """What other systems hold, by record."""
    touched: dict[str, Record] = field(default_factory=dict)
    seen: dict[str, Base] = field(default_factory=dict)
    natural: list[tuple[str, str, str]] = field(default_factory=list)
    audit: list[Entry] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    made: dict[str, Dispute] = field(default_factory=dict)
    """Disputes that are new or changed, by their id."""
    letters: list[Letter] = field(default_factory=list)
    edits: int = 0


def take(ledger: Ledger, page: Page, intake: Intake, *, clock: Clock, new_id: NewId) -> Taken:
    """Merge *page* into the hub's records and store everything with the cursor, or nothing.

    RetryableError when a record was written by the hub while the page was being read: read the page again.
    """
    with ledger.unit() as unit:
        desk, changes = _lay_out(unit, page, intake, clock=clock)
        for change in changes:
            _one(desk, change, intake, clock=clock, new_id=new_id)
        if intake.listing:
            _mark_listed(unit, desk, page, intake)
        unit.save(
            Effects(
                records=tuple(desk.touched.values()),
                natural_keys=tuple(desk.natural),
                bases=tuple(desk.seen.values()),
                disputes=tuple(desk.made.values()),
                audit=tuple(desk.audit),
                messages=tuple(desk.messages),
                letters=tuple(desk.letters),
                letter_states=_released(unit, changes, desk.letters, intake),
                cursor=intake.cursor(page),
            )
        )
    dead = sum(letter.state == "dead" for letter in desk.letters)
    states = Counter(dispute.state for dispute in desk.made.values())
    return Taken(
        read=len(page.changes) + len(page.rejects),
        edits=desk.edits,
        refused=states["refused"],
        disputed=states["open"],
        set_aside=dead,
        waiting=len(desk.letters) - dead,
        unnamed=sum(reject.external_id is None for reject in page.rejects),
    )


def _mark_listed(unit: Unit, desk: _Desk, page: Page, intake: Intake) -> None:
    """Note that the listing showed the records whose items could not be taken, too: they are there."""
    shown = {change.external_id for change in page.changes}
    shown |= {reject.external_id for reject in page.rejects if reject.external_id is not None}
    for there, base in unit.bases(intake.system, intake.kind, sorted(shown - desk.seen.keys())).items():
        if base.listing != intake.listing:
            desk.seen[there] = replace(base, listing=intake.listing)


def _released(
    unit: Unit, changes: Sequence[Change], letters: Sequence[Letter], intake: Intake
) -> tuple[tuple[str, str], ...]:
    """Return what becomes of letters: those that waited for what has now been taken are worked off."""
    again = {letter.id for letter in letters}
    waiting = unit.waiting(intake.system, intake.kind) - again
    if intake.replayed and changes:
        return () if again else ((intake.replayed.id, "replayed"),)
    taken = {waiting_id(intake.system, intake.kind, change.external_id) for change in changes} if waiting else set()
    return tuple((letter, "replayed") for letter in sorted(waiting & taken))


def _lay_out(unit: Unit, page: Page, intake: Intake, *, clock: Clock) -> tuple[_Desk, list[Change]]:
    now = clock()
    letters = [
        Letter(
            id=letter_id(intake.system, reject.kind, reject.where, reject.reason, reject.raw),
            stage="read",
            system=intake.system,
            kind=reject.kind,
            reason=reject.reason,
            raw=reject.raw,
            headers={},
            attempts=1,
            at=now,
            where=reject.where,
        )
        for reject in page.rejects
    ]
    references = known_references(unit, intake.system, page.changes)
    changes: list[Change] = []
    for change in page.changes:
        ours, missing = resolved(change, references)
        problems = [] if missing or change.deleted else check(change.kind, ours.fields)
        if missing or problems:
            letters.append(_letter(change, intake, missing, problems, at=now))
        else:
            changes.append(ours)
    bases = unit.bases(intake.system, intake.kind, [change.external_id for change in changes])
    keys = natural_keys(changes, intake.kind, intake.agreements)
    matches = unit.matches(intake.kind, sorted(set(keys.values())))
    read, claimed = dict(bases), set[str]()
    fresh = [change for change in changes if change.external_id not in bases]
    matched = {here for change in fresh if (here := matches.get(keys.get(change.external_id, "")))}
    met = set(unit.bases_of(intake.system, sorted(matched)))
    creations = unit.creations(intake.system, intake.kind) if fresh else []
    for change in fresh:
        here = matches.get(keys.get(change.external_id, ""))
        known = (None if here in met else here) if here else _being_made(change, creations)
        if not known:
            continue
        if known not in claimed:  # the second of two alike on one page is a double there
            claimed.add(known)
            bases[change.external_id] = Base(intake.system, known, intake.kind, change.external_id, {})
    ids = sorted({base.record_id for base in bases.values()})
    studies = {str(change.fields["study_id"]) for change in changes if change.fields.get("study_id")}
    disputes: dict[str, list[Dispute]] = {}
    for dispute in unit.disputes(ids):
        if dispute.system == intake.system:
            disputes.setdefault(dispute.record_id, []).append(dispute)
    in_flight = {record: write.fields for record, write in unit.writes(intake.system, ids).items()}
    records = {**unit.records(studies, hold=False), **unit.records(ids)}
    # only now, with the records held, do bases stand still: a delivery may have ended since they were read
    if unit.bases(intake.system, intake.kind, [change.external_id for change in changes]) != read:
        raise RetryableError(f"{intake.kind} of {intake.system} was written while it was read; the page is read again")
    reported = {change.external_id: change for change in page.changes}
    found = ((bases.get(change.external_id), change) for change in changes)
    told = [(records[base.record_id], change) for base, change in found if base and base.record_id in records]
    elsewhere = held_elsewhere(unit, intake.system, intake.agreements, told)
    return _Desk(bases, records, keys, disputes, in_flight, matches, reported, elsewhere, letters=letters), changes


def _letter(change: Change, intake: Intake, missing: Sequence[str], problems: Sequence[str], *, at: datetime) -> Letter:
    parsed = wire.dumps({name: value for name, value in wire.plain(change).items() if name != "raw"})
    reason = "; ".join(missing or problems)
    number = letter_id(intake.system, change.kind, change.external_id, reason, parsed.encode())
    if missing:
        number = waiting_id(intake.system, change.kind, change.external_id)
    elif intake.replayed:
        number = intake.replayed.id
    return Letter(
        id=number,
        stage="merge" if missing else "check",
        system=intake.system,
        kind=change.kind,
        reason=reason,
        raw=intake.replayed.raw if intake.replayed else change.raw,
        headers={},
        attempts=intake.replayed.attempts + 1 if intake.replayed else 1,
        at=at,
        where=change.external_id,
        parsed=parsed,
        state="waiting" if missing else "dead",
    )


def _being_made(change: Change, creations: Sequence[Write]) -> str | None:
    """Return the record that we are creating there and *change* shows, where there is one."""
    for write in creations:
        if all(change.fields.get(name) == value for name, value in write.fields.items()):
            return write.record_id
    return None


def _one(desk: _Desk, change: Change, intake: Intake, *, clock: Clock, new_id: NewId) -> None:
    agreement = _agreement(desk, change, intake)
    if agreement is None:
        if why := _undecided(desk, change):
            desk.letters.append(_letter(desk.reported[change.external_id], intake, [why], [], at=clock()))
        return
    rule = agreement.rule(change.kind)
    assert rule is not None  # noqa: S101  # _agreement chose one that has it
    base = desk.bases.get(change.external_id)
    record = desk.records.get(base.record_id) if base else None
    if base is not None and base.written > intake.written and _differs(change, base):
        raise RetryableError(f"{change.kind} {change.external_id} of {intake.system} was written while it was read")
    if record is None:
        if change.deleted:
            return
        key = desk.keys.get(change.external_id)
        if key in desk.matches:
            why = f"{', '.join(rule.match)}: this system has another record with the same; correct or delete one there"
            desk.letters.append(_letter(desk.reported[change.external_id], intake, [], [why], at=clock()))
            return
        record = Record(new_id(), change.kind, {}, version=0)
        base = Base(intake.system, record.id, change.kind, change.external_id, {})
        if key:
            desk.natural.append((change.kind, key, record.id))
            desk.matches[key] = record.id
    assert base is not None  # noqa: S101  # made just now where there was none
    waiting = {dispute.field: dispute.theirs for dispute in desk.disputes.get(record.id, ())}
    side = Side(intake.system, base.fields, desk.in_flight.get(record.id, {}), change.changed_at)
    theirs = {} if change.deleted else change.fields
    merged = merge(record.fields, theirs, side=side, rule=rule, edited=record.edited, disputed=waiting)
    message_id = new_id()
    wrote = _Wrote(change, intake.system, agreement, record, message_id, clock(), intake.person)
    passed_over = overruled(record, merged.edits, desk.elsewhere.get(record.id, ()), system=intake.system, rule=rule)
    after = _edited(desk, wrote, merged, passed_over, new_id=new_id)
    after = _deletion(desk, wrote, after, base, rule, new_id=new_id)
    held = {**base.fields, **theirs}
    behind = not base.fields and any(
        rule.covers(name) and held.get(name) != after.fields.get(name) for name in after.fields
    )
    refused = any(not lost.open for lost in merged.lost)
    if after.version != record.version or refused or behind or not base.fields:
        names = [edit.field for edit in merged.edits]
        desk.messages.append(changed(after, names, origin=intake.system, id=message_id, at=wrote.at))
    if after is not record:
        desk.touched[after.id] = after
    desk.records[after.id] = after
    seen = replace(
        base,
        fields=held,
        version=change.version or base.version,
        deleted=change.deleted,
        listing=intake.listing or base.listing,
    )
    if seen != base or not base.fields:
        desk.seen[change.external_id] = seen
    desk.bases[change.external_id] = seen


@dataclass(frozen=True, slots=True)
class _Wrote:
    """One change on its way into one record."""

    change: Change
    system: str
    agreement: Agreement
    record: Record
    message_id: str
    at: datetime
    person: str = ""

    def entry(self, name: str, old: Any, new: Any, reason: str) -> Entry:
        return Entry(
            at=self.at,
            actor=self.person or self.system,
            kind=self.record.kind,
            record_id=self.record.id,
            field=name,
            old=None if old is None else wire.dumps(old),
            new=None if new is None else wire.dumps(new),
            reason=reason,
            agreement=self.agreement.label,
            message_id=self.message_id,
        )


def _edited(
    desk: _Desk, wrote: _Wrote, merged: Merged, passed_over: Iterable[tuple[str, Lost]], *, new_id: NewId
) -> Record:
    record = wrote.record
    for system, lost in (*((wrote.system, lost) for lost in merged.lost), *passed_over):
        _dispute(desk, wrote, system, lost, new_id=new_id)
    if not merged.edits and record.version:
        return record
    desk.edits += len(merged.edits)
    desk.audit += _told(wrote, merged.edits)
    values = {edit.field: edit.new for edit in merged.edits}
    when = wrote.change.changed_at
    times = {name: when.isoformat() for name in values} if when else {}
    return replace(
        record,
        fields={**record.fields, **values},
        edited={**record.edited, **times},
        version=record.version + 1,
    )


def _told(wrote: _Wrote, edits: Sequence[Edit]) -> list[Entry]:
    """Return an entry for each edit; the first values of a record are one, for each reason that they have."""
    if wrote.record.version:
        return [wrote.entry(edit.field, edit.old, edit.new, edit.reason) for edit in edits]
    reasons: dict[str, dict[str, Any]] = {}
    for edit in edits:
        reasons.setdefault(edit.reason, {})[edit.field] = edit.new
    return [wrote.entry(SEVERAL, None, values, reason) for reason, values in reasons.items()]


def _dispute(desk: _Desk, wrote: _Wrote, system: str, lost: Lost, *, new_id: NewId) -> None:
    """Note a value that was not taken, in place of an earlier one of the same system and field that still waits."""
    known = desk.disputes.setdefault(wrote.record.id, [])
    made = disputed(wrote.record, system, lost, agreement=wrote.agreement.label, at=wrote.at, id=new_id())
    verdict = "waits for review" if lost.open else "not taken"
    desk.audit.append(wrote.entry(lost.field, lost.ours, lost.theirs, f"{verdict}: {lost.reason}"))
    for one in superseded(known, made):
        known.remove(one)
        desk.made[one.id] = replace(one, state="superseded")
        desk.audit.append(wrote.entry(lost.field, one.theirs, lost.theirs, "waits no longer: edited again"))
    desk.made[made.id] = made
    if lost.open and system == wrote.system:
        known.append(made)


def _deletion(desk: _Desk, wrote: _Wrote, record: Record, base: Base, rule: KindRule, *, new_id: NewId) -> Record:
    deleted = wrote.change.deleted
    if deleted == base.deleted or deleted == record.deleted or rule.deletes is Deletes.IGNORE:
        return record
    if rule.owner == wrote.system and rule.deletes is Deletes.SOFT:
        desk.edits += 1
        desk.audit.append(
            wrote.entry("deleted", record.deleted, deleted, "owner's deletion" if deleted else "restored")
        )
        return replace(record, deleted=deleted, version=record.version + 1)
    reason = f"{wrote.system} {'deleted' if deleted else 'restored'} it; {rule.owner} owns the record"
    _dispute(
        desk,
        wrote,
        wrote.system,
        Lost("deleted", base.deleted, record.deleted, deleted, reason, open=True),
        new_id=new_id,
    )
    return record


def _agreement(desk: _Desk, change: Change, intake: Intake) -> Agreement | None:
    base = desk.bases.get(change.external_id)
    known = desk.records.get(base.record_id) if base else None
    fields = {**(known.fields if known else {}), **change.fields}
    study = desk.records.get(str(fields.get("study_id")))
    protocol = (
        fields.get("protocol_number") if change.kind == "study" else study and study.fields.get("protocol_number")
    )
    return next((a for a in intake.agreements if not a.studies or protocol in a.studies), None)


def _undecided(desk: _Desk, change: Change) -> str:
    """Return why it cannot be told yet whether any agreement covers *change*; empty where it can."""
    study = desk.records.get(str(change.fields.get("study_id")))
    if change.kind == "study" or study is None or study.fields.get("protocol_number") is not None:
        return ""
    return "study_id: the protocol number of its study is not known yet, so neither is whether it is agreed to flow"


def _differs(change: Change, base: Base) -> bool:
    return change.deleted != base.deleted or any(base.fields.get(name) != v for name, v in change.fields.items())
