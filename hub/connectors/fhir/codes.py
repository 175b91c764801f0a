"""Our codes and FHIR's, by version; the tables of docs/records.md. Of several of theirs the first is written."""

from collections.abc import Mapping

from hub.domain.errors import RejectedError

Codes = Mapping[str, tuple[str, ...]]
"""Ours to theirs."""

PHASE: Codes = {
    "early_1": ("early-phase-1",),
    "1": ("phase-1",),
    "1_2": ("phase-1-phase-2",),
    "2": ("phase-2",),
    "2_3": ("phase-2-phase-3",),
    "3": ("phase-3",),
    "4": ("phase-4",),
    "not_applicable": ("n-a",),
}
STUDY: Mapping[str, Codes] = {
    "R4": {
        "planned": ("approved", "in-review"),
        "active": ("active", "closed-to-accrual"),
        "on_hold": ("temporarily-closed-to-accrual", "temporarily-closed-to-accrual-and-intervention"),
        "completed": ("completed",),
        "terminated": ("administratively-completed", "closed-to-accrual-and-intervention"),
        "withdrawn": ("withdrawn", "disapproved"),
    },
    "R5": {
        "planned": ("not-yet-recruiting", "approved", "in-review", "overall-study"),
        "active": ("active", "recruiting", "active-but-not-recruiting", "enrolling-by-invitation", "closed-to-accrual"),
        "on_hold": ("temporarily-closed-to-accrual", "temporarily-closed-to-accrual-and-intervention", "suspended"),
        "completed": ("completed",),
        "terminated": ("terminated", "administratively-completed", "closed-to-accrual-and-intervention"),
        "withdrawn": ("withdrawn", "disapproved"),
    },
}
SITE: Codes = {
    "active": ("active",),
    "on_hold": ("suspended",),
    "closed": ("inactive",),
}
SUBJECT: Codes = {
    "screened": ("screening", "candidate", "potential-candidate", "eligible"),
    "screen_failed": ("ineligible", "not-registered"),
    "enrolled": ("on-study", "pending-on-study"),
    "randomized": (),
    "on_treatment": ("on-study-intervention",),
    "follow_up": ("follow-up", "on-study-observation"),
    "completed": ("off-study",),
    "withdrawn": ("withdrawn",),
}
"""A subject who is randomized is `on-study`; R5 tells it apart by a milestone."""
TASK: Codes = {
    "open": ("requested", "draft", "received", "accepted", "ready"),
    "in_progress": ("in-progress", "on-hold"),
    "done": ("completed",),
    "cancelled": ("cancelled", "rejected", "failed"),
}
DOCUMENT: Codes = {
    "draft": ("registered", "preliminary"),
    "in_review": (),
    "approved": ("final", "amended", "corrected", "appended"),
    "superseded": (),
    "withdrawn": ("cancelled", "deprecated"),
}
"""docStatus; what is superseded or withdrawn is told by status."""


def theirs(codes: Codes, ours: str | None, *, what: str) -> str | None:
    """Return their code for *ours*, None where there is none to tell. RejectedError where they have none."""
    if ours is None:
        return None
    known = codes.get(ours)
    if not known:
        raise RejectedError(f"{what}: {ours!r} has no code in FHIR")
    return known[0]


def ours(codes: Codes, told: object, *, what: str) -> str | None:
    """Return our code for theirs, None where they tell none. RejectedError for one that is not in the list."""
    if told in (None, "", "unknown"):
        return None
    for code, known in codes.items():
        if told in known:
            return code
    raise RejectedError(f"{what}: code {str(told)[:60]!r} is not in the list")
