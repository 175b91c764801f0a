"""What the hub finds amiss by itself becomes an incident, raised once while the one before is open (E6(R3) 4.2.5)."""

from collections import Counter
from collections.abc import Iterable, Sequence

from hub.domain.agreements import Agreement
from hub.domain.oversight import IncidentKind, Severity
from hub.services.oversight.incidents import Report, raised
from hub.services.review.room import Room
from hub.services.sync.reconcile import Difference

_WAITING = ("not delivered yet", "waits for review")
"""Causes that are the ordinary course of things: nothing went wrong."""


def differences(room: Room, agreements: Sequence[Agreement], found: Iterable[Difference]) -> None:
    """Raise an incident for each system that holds something else than the hub after what was transferred."""
    wrong = [one for one in found if not one.cause.startswith(_WAITING)]
    for system, count in sorted(Counter(one.system for one in wrong).items()):
        theirs = [one for one in agreements if system in one.systems]
        studies = {study for one in theirs for study in one.studies}
        causes = Counter(f"{one.kind}: {one.cause}" for one in wrong if one.system == system)
        raised(
            room,
            Report(
                IncidentKind.TRANSFER,
                Severity.MAJOR,
                f"{system} does not hold what the hub holds",
                f"{count} differences after a transfer. "
                + "; ".join(f"{n} {cause}" for cause, n in causes.most_common()),
                room.clock(),
                studies.pop() if len(studies) == 1 else "",
                tuple(sorted({party for one in theirs for party in one.parties})),
            ),
            key=f"reconcile/{system}"[:200],
        )


def broken_trail(room: Room, first_bad: int | None, harm: str) -> None:
    """Raise an incident: the trail is not as it was written. Whoever sees the hub as a whole sees it."""
    what = f"not whole at entry {first_bad}: {harm}"
    told = Report(IncidentKind.SECURITY, Severity.CRITICAL, "The audit trail is not whole", what, room.clock())
    raised(room, told, key="trail")
