"""The long work of the sync and of the audit trail, as jobs."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from hub.domain import wire
from hub.domain.jobs import Job
from hub.domain.places import unblinding
from hub.ports import JobWork
from hub.services.sync.candidates import propose
from hub.services.sync.reconcile import reconcile
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


def kinds(sync: Sync, audit: Verified) -> dict[str, JobWork]:
    """Return the work by kind of job."""

    def verify(_job: Job, tell: Tell) -> Mapping[str, Any]:
        tell(0.0, "computing the chain again")
        return dict(wire.plain(audit.verify()))

    def compare(job: Job, tell: Tell) -> Mapping[str, Any]:
        tell(0.0, "reading the systems")
        report = wire.plain(reconcile(sync, only=job.argument["agreements"]))
        found = [one for one in report["differences"] if not unblinding(one["field"])]
        for tally in report["tallies"]:
            tally["hashes"] = {name: told for name, told in tally["hashes"].items() if not unblinding(name)}
        return {**report, "differences": found[:_MOST_DIFFERENCES], "differences_found": len(found)}

    def round_trip(job: Job, tell: Tell) -> Mapping[str, Any]:
        tell(0.0, "reading and delivering")
        return dict(wire.plain(run_round(sync, full=bool(job.argument.get("full")))))

    def look(_job: Job, tell: Tell) -> Mapping[str, Any]:
        tell(0.0, "comparing the records")
        return {"proposed": len(propose(sync))}

    return {LIKENESS: look, VERIFY: verify, RECONCILE: compare, ROUND: round_trip}
