"""The long work of the sync and of the audit trail, as jobs."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from hub.domain import wire
from hub.domain.blinding import Blinding
from hub.domain.jobs import Job
from hub.ports import JobWork
from hub.services.oversight import troubles
from hub.services.review.room import Room
from hub.services.sync.candidates import propose
from hub.services.sync.reconcile import blinded, reconcile
from hub.services.sync.round import run_round
from hub.services.sync.steps import Sync

Tell = Callable[[float, str], None]
VERIFY, RECONCILE, ROUND = "audit.verify", "sync.reconcile", "sync.round"
LIKENESS = "sync.identities"
_MOST_DIFFERENCES = 1000


class Verified(Protocol):
    """An audit trail that can be verified."""

    def verify(self) -> Any:
        """Return a verdict, a dataclass."""


def kinds(sync: Sync, audit: Verified, room: Room, blinding: Callable[[], Blinding]) -> dict[str, JobWork]:
    """Return the work by kind of job; what does not fit together becomes an incident."""

    def verify(_job: Job, tell: Tell) -> Mapping[str, Any]:
        tell(0.0, "computing the chain again")
        verdict = audit.verify()
        if not verdict.whole:
            troubles.broken_trail(room, verdict.first_bad, verdict.harm)
        return dict(wire.plain(verdict))

    def compare(job: Job, tell: Tell) -> Mapping[str, Any]:
        tell(0.0, "reading the systems")
        compared = reconcile(sync, only=job.argument["agreements"])
        troubles.differences(room, sync.ledger.agreements(), compared.differences)
        report = wire.plain(blinded(compared, blinding()))
        found = report["differences"]
        return {**report, "differences": found[:_MOST_DIFFERENCES], "differences_found": len(found)}

    def round_trip(job: Job, tell: Tell) -> Mapping[str, Any]:
        tell(0.0, "reading and delivering")
        return dict(wire.plain(run_round(sync, full=bool(job.argument.get("full")))))

    def look(_job: Job, tell: Tell) -> Mapping[str, Any]:
        tell(0.0, "comparing the records")
        return {"proposed": len(propose(sync))}

    return {LIKENESS: look, VERIFY: verify, RECONCILE: compare, ROUND: round_trip}
