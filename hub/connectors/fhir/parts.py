"""The data types of FHIR that our records need, read leniently and written plainly."""

from collections.abc import Mapping, Sequence
from typing import Any

from hub.domain.errors import RejectedError

Resource = dict[str, Any]
KEY_SYSTEM = "urn:liaison-hub:key"
"""Of the identifier that makes a creation happen once."""
_EXTENSION = "urn:liaison-hub:"
_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"


def kept(**said: Any) -> Resource:
    """Return what is not empty."""
    return {name: value for name, value in said.items() if value not in (None, "", [], {})}


def first(value: Any) -> Any:
    """Return the first of a list, None where there is none."""
    return value[0] if isinstance(value, Sequence) and not isinstance(value, str) and value else None


def part(value: Any, *path: str) -> Any:
    """Return what lies at *path*; of a list on the way its first."""
    for name in path:
        value = first(value) if isinstance(value, list) else value
        value = value.get(name) if isinstance(value, Mapping) else None
    return first(value) if isinstance(value, list) else value


def text(value: Any, what: str) -> str | None:
    """Return a text, None where there is none. RejectedError for anything else."""
    if value is None:
        return None
    if not isinstance(value, str):
        raise RejectedError(f"{what} is no text")
    return value


def concept(said: str | None, code: str | None = None, system: str | None = None) -> Resource | None:
    """Return a CodeableConcept."""
    coding = [kept(system=system, code=code)] if code else []
    return kept(coding=coding, text=said) or None


def said_of(value: Any) -> str | None:
    """Return the text of a CodeableConcept, else what its first code is called."""
    if isinstance(value, Mapping):
        text(value.get("text"), "text of a code")
    for path in (("text",), ("coding", "display"), ("coding", "code")):
        if isinstance(found := part(value, *path), str):
            return found
    return None


def code_of(value: Any) -> Any:
    """Return the code of a CodeableConcept, of its first coding."""
    return part(value, "coding", "code")


def reference(kind: str, id: str | None, display: str | None = None) -> Resource | None:
    """Return a Reference to a resource of this type, or only what it is called."""
    return kept(reference=f"{kind}/{id}" if id else None, display=display) or None


def id_in(value: Any, kind: str | None = None) -> str | None:
    """Return the id that a Reference names, relative or absolute, also of one version; of type *kind* only."""
    told = part(value, "reference")
    if not isinstance(told, str):
        return None
    parts = told.partition("/_history/")[0].split("/")
    if len(parts) < 2 or (kind is not None and parts[-2] != kind):  # a contained resource, or a URN
        return None
    return parts[-1]


def own_identifier(resource: Mapping[str, Any]) -> str | None:
    """Return the first identifier that is not our key."""
    for one in resource.get("identifier") or ():
        if isinstance(one, Mapping) and one.get("system") != KEY_SYSTEM and isinstance(one.get("value"), str):
            return str(one["value"])
    return None


def extension(**said: Resource | str | None) -> list[Resource]:
    """Return extensions of ours, for what FHIR has no element for."""
    made: list[Resource] = []
    for name, value in said.items():
        if isinstance(value, Mapping):
            made.append({"url": _EXTENSION + name, "valueReference": value})
        elif value:
            made.append({"url": _EXTENSION + name, "valueString": value})
    return made


def extended(resource: Mapping[str, Any], name: str) -> Any:
    """Return the value of an extension of ours."""
    for one in resource.get("extension") or ():
        if isinstance(one, Mapping) and one.get("url") == _EXTENSION + name:
            return one.get("valueReference") or one.get("valueString")
    return None


def absent() -> Resource:
    """Return what stands beside a required element whose value nobody knows."""
    return {"extension": [{"url": _ABSENT, "valueCode": "unknown"}]}
