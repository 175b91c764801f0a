"""A value that was not taken becomes a dispute, in place of the one that the same system had on that field."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from hub.domain.identity import followed
from hub.domain.merge import Lost
from hub.domain.sync import Dispute, Fields, Record


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


def moot(open_: Dispute, system: str, told: Fields, stands: Fields, into: Mapping[str, str]) -> str:
    """Return why nobody has to decide on a dispute any more once *system* has *told* what it holds; empty else.

    *stands* is what the record holds after that; references lead *into* what was merged.
    """
    name, theirs = open_.field, followed({open_.field: open_.theirs}, into)[open_.field]
    if name in stands and stands[name] == theirs:
        return "the record has that value now"
    if open_.system == system and name in told and told[name] != theirs:
        return "taken back" if told[name] == stands.get(name) else "edited again"
    return ""
