"""Deletions that were ignored count once an agreement ignores them no longer: nobody restores what its side deleted."""

from hub.domain.agreements import Agreement, Deletes
from hub.domain.changes import Change, Page
from hub.services.sync.ingest import take
from hub.services.sync.intake import Intake
from hub.services.sync.steps import Sync

_MANY = 500


def heed(sync: Sync, before: Agreement, after: Agreement) -> None:
    """Take what systems deleted and *before* ignored as deleted now, where *after* says what a deletion does.

    Done twice it comes to the same. OvertakenError where a system restored one meanwhile.
    """
    for rule in after.kinds:
        known = before.rule(rule.kind)
        if known is None or known.deletes is not Deletes.IGNORE or rule.deletes is Deletes.IGNORE:
            continue
        for system, changes in _ignored(sync, rule.kind).items():
            intake = Intake(system, rule.kind, (after,), heeded=True)
            for start in range(0, len(changes) if system in after.systems else 0, _MANY):
                page = Page(tuple(changes[start : start + _MANY]), None)
                take(sync.ledger, page, intake, clock=sync.clock, new_id=sync.new_id)


def _ignored(sync: Sync, kind: str) -> dict[str, list[Change]]:
    """Return what is deleted in a system and stands in the hub, by system."""
    found: dict[str, list[Change]] = {}
    for record, bases in sync.ledger.everything(kind):
        for base in bases.values() if not record.deleted else ():
            if base.deleted:
                found.setdefault(base.system, []).append(Change(kind, base.external_id, {}, deleted=True))
    return found
