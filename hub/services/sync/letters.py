"""Choosing letters and giving them up."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from hub.domain.audit import Entry
from hub.domain.errors import UsageError
from hub.domain.sync import Effects, Letter
from hub.ports import Clock, Ledger


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
    found = ledger.letters(state=state, system=system)
    earliest = since.replace(tzinfo=since.tzinfo or UTC) if since else None
    return [
        letter
        for letter in found
        if (earliest is None or letter.at >= earliest) and (reason is None or reason in letter.reason)
    ]


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
