"""Every kind of record that flows. A reference (`study_id`, `site_id`...) is the hub's own id of the other record."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cache
from typing import Literal, TypeAlias

Phase: TypeAlias = Literal["early_1", "1", "1_2", "2", "2_3", "3", "4", "not_applicable"]
"""CDISC Trial Phase (C66737), ClinicalTrials.gov names."""
StudyStatus: TypeAlias = Literal["planned", "active", "on_hold", "completed", "terminated", "withdrawn"]
"""FHIR ResearchStudy.status, shortened."""
SiteStatus: TypeAlias = Literal["identified", "selected", "initiated", "active", "on_hold", "closed"]
Importance: TypeAlias = Literal["low", "medium", "high"]
ActionStatus: TypeAlias = Literal["open", "in_progress", "done", "cancelled"]
"""FHIR Task.status, shortened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """A clinical study (FHIR ResearchStudy, CDISC ODM Study)."""

    protocol_number: str | None = None
    title: str | None = None
    phase: Phase | None = None
    status: StudyStatus | None = None
    indication: str | None = None
    sponsor: str | None = None
    planned_enrolment: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """A study's presence in one country."""

    study_id: str | None = None
    code: str | None = None
    """ISO 3166-1 alpha-2."""
    status: SiteStatus | None = None
    planned_sites: int | None = None
    planned_enrolment: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place where the study is conducted (FHIR Location, ODM Location)."""

    study_id: str | None = None
    number: str | None = None
    name: str | None = None
    country: str | None = None
    """ISO 3166-1 alpha-2."""
    status: SiteStatus | None = None
    investigator: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteMilestone:
    """A step in the life of a site, or without one of the whole study, planned and reached."""

    study_id: str | None = None
    site_id: str | None = None
    milestone: (
        Literal[
            "selected",
            "contract_signed",
            "ethics_approved",
            "initiated",
            "first_subject_in",
            "last_subject_in",
            "last_subject_out",
            "closed",
            "data_cut_off",
            "interim_analysis",
            "database_lock",
        ]
        | None
    ) = None
    planned: date | None = None
    actual: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """A person who works on the study (FHIR Practitioner)."""

    study_id: str | None = None
    site_id: str | None = None
    name: str | None = None
    role: str | None = None
    organization: str | None = None
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentCount:
    """How many subjects a site has, on one day (FHIR ResearchStudy.recruitment)."""

    study_id: str | None = None
    site_id: str | None = None
    as_of: date | None = None
    screened: int | None = None
    enrolled: int | None = None
    randomized: int | None = None
    completed: int | None = None
    withdrawn: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectStatus:
    """Where a subject stands, under a pseudonymous id only (FHIR ResearchSubject, SDTM DM)."""

    study_id: str | None = None
    site_id: str | None = None
    subject_number: str | None = None
    status: (
        Literal[
            "screened", "screen_failed", "enrolled", "randomized", "on_treatment", "follow_up", "completed", "withdrawn"
        ]
        | None
    ) = None
    since: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectVisit:
    """A visit of a subject to its site, as the protocol plans it (SDTM SV); nothing of what was measured."""

    study_id: str | None = None
    site_id: str | None = None
    subject_id: str | None = None
    name: str | None = None
    """As the protocol calls it, such as Week 12."""
    status: Literal["planned", "started", "completed", "skipped", "missed", "unscheduled"] | None = None
    planned: date | None = None
    started: date | None = None
    ended: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitoringVisit:
    """A monitor's visit to a site (its reports: TMF zone 05)."""

    study_id: str | None = None
    site_id: str | None = None
    type: Literal["selection", "initiation", "routine", "close_out", "for_cause"] | None = None
    mode: Literal["on_site", "remote"] | None = None
    status: Literal["planned", "confirmed", "done", "reported", "cancelled"] | None = None
    planned: date | None = None
    start: date | None = None
    end: date | None = None
    monitor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """A departure from the protocol (SDTM DV)."""

    study_id: str | None = None
    site_id: str | None = None
    subject_id: str | None = None
    category: str | None = None
    severity: Literal["minor", "major", "critical"] | None = None
    description: str | None = None
    occurred: date | None = None
    status: Literal["open", "in_review", "closed"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A question about data in the EDC (ODM Query)."""

    study_id: str | None = None
    site_id: str | None = None
    subject_id: str | None = None
    form: str | None = None
    item: str | None = None
    text: str | None = None
    status: Literal["open", "answered", "closed", "cancelled"] | None = None
    opened: datetime | None = None
    closed: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document of the trial master file (FHIR DocumentReference, TMF Reference Model)."""

    study_id: str | None = None
    country_id: str | None = None
    site_id: str | None = None
    artifact: str | None = None
    """Number of the TMF Reference Model, such as 01.01.01."""
    title: str | None = None
    version: str | None = None
    status: Literal["draft", "in_review", "approved", "superseded", "withdrawn"] | None = None
    dated: date | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionItem:
    """Something somebody is to do (FHIR Task)."""

    study_id: str | None = None
    title: str | None = None
    description: str | None = None
    owner: str | None = None
    due: date | None = None
    status: ActionStatus | None = None
    source_meeting: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Something that was decided."""

    study_id: str | None = None
    title: str | None = None
    description: str | None = None
    decided: date | None = None
    decided_by: str | None = None
    source_meeting: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """Something that may go wrong (ICH E6(R3) 3.10)."""

    study_id: str | None = None
    title: str | None = None
    description: str | None = None
    category: str | None = None
    severity: Importance | None = None
    likelihood: Importance | None = None
    owner: str | None = None
    status: Literal["open", "mitigated", "accepted", "closed"] | None = None
    source_meeting: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """Something that has gone wrong."""

    study_id: str | None = None
    site_id: str | None = None
    title: str | None = None
    description: str | None = None
    severity: Importance | None = None
    owner: str | None = None
    due: date | None = None
    status: Literal["open", "in_progress", "resolved", "closed"] | None = None
    source_meeting: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingRecord:
    """A meeting of the parties (FHIR Appointment)."""

    study_id: str | None = None
    title: str | None = None
    started: datetime | None = None
    timezone: str | None = None
    status: Literal["planned", "held", "cancelled"] | None = None
    minutes: Literal["none", "draft", "approved"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RegulatoryNotice:
    """What a regulator has published, of no study in particular."""

    authority: str | None = None
    """FDA, EMA, MHRA and the like."""
    title: str | None = None
    summary: str | None = None
    url: str | None = None
    language: str | None = None
    """BCP 47, such as fr-CA."""
    category: str | None = None
    published: datetime | None = None


KINDS: dict[str, type] = {
    "study": Study,
    "country": Country,
    "site": Site,
    "site_milestone": SiteMilestone,
    "contact": Contact,
    "enrolment_count": EnrolmentCount,
    "subject_status": SubjectStatus,
    "subject_visit": SubjectVisit,
    "monitoring_visit": MonitoringVisit,
    "deviation": Deviation,
    "query": Query,
    "document": Document,
    "action_item": ActionItem,
    "decision": Decision,
    "risk": Risk,
    "issue": Issue,
    "meeting": MeetingRecord,
    "regulatory_notice": RegulatoryNotice,
}


@cache
def kinds_with(field: str) -> frozenset[str]:
    """Return the kinds that have a field by that name."""
    return frozenset(kind for kind, its in KINDS.items() if field in {one.name for one in fields(its)})
