"""Incidents: reported by people or raised by the hub, followed step by step, closed with cause and correction."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from hub.domain import wire
from hub.domain.audit import Entry
from hub.domain.errors import MissingError, StandingError, UsageError
from hub.domain.oversight import Incident, IncidentKind, Severity, Step
from hub.domain.people import Principal
from hub.domain.policy import Right, Verdict, decide
from hub.ports.review import ShelfUnit
from hub.services.oversight.places import organizations_of
from hub.services.review.room import Room, allowed, entry, fresh, reached

INCIDENT = "incident"
"""The kind of its lines in the trail."""
_HUB = "the hub"
_MISSING = "there is no such incident"
_LONGEST = 400
_MOST_SAID = 4000
_MOST_STEPS = 200


@dataclass(frozen=True, slots=True)
class Report:
    """What is reported; fields as of `Incident`. *organizations* count only where the study has no parties."""

    kind: IncidentKind
    severity: Severity
    title: str
    what: str
    known_at: datetime
    study: str = ""
    organizations: tuple[str, ...] = ()
    unblinding: bool = False


def report(room: Room, principal: Principal, told: Report) -> Incident:
    """Report an incident. UsageError for a half one, or for what is yet to come."""
    if not told.title.strip() or not told.what.strip() or len(told.title) > _LONGEST or len(told.what) > _MOST_SAID:
        raise UsageError("say in a title and in a few words what happened")
    if told.known_at > room.clock():
        raise UsageError("an incident is known before it is reported", field="known_at")
    seen_by = organizations_of(room, principal, told.study.strip(), told.organizations)
    made = Incident(
        room.new_id(), told.study.strip(), seen_by, told.kind, told.severity, told.title.strip(), told.what.strip(),
        told.known_at, principal.actor, room.clock(), unblinding=told.unblinding,
    )  # fmt: skip
    allowed(room, principal, Right.INCIDENTS_REPORT, made.scope, what=made.study or "the incident")
    with room.shelf.writing() as unit:
        _keep(unit, made, room.clock())
    return made


def raised(room: Room, told: Report, *, key: str) -> Incident | None:
    """Raise an incident for the hub itself, once while the one of *key* is open; None where there is such a one."""
    with room.shelf.writing() as unit:
        if unit.several(Incident, key=key, state="open"):
            return None
        made = Incident(
            room.new_id(), told.study, tuple(sorted(told.organizations)), told.kind, told.severity, told.title,
            told.what[:_MOST_SAID], told.known_at, _HUB, room.clock(), key=key,
        )  # fmt: skip
        _keep(unit, made, room.clock())
    return made


def followed(
    room: Room, principal: Principal, id: str, text: str, *, told: str = "", authority: bool = False
) -> Incident:
    """Add what was done: *told* names whom, where somebody was; *authority* stops the clock of a breach."""
    if not text.strip() or len(text) > _MOST_SAID or len(told) > _LONGEST or (authority and not told.strip()):
        raise UsageError("say what was done, and who was told where somebody was")
    with _changing(room, principal, id) as (unit, before):
        if len(before.steps) >= _MOST_STEPS:
            raise StandingError(f"an incident has up to {_MOST_STEPS} steps: close it and report another")
        step = Step(room.clock(), principal.actor, text.strip(), told.strip(), authority)
        after = replace(before, revision=before.revision + 1, steps=(*before.steps, step))
        unit.put(after)
        unit.audit([_line(room, principal.actor, after, "step", None, wire.plain(step))])
    return after


def close(room: Room, principal: Principal, id: str, *, cause: str, correction: str, revision: int) -> Incident:
    """Close an incident with its cause and what was done against it. StandingError while a breach's clock runs."""
    if not cause.strip() or not correction.strip() or len(cause) + len(correction) > 2 * _MOST_SAID:
        raise UsageError("say what the cause was, and what was corrected")
    with _changing(room, principal, id) as (unit, before):
        fresh(revision, before.revision, "the incident")
        if before.due_at is not None:
            raise StandingError(
                "note that the authority was told, or why it need not be (GDPR 33), before it is closed"
            )
        after = replace(
            before, state="closed", revision=before.revision + 1, cause=cause.strip(), correction=correction.strip(),
            closed_by=principal.actor, closed_at=room.clock(),
        )  # fmt: skip
        unit.put(after)
        said = {"state": after.state, "cause": after.cause, "correction": after.correction}
        unit.audit([_line(room, principal.actor, after, "state", before.state, said)])
    return after


def incident(room: Room, principal: Principal, id: str) -> Incident:
    """Return one. MissingError where there is none that *principal* may see."""
    with room.shelf.reading() as unit:
        found = unit.get(Incident, id)
    if found is None or not _sees(room, principal, found):
        raise MissingError(_MISSING)
    return found


@contextmanager
def _changing(room: Room, principal: Principal, id: str) -> Iterator[tuple[ShelfUnit, Incident]]:
    reached(room, principal, Right.OVERSIGHT_MANAGE, Incident, id, missing=_MISSING, kind=INCIDENT)
    with room.shelf.writing() as unit:
        before = unit.get(Incident, id, hold=True)
        if before is None:
            raise MissingError(_MISSING)
        if before.state == "closed":
            raise StandingError("it is closed: report another")
        yield unit, before


def _sees(room: Room, principal: Principal, one: Incident) -> bool:
    return decide(principal, Right.OVERSIGHT_READ, one.scope, at=room.clock()) is Verdict.ALLOWED


def _keep(unit: ShelfUnit, made: Incident, at: datetime) -> None:
    unit.add(made)
    unit.audit([entry(made.reported_by, at, INCIDENT, made.id, "reported", None, wire.plain(made), "")])


def _line(room: Room, actor: str, one: Incident, field: str, old: Any, new: Any) -> Entry:
    return entry(actor, room.clock(), INCIDENT, one.id, field, old, new, "")
