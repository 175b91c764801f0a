"""Whose what is noted of a study becomes."""

from collections.abc import Sequence

from hub.domain.errors import UsageError
from hub.domain.people import Principal
from hub.services.review.room import Room

_MOST = 20


def organizations_of(room: Room, principal: Principal, study: str, named: Sequence[str]) -> tuple[str, ...]:
    """Return the organizations that see what is noted of *study*: its parties, whoever enters it.

    Where it has none yet, or for no study (""), those that are *named* beside the own one.
    """
    parties = room.shelf.parties(study) if study else frozenset[str]()
    if parties:
        return tuple(sorted(parties))
    told = sorted({principal.user.organization, *(one.strip() for one in named if one.strip())})
    if len(told) > _MOST or "*" in told:
        raise UsageError(f"name up to {_MOST} organizations", field="organizations")
    return tuple(told)
