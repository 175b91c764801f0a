"""Location, Organization, PractitionerRole and Practitioner as our site and contact, and back."""

from collections.abc import Mapping
from typing import Any

from hub.connectors.fhir import codes
from hub.connectors.fhir.parts import (
    Resource,
    concept,
    extended,
    extension,
    first,
    id_in,
    kept,
    own_identifier,
    part,
    reference,
    said_of,
    text,
)

Fields = Mapping[str, Any]


def read_site(resource: Resource, _version: str) -> dict[str, Any]:
    """Return our fields of a Location."""
    return kept(
        study_id=id_in(extended(resource, "study"), "ResearchStudy"),
        number=own_identifier(resource),
        name=text(resource.get("name"), "name"),
        country=text(part(resource, "address", "country"), "country"),
        status=codes.ours(codes.SITE, resource.get("status"), what="status"),
        investigator=extended(resource, "investigator"),
    )


def write_site(fields: Fields, _version: str) -> Resource:
    """Return a Location with our fields; steps before a site is open are kept in an extension."""
    status = fields.get("status")
    known = codes.theirs(codes.SITE, status, what="status") if status in codes.SITE else None
    return kept(
        resourceType="Location",
        extension=extension(
            study=reference("ResearchStudy", fields.get("study_id")),
            investigator=fields.get("investigator"),
            step=status if known is None else None,
        ),
        identifier=[{"value": fields["number"]}] if fields.get("number") else None,
        name=fields.get("name"),
        status=known,
        address=kept(country=fields.get("country")),
    )


def read_organization(resource: Resource, _version: str) -> dict[str, Any]:
    """Return our fields of an Organization that is a site."""
    active = resource.get("active")
    return kept(
        study_id=id_in(extended(resource, "study"), "ResearchStudy"),
        number=own_identifier(resource),
        name=text(resource.get("name"), "name"),
        country=text(
            part(resource, "address", "country") or part(resource, "contact", "address", "country"), "country"
        ),
        status={True: "active", False: "closed"}.get(active) if isinstance(active, bool) else None,
    )


def read_contact(resource: Resource, version: str) -> dict[str, Any]:
    """Return our fields of a PractitionerRole."""
    holder = resource if version == "R4" else first(resource.get("contact"))
    telecom = holder.get("telecom") if isinstance(holder, Mapping) else None
    return kept(
        study_id=id_in(extended(resource, "study"), "ResearchStudy"),
        site_id=id_in(part(resource, "location"), "Location"),
        name=_contained_name(resource) or text(part(resource, "practitioner", "display"), "practitioner"),
        role=said_of(part(resource, "code")),
        organization=text(part(resource, "organization", "display"), "organization"),
        email=_telecom(telecom, "email"),
        phone=_telecom(telecom, "phone"),
    )


def write_contact(fields: Fields, version: str) -> Resource:
    """Return a PractitionerRole with our fields."""
    telecom = [{"system": system, "value": fields[system]} for system in ("email", "phone") if fields.get(system)]
    return kept(
        resourceType="PractitionerRole",
        extension=extension(study=reference("ResearchStudy", fields.get("study_id"))),
        practitioner=reference("Practitioner", None, fields.get("name")),
        organization=reference("Organization", None, fields.get("organization")),
        code=[concept(fields["role"])] if fields.get("role") else None,
        location=[reference("Location", fields["site_id"])] if fields.get("site_id") else None,
        **({"telecom": telecom} if version == "R4" else {"contact": [{"telecom": telecom}] if telecom else None}),
    )


def read_practitioner(resource: Resource, _version: str) -> dict[str, Any]:
    """Return our fields of a Practitioner."""
    telecom = resource.get("telecom")
    return kept(name=_human(resource), email=_telecom(telecom, "email"), phone=_telecom(telecom, "phone"))


def _contained_name(resource: Resource) -> str | None:
    for one in resource.get("contained") or ():
        if isinstance(one, Mapping) and one.get("resourceType") == "Practitioner":
            return _human(one)
    return None


def _human(resource: Mapping[str, Any]) -> str | None:
    name = first(resource.get("name"))
    if not isinstance(name, Mapping):
        return None
    if isinstance(name.get("text"), str):
        return str(name["text"])
    given = name.get("given")
    parts = [*(given if isinstance(given, list) else ()), name.get("family")]
    return " ".join(one for one in parts if isinstance(one, str)) or None


def _telecom(told: Any, system: str) -> str | None:
    for one in told if isinstance(told, list) else ():
        if isinstance(one, Mapping) and one.get("system") == system and isinstance(one.get("value"), str):
            return str(one["value"])
    return None
