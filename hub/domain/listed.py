"""In which order things are listed that nothing else orders: the newest first."""

from typing import Any

from hub.domain.copies import CertifiedCopy
from hub.domain.oversight import Incident, RegisterEntry
from hub.domain.personal import PersonalRequest
from hub.domain.retention import Destruction

LISTED: dict[type, tuple[str, ...]] = {
    Incident: ("state", "reported_at", "id"),  # of the two states the open one is the greater word: it comes first
    RegisterEntry: ("noted_at", "id"),
    PersonalRequest: ("noted_at", "id"),
    Destruction: ("asked_at", "id"),
    CertifiedCopy: ("at", "id"),
}
"""The fields that each kind is listed by, from the greatest to the least."""


def place_of(thing: Any) -> tuple[Any, ...]:
    """Return where a thing stands in the list of its kind."""
    return tuple(getattr(thing, name) for name in LISTED[type(thing)])
