"""What a system reports becomes edits, refusals and disputes: one page, one transaction."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from hub.domain import wire
from hub.domain.agreements import Agreement, Deletes, KindRule
from hub.domain.audit import SEVERAL, Entry
from hub.domain.changes import Change, Page
from hub.domain.errors import OvertakenError
from hub.domain.identity import followed
from hub.domain.merge import FIRST_VALUE, Edit, Lost, Merged, Side, first_values, merge
from hub.domain.sync import Base, Effects, Letter, Record, waiting_id
from hub.domain.wire import Encoded
from hub.ports import Clock, Ledger, Unit
from hub.services.sync.desk import Desk, lay_out, letter_of
from hub.services.sync.disputing import disputed, moot, superseded
from hub.services.sync.events import changed
from hub.services.sync.gone import told_singly
from hub.services.sync.intake import Intake, Taken
from hub.services.sync.keying import keyed_anew
from hub.services.sync.overruled import overruled

NewId = Callable[[], str]


def take(ledger: Ledger, page: Page, intake: Intake, *, clock: Clock, new_id: NewId) -> Taken:
    """Merge *page* into the hub's records and store everything with the cursor, or nothing.

    OvertakenError when a record was written by the hub, or another page taken in, while this one was being read: read
    it again.
    """
    with ledger.unit() as unit:
        if intake.read is not None and unit.number(intake.turns) != intake.read + 1:
            raise OvertakenError(f"{intake.kind} of {intake.system}: another page was taken in while this was read")
        page = told_singly(unit, page, intake)
        desk, changes = lay_out(unit, page, intake, clock=clock)
        at = clock()
        for change in changes:
            _one(desk, change, intake, at=at, new_id=new_id)
        if intake.listing:
            _mark_listed(unit, desk, page, intake)
        dropped, keyed = keyed_anew(unit, desk.rekeyed, desk.natural, intake)
        unit.save(
            Effects(
                records=tuple(record for record in desk.touched.values() if record.version != 1),
                first_records=tuple(record for record in desk.touched.values() if record.version == 1),
                dropped_keys=dropped,
                natural_keys=(*desk.natural, *keyed),
                bases=tuple(base for there, base in desk.seen.items() if there not in desk.fresh),
                first_bases=tuple(base for there, base in desk.seen.items() if there in desk.fresh),
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


def _mark_listed(unit: Unit, desk: Desk, page: Page, intake: Intake) -> None:
    """Note that the listing showed the records whose items could not be taken, too: they are there."""
    shown = {change.external_id for change in page.changes}
    shown |= {reject.external_id for reject in page.rejects if reject.external_id is not None}
    for there, base in unit.bases(intake.system, intake.kind, sorted(shown - desk.seen.keys())).items():
        if base.listing != intake.listing:
            desk.seen[there] = replace(base, listing=intake.listing)


def _released(
    unit: Unit, changes: Sequence[Change], letters: Sequence[Letter], intake: Intake
) -> tuple[tuple[str, str], ...]:
    """Return what becomes of letters: those that waited for what has now been taken are worked off.

    A dead one of a record of which a newer state is taken is superseded: replayed, it would bring back an older one.
    """
    again = {letter.id for letter in letters}
    waiting = unit.waiting(intake.system, intake.kind) - again
    if intake.replayed and changes:
        return () if again else ((intake.replayed.id, "replayed"),)
    if not changes:
        return ()
    there = {change.external_id for change in changes}
    taken = {waiting_id(intake.system, intake.kind, one) for one in there} & waiting if waiting else set()
    overtaken = unit.overtaken(intake.system, intake.kind, there) - again
    return tuple(sorted([*((one, "replayed") for one in taken), *((one, "superseded") for one in overtaken)]))


def _one(desk: Desk, change: Change, intake: Intake, *, at: datetime, new_id: NewId) -> None:
    agreement = _agreement(desk, change, intake)
    if agreement is None:
        if why := _undecided(desk, change):
            desk.letters.append(letter_of(desk.reported[change.external_id], intake, [why], [], at=at))
        return
    rule = agreement.rule(change.kind)
    assert rule is not None  # noqa: S101  # _agreement chose one that has it
    base = desk.bases.get(change.external_id)
    record = desk.records.get(base.record_id) if base else None
    if base is not None and base.written > intake.written and _differs(change, base):
        raise OvertakenError(f"{change.kind} {change.external_id} of {intake.system} was written while it was read")
    if base is not None and record is not None and record.merged_into is not None:
        _double(desk, change, base, record.merged_into, intake, at=at)
        return
    if record is None:
        if change.deleted:
            return
        key = desk.keys.get(change.external_id)
        if key in desk.matches:
            why = f"{', '.join(rule.match)}: this system has another record with the same; correct or delete one there"
            desk.letters.append(letter_of(desk.reported[change.external_id], intake, [], [why], at=at))
            return
        _first(desk, change, agreement, rule, intake, at=at, new_id=new_id)
        return
    assert base is not None  # noqa: S101  # it led to the record
    open_ = desk.disputes.get(record.id, ())
    waiting = {dispute.field: dispute.theirs for dispute in open_ if dispute.system == intake.system}
    held_before = followed(base.fields, desk.into) if change.external_id in desk.stray else base.fields
    side = Side(intake.system, held_before, desk.in_flight.get(record.id, {}), change.changed_at)
    theirs = {} if change.deleted else change.fields
    merged = merge(record.fields, theirs, side=side, rule=rule, edited=record.edited, disputed=waiting)
    message_id = new_id()
    wrote = _Wrote(change, intake.system, agreement, record, message_id, at, intake.person)
    passed_over = overruled(record, merged.edits, desk.elsewhere.get(record.id, ()), system=intake.system, rule=rule)
    after = _edited(desk, wrote, merged, passed_over, new_id=new_id)
    after = _deletion(desk, wrote, after, rule, before=base.deleted and not intake.heeded, new_id=new_id)
    freed = _freed(desk, wrote, after)
    held = {**base.fields, **theirs, **desk.stray.get(change.external_id, {})}
    behind = (not base.fields or change.external_id in desk.stray) and any(
        rule.covers(name) and held.get(name) != after.fields.get(name) for name in after.fields
    )
    refused = any(not lost.open for lost in merged.lost)
    if after.version != record.version or refused or behind or freed or not base.fields:
        names = [edit.field for edit in merged.edits]
        desk.messages.append(changed(after, names, origin=intake.system, id=message_id, at=wrote.at))
    if after is not record:
        desk.touched[after.id] = after
        if record.version:
            desk.rekeyed.append((record, after))
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


def _first(
    desk: Desk, change: Change, agreement: Agreement, rule: KindRule, intake: Intake, *, at: datetime, new_id: NewId
) -> None:
    """Make a record that nobody knew yet."""
    held = change.fields if type(change.fields) is Encoded else Encoded(change.fields)
    first = first_values(held, system=intake.system, rule=rule)
    fields = first if first is held else Encoded(first)
    when = change.changed_at
    edited = dict.fromkeys(fields, when.isoformat()) if when else {}
    record = Record(new_id(), change.kind, fields, 1, edited=edited)
    message_id = new_id()
    if key := desk.keys.get(change.external_id):
        desk.natural.append((change.kind, key, record.id))
        desk.matches[key] = record.id
    if fields:
        actor = intake.person or intake.system
        told = wire.dumps(fields)
        desk.audit.append(
            Entry(at, actor, change.kind, record.id, SEVERAL, None, told, FIRST_VALUE, agreement.label, message_id)
        )
        desk.edits += len(fields)
    desk.messages.append(changed(record, list(fields), origin=intake.system, id=message_id, at=at))
    desk.touched[record.id] = desk.records[record.id] = record
    stray = desk.stray.get(change.external_id)
    there = Encoded({**held, **stray}) if stray else held
    base = Base(
        intake.system, record.id, change.kind, change.external_id, there, change.version, listing=intake.listing
    )
    desk.bases[change.external_id] = desk.seen[change.external_id] = base
    desk.fresh.add(change.external_id)


def _double(desk: Desk, change: Change, base: Base, kept: str, intake: Intake, *, at: datetime) -> None:
    """Take nothing from what a system holds besides the record that it was merged into; an edit of it is set aside."""
    if not change.deleted and _differs(change, base):
        why = f"was merged into {kept}, which this system holds, too: edit that one, or split them"
        desk.letters.append(letter_of(desk.reported[change.external_id], intake, [], [why], at=at))
    seen = replace(base, deleted=change.deleted, listing=intake.listing or base.listing)
    if seen != base:
        desk.seen[change.external_id] = seen


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
    desk: Desk, wrote: _Wrote, merged: Merged, passed_over: Iterable[tuple[str, Lost]], *, new_id: NewId
) -> Record:
    record = wrote.record
    for system, lost in (*((wrote.system, lost) for lost in merged.lost), *passed_over):
        _dispute(desk, wrote, system, lost, new_id=new_id)
    if not merged.edits:
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


def _freed(desk: Desk, wrote: _Wrote, after: Record) -> bool:
    """Let nobody decide on a value that its own side holds no longer, or that the record has by now; tell if any."""
    known, change = desk.disputes.get(wrote.record.id, []), wrote.change
    told = {"deleted": change.deleted, **({} if change.deleted else change.fields)}
    stands = {**after.fields, "deleted": after.deleted}
    gone = [(one, why) for one in known if (why := moot(one, wrote.system, told, stands, desk.into))]
    for one, why in gone:
        known.remove(one)
        desk.made[one.id] = replace(one, state="superseded")
        desk.audit.append(wrote.entry(one.field, one.theirs, stands.get(one.field), f"waits no longer: {why}"))
    return bool(gone)


def _told(wrote: _Wrote, edits: Sequence[Edit]) -> list[Entry]:
    """Return an entry for each edit."""
    return [wrote.entry(edit.field, edit.old, edit.new, edit.reason) for edit in edits]


def _dispute(desk: Desk, wrote: _Wrote, system: str, lost: Lost, *, new_id: NewId) -> None:
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
    if lost.open:
        known.append(made)


def _deletion(desk: Desk, wrote: _Wrote, record: Record, rule: KindRule, *, before: bool, new_id: NewId) -> Record:
    deleted = wrote.change.deleted
    if deleted == before or deleted == record.deleted or rule.deletes is Deletes.IGNORE:
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
        Lost("deleted", before, record.deleted, deleted, reason, open=True),
        new_id=new_id,
    )
    return record


def _agreement(desk: Desk, change: Change, intake: Intake) -> Agreement | None:
    if not intake.limited:
        return intake.agreements[0] if intake.agreements else None
    base = desk.bases.get(change.external_id)
    known = desk.records.get(base.record_id) if base else None
    fields = {**(known.fields if known else {}), **change.fields}
    study = desk.records.get(str(fields.get("study_id")))
    protocol = (
        fields.get("protocol_number") if change.kind == "study" else study and study.fields.get("protocol_number")
    )
    return next((a for a in intake.agreements if not a.studies or protocol in a.studies), None)


def _undecided(desk: Desk, change: Change) -> str:
    """Return why it cannot be told yet whether any agreement covers *change*; empty where it can."""
    study = desk.records.get(str(change.fields.get("study_id")))
    if change.kind == "study" or study is None or study.fields.get("protocol_number") is not None:
        return ""
    return "study_id: the protocol number of its study is not known yet, so neither is whether it is agreed to flow"


def _differs(change: Change, base: Base) -> bool:
    return change.deleted != base.deleted or any(base.fields.get(name) != v for name, v in change.fields.items())
