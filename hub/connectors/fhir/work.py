"""Task, DocumentReference and Communication as our action_item, document and decision, and back."""

from collections.abc import Mapping
from typing import Any

from hub.connectors.fhir import codes
from hub.connectors.fhir.parts import (
    Resource,
    concept,
    extended,
    extension,
    id_in,
    kept,
    part,
    reference,
    said_of,
    text,
)

Fields = Mapping[str, Any]
_DAY = 10


def read_task(resource: Resource, version: str) -> dict[str, Any]:
    """Return our fields of a Task."""
    reason = part(resource, "reasonReference") if version == "R4" else part(resource, "reason", "reference")
    return kept(
        study_id=id_in(resource.get("focus"), "ResearchStudy"),
        title=said_of(resource.get("code")),
        description=text(resource.get("description"), "description"),
        owner=text(part(resource, "owner", "display"), "owner"),
        due=_day(part(resource, "restriction", "period", "end"), "restriction.period.end"),
        status=codes.ours(codes.TASK, resource.get("status"), what="status"),
        source_meeting=text(part(reason, "display"), "reason"),
    )


def write_task(fields: Fields, version: str) -> Resource:
    """Return a Task with our fields."""
    due, meeting = fields.get("due"), fields.get("source_meeting")
    reason = reference("Appointment", None, meeting)
    return kept(
        resourceType="Task",
        status=codes.theirs(codes.TASK, fields.get("status") or "open", what="status"),
        intent="order",
        code=concept(fields.get("title")),
        description=fields.get("description"),
        focus=reference("ResearchStudy", fields.get("study_id")),
        owner=reference("Practitioner", None, fields.get("owner")),
        restriction={"period": {"end": due}} if due else None,
        reasonReference=reason if version == "R4" else None,
        reason=[{"reference": reason}] if version == "R5" and reason else None,
    )


def read_document(resource: Resource, version: str) -> dict[str, Any]:
    """Return our fields of a DocumentReference."""
    state = resource.get("status")
    status = {"superseded": "superseded", "entered-in-error": "withdrawn"}.get(str(state))
    related = part(resource, "context", "related") if version == "R4" else part(resource, "context")
    number = resource.get("version") if version == "R5" else extended(resource, "version")
    return kept(
        study_id=id_in(related, "ResearchStudy"),
        site_id=id_in(extended(resource, "site"), "Location"),
        artifact=said_of(resource.get("type")),
        title=text(resource.get("description") or part(resource, "content", "attachment", "title"), "description"),
        version=text(number, "version"),
        status=extended(resource, "status")
        or status
        or codes.ours(codes.DOCUMENT, resource.get("docStatus"), what="docStatus"),
        dated=_day(resource.get("date"), "date"),
        sha256=text(extended(resource, "sha256"), "sha256"),
    )


def write_document(fields: Fields, version: str) -> Resource:
    """Return a DocumentReference with our fields; its content stays where it is."""
    status, study = fields.get("status"), reference("ResearchStudy", fields.get("study_id"))
    known = codes.DOCUMENT.get(str(status))
    dated, title = fields.get("dated"), fields.get("title")
    outer = {"superseded": "superseded", "withdrawn": "entered-in-error"}.get(str(status), "current")
    made = kept(
        resourceType="DocumentReference",
        extension=extension(
            site=reference("Location", fields.get("site_id")),
            sha256=fields.get("sha256"),
            version=fields.get("version") if version == "R4" else None,
            status=status if status and not known and outer == "current" else None,
        ),
        status=outer,
        docStatus=codes.theirs(codes.DOCUMENT, status, what="status") if known and outer == "current" else None,
        type=concept(fields.get("artifact")),
        description=title,
        date=f"{dated}T00:00:00Z" if dated else None,
        version=fields.get("version") if version == "R5" else None,
        content=[{"attachment": kept(title=title) or {"title": "untitled"}}],
    )
    if study:
        made["context"] = {"related": [study]} if version == "R4" else [study]
    return made


def read_decision(resource: Resource, _version: str) -> dict[str, Any]:
    """Return our fields of a Communication."""
    return kept(
        study_id=id_in(part(resource, "about"), "ResearchStudy"),
        title=said_of(resource.get("topic")),
        description=_said(resource),
        decided=_day(resource.get("sent"), "sent"),
        decided_by=text(part(resource, "sender", "display"), "sender"),
    )


def write_decision(fields: Fields, version: str) -> Resource:
    """Return a Communication that tells a decision."""
    decided, said = fields.get("decided"), fields.get("description")
    payload = {"contentString": said} if version == "R4" else {"contentCodeableConcept": concept(said)}
    return kept(
        resourceType="Communication",
        status="completed",
        topic=concept(fields.get("title")),
        about=[reference("ResearchStudy", fields["study_id"])] if fields.get("study_id") else None,
        sent=f"{decided}T00:00:00Z" if decided else None,
        sender=reference("Practitioner", None, fields.get("decided_by")),
        payload=[payload] if said else None,
    )


def _said(resource: Resource) -> str | None:
    first = part(resource, "payload")
    return text(part(first, "contentString"), "payload") or said_of(part(first, "contentCodeableConcept"))


def _day(value: Any, what: str) -> str | None:
    told = text(value, what)
    return told[:_DAY] if told and len(told) >= _DAY else None
