"""Which version of the hub a study may use, and whether its duties wait for that."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from hub.domain import wire
from hub.domain.errors import MissingError, StandingError, UsageError
from hub.domain.people import EVERY, Principal, Role
from hub.domain.policy import Right
from hub.domain.releases import Release, ReleaseRule, unreleased
from hub.ports.review import Proof, Reauthentication
from hub.services.review.room import Room, allowed, entry, fresh
from hub.services.review.routes import study_scope

_LONGEST = 400
_SHA256 = re.compile(r"[0-9a-f]{64}")
_WAITING = frozenset(Role) - {Role.ADMINISTRATOR, Role.AUDITOR, Role.INSPECTOR}
"""Who keeps accounts, checks or inspects goes on: the approval itself rests on what they do."""


@dataclass(frozen=True, slots=True)
class Approving:
    """What is approved; fields as of `Release`."""

    study: str
    version: str
    evidence: str
    report: str = ""


def approve(
    room: Room, reauthentication: Reauthentication, principal: Principal, told: Approving, *, proof: Proof
) -> Release:
    """Approve a version for a study. UnknownError where the proof is wrong, StandingError where it is approved."""
    allowed(room, principal, Right.RELEASES_APPROVE, study_scope(room, principal, told.study), what="this study")
    texts = (told.version.strip(), told.evidence.strip())
    if not all(0 < len(one) <= _LONGEST for one in texts):
        raise UsageError("say which version it is, and where its validation lies")
    if told.report and not _SHA256.fullmatch(told.report):
        raise UsageError("the report is named by its SHA-256, 64 hexadecimal digits", field="report")
    if any(one.version == texts[0] and one.withdrawn_at is None for one in releases(room, told.study)):
        raise StandingError(f"version {texts[0]} is approved here already", field="version")
    method = reauthentication.prove(principal, proof, at=room.clock())
    user = principal.user
    made = Release(
        room.new_id(), told.study, *texts, told.report, principal.actor, user.name, method, room.clock(),
    )  # fmt: skip
    with room.shelf.writing() as unit:
        unit.add(made)
        what = told.study or "all studies"
        unit.audit([entry(principal.actor, room.clock(), "rule", what, "release", None, wire.plain(made), "")])
    return made


def withdraw(room: Room, principal: Principal, study: str, id: str, *, reason: str) -> Release:
    """Take an approval back."""
    allowed(room, principal, Right.RELEASES_APPROVE, study_scope(room, principal, study), what="this study")
    if not reason.strip():
        raise UsageError("say why")
    with room.shelf.writing() as unit:
        before = unit.get(Release, id, hold=True)
        if before is None or before.study != study:
            raise MissingError("there is no such approval")
        if before.withdrawn_at is not None:
            raise StandingError("it is withdrawn already")
        after = replace(before, withdrawn_by=principal.actor, withdrawn_at=room.clock(), why_withdrawn=reason.strip())
        unit.put(after)
        what = study or "all studies"
        unit.audit([entry(principal.actor, room.clock(), "rule", what, "release", before.version, None, reason)])
    return after


def releases(room: Room, study: str) -> Sequence[Release]:
    """Return what was approved for a study itself ("": for all), the newest first."""
    with room.shelf.reading() as unit:
        found = unit.several(Release, study=study)
    return sorted(found, key=lambda one: one.approved_at, reverse=True)


def rule(room: Room, study: str) -> ReleaseRule:
    """Return whether a study itself waits for approvals; revision 0 where nobody has said."""
    with room.shelf.reading() as unit:
        return unit.get(ReleaseRule, study) or ReleaseRule(study, required=False, revision=0)


def set_rule(
    room: Room, principal: Principal, study: str, *, required: bool, revision: int, reason: str
) -> ReleaseRule:
    """Say whether duties in *study* wait for the running version to be approved; it holds from the next request on."""
    allowed(room, principal, Right.RELEASES_APPROVE, study_scope(room, principal, study), what="this study")
    if not reason.strip():
        raise UsageError("say why")
    with room.shelf.writing() as unit:
        before = unit.get(ReleaseRule, study, hold=True)
        fresh(revision, before.revision if before else 0, "the rule")
        after = ReleaseRule(study, required, revision + 1)
        unit.put(after)
        old = wire.plain(before) if before else None
        what = study or "all studies"
        line = entry(principal.actor, room.clock(), "rule", what, "release rule", old, wire.plain(after), reason)
        unit.audit([line])
    return after


def waiting(room: Room, version: str) -> dict[Role, frozenset[str]]:
    """Return for each role the studies in which it gives nothing until *version* is approved."""
    with room.shelf.reading() as unit:
        rules = [one for one in unit.several(ReleaseRule) if one.required]
        if not rules:
            return {}
        studies = unreleased(rules, unit.several(Release), version)
    told = frozenset(one or EVERY for one in studies)
    return dict.fromkeys(_WAITING, told) if told else {}
