"""What the services of minutes work with, and how each of them begins: the policy asked, the meeting held."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Protocol, TypeVar

from hub.domain import wire
from hub.domain.audit import Entry
from hub.domain.cards import Card
from hub.domain.errors import MissingError, RefusedError, StaleError
from hub.domain.people import EVERY, Grant, Principal
from hub.domain.policy import RIGHTS, Right, Scope, Verdict, decide, in_force, untrained
from hub.ports import Clock
from hub.ports.review import Shelf, ShelfUnit

_UNTOLD = frozenset({"revision", "job", "items", "drafted_by", "former"})
"""Fields of a card whose changes say nothing to an auditor."""


class _Scoped(Protocol):
    @property
    def scope(self) -> Scope: ...


Thing = TypeVar("Thing", bound=_Scoped)


def _nobody(_study: str) -> frozenset[str]:
    return frozenset()


@dataclass(frozen=True, slots=True)
class Room:
    """All that most services of minutes need; *new_id* returns an unguessable name.

    *elsewhere* tells whose a study is by what is kept of it beside meetings: records, and what was said.
    """

    shelf: Shelf
    clock: Clock
    new_id: Callable[[], str]
    elsewhere: Callable[[str], frozenset[str]] = _nobody


class Work:
    """One transaction about one meeting by one person; what is noted goes to the audit trail at its end."""

    def __init__(self, unit: ShelfUnit, card: Card, actor: str, at: datetime) -> None:
        self.unit = unit
        self.card = card
        self.actor = actor
        self.at = at
        self._entries: list[Entry] = []

    def note(self, kind: str, field: str, old: Any = None, new: Any = None, *, of: str = "", reason: str = "") -> None:
        """Note a change of *field*; *of* names the item or whatever else within the meeting it is a field of."""
        record = f"{self.card.meeting_id}/{of}" if of else self.card.meeting_id
        self._entries.append(entry(self.actor, self.at, kind, record, field, old, new, reason))

    def also(self, line: Entry) -> None:
        """Note a line about something of another meeting that changes with this one."""
        self._entries.append(line)

    def change(self, *, reason: str = "", **values: Any) -> Card:
        """Store the card with other *values*, each noted, and return it."""
        before = self.card
        after = replace(before, revision=before.revision + 1, **values)
        for name in (one.name for one in fields(Card) if one.name not in _UNTOLD):
            old, new = wire.plain(getattr(before, name)), wire.plain(getattr(after, name))
            if old != new:
                self.note("meeting", name, old, new, reason=reason)
        self.unit.put(after)
        self.card = after
        return after

    def close(self) -> None:
        """Append what was noted to the trail."""
        self.unit.audit(self._entries)


@contextmanager
def working(room: Room, principal: Principal, meeting_id: str, right: Right) -> Iterator[Work]:
    """Hold a meeting that *principal* may use *right* on, until the block ends; then all is stored, or nothing.

    MissingError where the principal may not know of it, RefusedError (which is in the trail) where they may not.
    """
    seen(room, principal, meeting_id, right)
    with held(room, meeting_id, principal.actor) as work:
        if decide(principal, right, work.card.scope, at=work.at) is not Verdict.ALLOWED:
            raise MissingError(_missing(meeting_id))  # its scope has changed since it was looked at
        yield work


@contextmanager
def held(room: Room, meeting_id: str, actor: str) -> Iterator[Work]:
    """Hold a meeting for the hub itself, whose work was asked for by somebody who might."""
    with room.shelf.writing() as unit:
        unit.hold(meeting_id)
        card = unit.get(Card, meeting_id)
        if card is None:
            raise MissingError(_missing(meeting_id))
        work = Work(unit, card, actor, room.clock())
        yield work
        work.close()


def seen(room: Room, principal: Principal, meeting_id: str, right: Right = Right.MEETINGS_READ) -> Card:
    """Return a meeting that *principal* may use *right* on; errors as of `working`."""
    return reached(room, principal, right, Card, meeting_id, missing=_missing(meeting_id))


def reached(
    room: Room, principal: Principal, right: Right, of: type[Thing], id: str, *, missing: str, kind: str = "meeting"
) -> Thing:
    """Return what *principal* may use *right* on; *kind* is the one of its lines in the trail.

    MissingError (with the same words, *missing*) where there is none or the principal may not know of it, RefusedError
    (which is in the trail) where they may not.
    """
    with room.shelf.reading() as unit:
        found = unit.get(of, id)
    verdict = decide(principal, right, found.scope, at=room.clock()) if found else Verdict.HIDDEN
    if found is None or verdict is Verdict.HIDDEN:
        raise MissingError(missing)
    if verdict is Verdict.REFUSED:
        lacks = untrained(principal, right, found.scope, at=room.clock())
        refuse(room, principal, right, id, untrained=lacks, kind=kind)
    return found


def refuse(
    room: Room, principal: Principal, right: Right, record: str, *, untrained: bool = False, kind: str = "meeting"
) -> None:
    """Note the attempt in the trail, and raise RefusedError."""
    with room.shelf.writing() as unit:
        unit.audit([entry(principal.actor, room.clock(), kind, record, "refused", None, str(right), "")])
    why = "; the study asks for training, or for a release of this version, that is not on record" if untrained else ""
    raise RefusedError(f"you may not do this here: it needs the right {right}{why}")


def allowed(room: Room, principal: Principal, right: Right, scope: Scope, *, what: str) -> None:
    """Raise MissingError or RefusedError unless *principal* may use *right* on what has *scope*."""
    verdict = decide(principal, right, scope, at=room.clock())
    if verdict is Verdict.REFUSED:
        refuse(room, principal, right, what)
    if verdict is Verdict.HIDDEN:
        raise MissingError(f"{what}: is not yours")


def sight(principal: Principal, at: datetime, right: Right = Right.MEETINGS_READ) -> tuple[Grant, ...]:
    """Return the grants by which *principal* may use *right* on what they reach: what a list may show."""
    if principal.user.state != "active" or (principal.scopes is not None and right not in principal.scopes):
        return ()
    usable = (grant for grant in principal.grants if in_force(grant, at) and EVERY not in grant.barred)
    return tuple(grant for grant in usable if right in RIGHTS[grant.role])


def fresh(expected: int | None, stands: int, what: str) -> None:
    """Raise StaleError unless what was looked at is what stands; None asks nothing."""
    if expected is not None and expected != stands:
        raise StaleError(f"{what}: somebody else has changed it meanwhile; look at it again")


def entry(actor: str, at: datetime, kind: str, record: str, field: str, old: Any, new: Any, reason: str) -> Entry:
    """Return a line of the audit trail; *old* and *new* are plain JSON values."""
    return Entry(at, actor, kind, record[:100], field, _json(old), _json(new), reason, "", "")


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _missing(meeting_id: str) -> str:
    return f"{meeting_id}: there is no such meeting"
