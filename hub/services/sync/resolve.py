"""A person's word on an edit that was not taken."""

from collections.abc import Callable
from dataclasses import replace

from hub.domain import wire
from hub.domain.audit import Entry
from hub.domain.errors import UsageError
from hub.domain.identity import followed
from hub.domain.sync import Dispute, Effects
from hub.ports import Clock, Ledger
from hub.services.sync.events import changed

NewId = Callable[[], str]


def resolve(ledger: Ledger, id: str, *, take: bool, person: str, reason: str, clock: Clock, new_id: NewId) -> Dispute:
    """Take the value that was not taken, or keep ours; either goes out to the systems that hold another.

    An open dispute is decided, a refused one restored. UsageError when it was decided before or nobody is named.
    """
    if not person.strip():
        raise UsageError("say who decides: --by NAME")
    dispute = ledger.dispute(id)
    allowed = ("open", "refused") if take else ("open",)
    if dispute.state not in allowed:
        raise UsageError(f"{id}: is {dispute.state} already")
    now, message_id = clock(), new_id()
    settled = replace(dispute, state="accepted" if take else "kept")
    with ledger.unit() as unit:
        into = unit.merged([dispute.record_id, str(dispute.theirs)])
        here = into.get(dispute.record_id, dispute.record_id)
        theirs = followed({dispute.field: dispute.theirs}, into)[dispute.field]
        record = unit.records([here])[here]
        # looked at once more: it is decided or ended by whoever holds the record
        if dispute.state == "open" and id not in {one.id for one in unit.disputes([here, dispute.record_id])}:
            raise UsageError(f"{id}: was decided, or ended by itself, just now")
        mine = record.deleted if dispute.field == "deleted" else record.fields.get(dispute.field)
        if take and dispute.field == "deleted":
            record = replace(record, deleted=bool(theirs), version=record.version + 1)
        elif take:
            fields = {**record.fields, dispute.field: theirs}
            record = replace(record, fields=fields, version=record.version + 1)
        entry = Entry(
            at=now,
            actor=person,
            kind=record.kind,
            record_id=record.id,
            field=dispute.field,
            old=wire.dumps(mine),
            new=wire.dumps(theirs if take else mine),
            reason=f"{'took' if take else 'kept ours against'} {dispute.system}'s value: {reason}",
            agreement=dispute.agreement,
            message_id=message_id,
        )
        message = changed(record, [dispute.field], origin="hub", id=message_id, at=now)
        unit.save(Effects(records=(record,), settled=(settled,), audit=(entry,), messages=(message,)))
    return settled
