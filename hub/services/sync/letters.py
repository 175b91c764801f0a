"""Choosing letters and giving them up."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import cast

from hub.domain import wire
from hub.domain.audit import Entry
from hub.domain.changes import Change, Reject
from hub.domain.errors import UsageError
from hub.domain.sync import Effects, Letter
from hub.ports import Clock, Ledger, Rereader, System


def chosen(
    ledger: Ledger,
    *,
    ids: Sequence[str] | None,
    state: str,
    system: str | None,
    since: datetime | None,
    reason: str | None,
) -> list[Letter]:
    """Return letters by id, or those in *state* that the other filters let through. UsageError for an unknown id."""
    if ids:
        return [ledger.letter(one) for one in ids]
    earliest = since.replace(tzinfo=since.tzinfo or UTC) if since else None
    return ledger.letters(state=state, system=system, since=earliest, reason=reason, limit=None)


def discard(
    ledger: Ledger, letters: Sequence[Letter], *, person: str, why: str, clock: Clock, new_id: Callable[[], str]
) -> None:
    """Mark *letters* as discarded, each with a row in the audit trail. UsageError where person or reason is missing."""
    if not person.strip() or not why.strip():
        raise UsageError("say who discards and why: --by NAME --why REASON")
    message_id = new_id()
    entries = tuple(
        Entry(
            at=clock(),
            actor=person,
            kind=letter.kind,
            record_id=letter.id,
            field="dead_letter",
            old=f'"{letter.state}"',
            new='"discarded"',
            reason=why,
            agreement="",
            message_id=message_id,
        )
        for letter in letters
    )
    states = tuple((letter.id, "discarded") for letter in letters)
    with ledger.unit() as unit:
        unit.save(Effects(letter_states=states, audit=entries))


def reported(system: System, letter: Letter) -> Change:
    """Return what *system* reported, as its letter says; what could not be read is read anew from its bytes.

    So a mapping that was corrected is enough. UsageError where it still cannot be used, or has been overtaken.
    """
    if letter.state == "superseded":
        raise UsageError(f"{letter.id}: a newer state of its record was taken from {letter.system} since")
    if letter.stage == "read":
        return _read_anew(system, letter)
    try:
        change: Change = wire.loads(Change, letter.parsed)
    except (ValueError, TypeError, KeyError) as error:  # another version of the hub wrote it
        raise UsageError(
            f"{letter.id}: what was set aside is not readable any more; `hub sync backfill` reads it anew from "
            f"{letter.system}, then discard it"
        ) from error
    return change


def _read_anew(system: System, letter: Letter) -> Change:
    if (source := system.source) is None or not hasattr(source, "reread"):
        raise UsageError(
            f"{letter.id}: was never readable; correct it in {letter.system} and it is read anew, or discard it"
        )
    try:
        found = cast("Rereader", source).reread(letter.kind, letter.raw, letter.where)
    except ValueError as error:
        raise UsageError(f"{letter.id}: its bytes are no item of {letter.system}; discard it") from error
    if isinstance(found, Reject):
        raise UsageError(
            f"{letter.id}: still cannot be used: {found.reason}; correct the mapping or {letter.system}, or discard it"
        )
    return found
