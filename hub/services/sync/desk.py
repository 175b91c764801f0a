"""What is at hand while a page is worked through: all that it may touch, read once and held."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from hub.domain import wire
from hub.domain.audit import Entry
from hub.domain.changes import Change, Page, Reject
from hub.domain.errors import OvertakenError
from hub.domain.identity import followed
from hub.domain.messages import Message
from hub.domain.records import check
from hub.domain.sync import WRITTEN, Base, Dispute, Letter, Record, Write, letter_id, waiting_id
from hub.ports import Clock, Unit
from hub.services.sync.intake import Intake
from hub.services.sync.overruled import held_elsewhere
from hub.services.sync.references import known_references, natural_keys, resolved, stray


@dataclass(slots=True)
class Desk:
    """What is at hand while a page is worked through; a record met twice sees its first change."""

    bases: dict[str, Base]
    records: dict[str, Record]
    keys: dict[str, str]
    disputes: dict[str, list[Dispute]]
    """The open ones of each record, whichever system's."""
    in_flight: dict[str, Mapping[str, Any]]
    matches: dict[str, str]
    """Natural key to the record that has it."""
    reported: dict[str, Change]
    """The changes with the system's own references."""
    elsewhere: dict[str, list[Base]]
    """What other systems hold, by record."""
    into: dict[str, str]
    """Records that are referred to and were merged, to what they went into."""
    stray: dict[str, dict[str, str]]
    """References to such records as the system holds them, by external id and field."""
    touched: dict[str, Record] = field(default_factory=dict)
    seen: dict[str, Base] = field(default_factory=dict)
    fresh: set[str] = field(default_factory=set)
    """External ids that were not known before."""
    natural: list[tuple[str, str, str]] = field(default_factory=list)
    audit: list[Entry] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    made: dict[str, Dispute] = field(default_factory=dict)
    """Disputes that are new or changed, by their id."""
    rekeyed: list[tuple[Record, Record]] = field(default_factory=list)
    """Known records before and after an edit."""
    letters: list[Letter] = field(default_factory=list)
    edits: int = 0


def lay_out(unit: Unit, page: Page, intake: Intake, *, clock: Clock) -> tuple[Desk, list[Change]]:
    """Return what is at hand for *page*, and the changes of it that can be taken, references as the hub's ids.

    OvertakenError when a delivery ended meanwhile.
    """
    now = clock()
    letters = [
        Letter(
            id=letter_id(intake.system, reject.kind, reject.where, reject.reason, reject.raw),
            stage="read",
            system=intake.system,
            kind=reject.kind,
            reason=reject.reason,
            raw=reject.raw,
            headers={WRITTEN: str(intake.written)},
            attempts=1,
            at=now,
            where=reject.where,
            parsed=_parsed(reject),
        )
        for reject in page.rejects
    ]
    references = known_references(unit, intake.system, page.changes)
    changes: list[Change] = []
    into = unit.merged(set(references.values())) if references else {}
    astray: dict[str, dict[str, str]] = {}
    for change in page.changes:
        ours, missing = resolved(change, references)
        if into and (held := stray(ours, into)):
            astray[change.external_id] = held
            ours = replace(ours, fields=followed(ours.fields, into))
        problems = [] if missing or change.deleted else check(change.kind, ours.fields)
        if missing or problems:
            letters.append(letter_of(change, intake, missing, problems, at=now))
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
        known = here if here and here not in met else _being_made(change, creations)
        if not known:
            continue
        if known not in claimed:  # the second of two alike on one page is a double there
            claimed.add(known)
            bases[change.external_id] = Base(intake.system, known, intake.kind, change.external_id, {})
    ids = sorted({base.record_id for base in bases.values()})
    studies = {str(change.fields["study_id"]) for change in changes if change.fields.get("study_id")}
    disputes: dict[str, list[Dispute]] = {}
    for dispute in unit.disputes(ids):
        disputes.setdefault(dispute.record_id, []).append(dispute)
    in_flight = {record: write.fields for record, write in unit.writes(intake.system, ids).items()}
    records = {**unit.records(studies, hold=False), **unit.records(ids)}
    if any(agreement.studies for agreement in intake.agreements):
        records = {**_their_studies(unit, records), **records}
    # only now, with the records held, do bases stand still: a delivery may have ended since they were read
    if unit.bases(intake.system, intake.kind, [change.external_id for change in changes]) != read:
        raise OvertakenError(f"{intake.kind} of {intake.system} was written while it was read; the page is read again")
    reported = {change.external_id: change for change in page.changes}
    found = ((bases.get(change.external_id), change) for change in changes)
    told = [(records[base.record_id], change) for base, change in found if base and base.record_id in records]
    elsewhere = held_elsewhere(unit, intake.system, intake.agreements, told)
    desk = Desk(bases, records, keys, disputes, in_flight, matches, reported, elsewhere, into, astray, letters=letters)
    return desk, changes


def _their_studies(unit: Unit, records: Mapping[str, Record]) -> Mapping[str, Record]:
    """Return the studies of *records*: a deletion, or an edit of one field, does not name the study that it is of."""
    named = {str(study) for record in records.values() if (study := record.fields.get("study_id"))}
    return unit.records(named - records.keys(), hold=False)


def _parsed(reject: Reject) -> str:
    """Return what could be read of an item as JSON, as of a change; empty where nothing could."""
    known = reject.fields or reject.external_id
    return wire.dumps({"external_id": reject.external_id, "fields": reject.fields}) if known else ""


def letter_of(
    change: Change, intake: Intake, missing: Sequence[str], problems: Sequence[str], *, at: datetime
) -> Letter:
    """Return the letter of a change that is set aside, or waits for what is *missing*."""
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
        headers={WRITTEN: str(intake.written)},
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
