"""The things of oversight that a path names, and whose they are."""

from typing import Annotated, TypeVar

from fastapi import Depends, Path

from hub.api.asking import Somebody, TheHub
from hub.bootstrap import Hub
from hub.domain.errors import MissingError
from hub.domain.oversight import Incident, RegisterEntry
from hub.domain.personal import PersonalRequest
from hub.domain.policy import Scope

T = TypeVar("T")
Id = Annotated[str, Path(max_length=64)]


def the_entry(id: Id, hub: TheHub) -> RegisterEntry:
    """Return the line of the register that the path names."""
    return _found(hub, RegisterEntry, id)


def entry_scope(entry: Annotated[RegisterEntry, Depends(the_entry)]) -> Scope:
    """Return whose the line of the path is."""
    return entry.scope


def the_incident(id: Id, hub: TheHub) -> Incident:
    """Return the incident of the path."""
    return _found(hub, Incident, id)


def incident_scope(incident: Annotated[Incident, Depends(the_incident)]) -> Scope:
    """Return whose the incident of the path is."""
    return incident.scope


def the_request(id: Id, hub: TheHub) -> PersonalRequest:
    """Return the request about personal data of the path."""
    return _found(hub, PersonalRequest, id)


def request_scope(request: Annotated[PersonalRequest, Depends(the_request)]) -> Scope:
    """Return whose the request of the path is."""
    return request.scope


def own_scope(asking: Somebody) -> Scope:
    """Return what is of the asker's own organization."""
    return Scope(frozenset({asking.principal.user.organization}))


def _found(hub: Hub, kind: type[T], id: str) -> T:
    with hub.room.shelf.reading() as unit:
        found = unit.get(kind, id)
    if found is None:
        raise MissingError("there is no such thing")
    return found
