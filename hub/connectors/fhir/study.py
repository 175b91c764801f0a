"""ResearchStudy and ResearchSubject as our study and subject_status, and back."""

from collections.abc import Mapping
from typing import Any

from hub.connectors.fhir import codes
from hub.connectors.fhir.parts import (
    Resource,
    absent,
    code_of,
    concept,
    extended,
    extension,
    id_in,
    kept,
    own_identifier,
    part,
    reference,
    said_of,
    text,
)

_PHASES = "http://terminology.hl7.org/CodeSystem/research-study-phase"
_PARTIES = "http://hl7.org/fhir/research-study-party-role"
_STATES = "http://hl7.org/fhir/research-study-status"
_SUBJECT_STATES = "http://terminology.hl7.org/CodeSystem/research-subject-state"
_MILESTONES = "http://terminology.hl7.org/CodeSystem/research-subject-milestone"
_RANDOMIZED = "Randomized"
Fields = Mapping[str, Any]


def read_study(resource: Resource, version: str) -> dict[str, Any]:
    """Return our fields of a ResearchStudy."""
    state = resource.get("status") if version == "R4" else code_of(part(resource, "progressStatus", "state"))
    sponsor = part(resource, "sponsor") if version == "R4" else _party(resource, "sponsor")
    target = None if version == "R4" else part(resource, "recruitment", "targetNumber")
    return kept(
        protocol_number=own_identifier(resource),
        title=text(resource.get("title"), "title"),
        phase=codes.ours(codes.PHASE, code_of(resource.get("phase")), what="phase"),
        status=codes.ours(codes.STUDY[version], state, what="status"),
        indication=said_of(part(resource, "condition")),
        sponsor=text(part(sponsor, "display"), "sponsor"),
        planned_enrolment=target if type(target) is int else None,
    )


def write_study(fields: Fields, version: str) -> Resource:
    """Return a ResearchStudy with our fields."""
    status = codes.theirs(codes.STUDY[version], fields.get("status"), what="status")
    phase = codes.theirs(codes.PHASE, fields.get("phase"), what="phase")
    made = kept(
        resourceType="ResearchStudy",
        identifier=[{"value": fields["protocol_number"]}] if fields.get("protocol_number") else None,
        title=fields.get("title"),
        phase=concept(None, phase, _PHASES),
        condition=[concept(fields["indication"])] if fields.get("indication") else None,
    )
    sponsor = fields.get("sponsor")
    if version == "R4":
        made |= {"status": status} if status else {"_status": absent()}
        return {**made, **kept(sponsor=reference("Organization", None, sponsor))}
    party = {"role": concept(None, "sponsor", _PARTIES), "party": reference("Organization", None, sponsor)}
    planned = fields.get("planned_enrolment")
    return {
        **made,
        "status": "active",
        **kept(
            progressStatus=[{"state": concept(None, status, _STATES)}] if status else None,
            associatedParty=[party] if sponsor else None,
            recruitment={"targetNumber": planned} if planned is not None else None,
        ),
    }


def read_subject(resource: Resource, version: str) -> dict[str, Any]:
    """Return our fields of a ResearchSubject."""
    progress = part(resource, "progress") if version == "R5" else None
    state = resource.get("status") if version == "R4" else code_of(part(progress, "subjectState"))
    status = codes.ours(codes.SUBJECT, state, what="status")
    randomized = extended(resource, "milestone") if version == "R4" else code_of(part(progress, "milestone"))
    if status == "enrolled" and randomized == _RANDOMIZED:
        status = "randomized"
    return kept(
        study_id=id_in(resource.get("study"), "ResearchStudy"),
        site_id=id_in(extended(resource, "site"), "Location"),
        subject_number=own_identifier(resource),
        status=status,
        since=text(part(progress, "startDate") or extended(resource, "since"), "startDate"),
    )


def write_subject(fields: Fields, version: str) -> Resource:
    """Return a ResearchSubject with our fields; the person behind it is only ever a pseudonym."""
    status = fields.get("status")
    state = codes.theirs(codes.SUBJECT, "enrolled" if status == "randomized" else status, what="status")
    number = fields.get("subject_number")
    person = kept(display=number) or {"display": "unknown"}
    made = kept(
        resourceType="ResearchSubject",
        extension=extension(
            site=reference("Location", fields.get("site_id")),
            since=fields.get("since") if version == "R4" else None,
            milestone=_RANDOMIZED if version == "R4" and status == "randomized" else None,
        ),
        identifier=[{"value": number}] if number else None,
        study=reference("ResearchStudy", fields.get("study_id")) or absent(),
    )
    if version == "R4":
        return {**made, **({"status": state} if state else {"_status": absent()}), "individual": person}
    milestone = concept(None, _RANDOMIZED, _MILESTONES) if status == "randomized" else None
    progress = kept(
        subjectState=concept(None, state, _SUBJECT_STATES),
        milestone=milestone,
        startDate=fields.get("since"),
    )
    return {**made, "status": "active", "subject": person, **kept(progress=[progress] if progress else None)}


def _party(resource: Resource, role: str) -> Any:
    for one in resource.get("associatedParty") or ():
        if code_of(part(one, "role")) == role:
            return part(one, "party") or {"display": one.get("name")}
    return None
