"""A value that was not taken becomes a dispute, in place of the one that the same system had on that field."""

from collections.abc import Sequence
from datetime import datetime

from hub.domain.merge import Lost
from hub.domain.sync import Dispute, Record


def disputed(record: Record, system: str, lost: Lost, *, agreement: str, at: datetime, id: str) -> Dispute:
    """Return the dispute over what *system* holds: open for a person, or refused and restorable."""
    return Dispute(
        id=id,
        record_id=record.id,
        kind=record.kind,
        system=system,
        field=lost.field,
        base=lost.base,
        ours=lost.ours,
        theirs=lost.theirs,
        state="open" if lost.open else "refused",
        reason=lost.reason,
        agreement=agreement,
        at=at,
    )


def superseded(known: Sequence[Dispute], made: Dispute) -> list[Dispute]:
    """Return those of *known* that wait no longer, since the system now holds what *made* is about."""
    if made.state != "open":
        return []
    return [one for one in known if (one.system, one.field, one.state) == (made.system, made.field, "open")]
