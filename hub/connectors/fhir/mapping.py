"""Our records as FHIR resources and back, by version; for the client here and for the hub's own read-only FHIR pages.

`resource_of` gives a resource that is valid by the version's own model; what FHIR has no place for is left out, as
`lost` says.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

from hub.connectors.fhir import places, study, work
from hub.connectors.fhir.parts import Resource
from hub.domain.errors import RejectedError

Version = Literal["R4", "R5"]
_Read = Callable[[Resource, str], dict[str, Any]]
_Write = Callable[[Mapping[str, Any], str], Resource]


@dataclass(frozen=True, slots=True)
class Way:
    """How one kind lies in one type of resource."""

    type: str
    read: _Read
    write: _Write | None = None
    """None: it is only read."""


WAYS: Mapping[str, tuple[Way, ...]] = {
    "study": (Way("ResearchStudy", study.read_study, study.write_study),),
    "site": (Way("Location", places.read_site, places.write_site), Way("Organization", places.read_organization)),
    "contact": (
        Way("PractitionerRole", places.read_contact, places.write_contact),
        Way("Practitioner", places.read_practitioner),
    ),
    "subject_status": (Way("ResearchSubject", study.read_subject, study.write_subject),),
    "action_item": (Way("Task", work.read_task, work.write_task),),
    "document": (Way("DocumentReference", work.read_document, work.write_document),),
    "decision": (Way("Communication", work.read_decision, work.write_decision),),
}
"""The first is used where nothing else is asked for."""


_LOST: Mapping[tuple[str, Version], frozenset[str]] = {
    ("study", "R4"): frozenset({"planned_enrolment"}),
    **{("document", version): frozenset({"country_id"}) for version in get_args(Version)},
    **{("decision", version): frozenset({"source_meeting"}) for version in get_args(Version)},
}


def lost(kind: str, version: Version) -> frozenset[str]:
    """Return the fields of *kind* that FHIR has no place for: never written there, and not in the hub's own pages."""
    return _LOST.get((kind, version), frozenset())


def way_of(kind: str, type: str | None = None) -> Way:
    """Return how *kind* lies in resources of *type*. RejectedError where it does not."""
    for way in WAYS.get(kind, ()):
        if type in (None, way.type):
            return way
    raise RejectedError(f"a {kind} has no place in FHIR{f' {type[:60]}' if type else ''}")


def fields_of(resource: Resource, kind: str, version: Version) -> dict[str, Any]:
    """Return our fields of *resource*. RejectedError names the element that cannot be read."""
    told = resource.get("resourceType")
    return way_of(kind, told if isinstance(told, str) else "none").read(resource, version)


def resource_of(kind: str, id: str | None, fields: Mapping[str, Any], version: Version) -> Resource:
    """Return a record as a resource. RejectedError where FHIR has no place for it, or it would not be valid."""
    way = way_of(kind)
    if way.write is None:  # pragma: no cover  # the first way of each kind writes
        raise RejectedError(f"a {kind} is only read from FHIR")
    made = way.write(fields, version)
    if id is not None:
        made["id"] = id
    check(made, version)
    return made


def check(resource: Resource, version: Version) -> None:
    """Raise RejectedError where *resource* is not valid by the model of its version."""
    import importlib

    from pydantic import ValidationError

    package = "fhir.resources.R4B" if version == "R4" else "fhir.resources"
    get = importlib.import_module(package).get_fhir_model_class
    try:
        get(resource["resourceType"]).model_validate(resource)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or resource["resourceType"]
        raise RejectedError(f"{where}: {' '.join(first['msg'].split())[:200]}") from error
    except (LookupError, ValueError) as error:
        raise RejectedError(f"{resource.get('resourceType')!r} is no resource of FHIR {version}") from error
