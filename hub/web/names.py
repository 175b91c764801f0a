"""Kinds and fields of records and of the trail in words of the reader; what has no name here keeps its own."""

from collections.abc import Hashable, Mapping
from functools import lru_cache
from typing import cast

from hub.ports import Wording

_kept = lru_cache(maxsize=64)
"""Each locale's words are one object, and a list asks for the same names in every row."""


def kind(words: Wording, name: str) -> str:
    """Return a kind of record, or of entry of the trail, in words."""
    return _kinds(cast("Hashable", words)).get(name, name.replace("_", " "))


def field(words: Wording, name: str) -> str:
    """Return a field in words."""
    return _fields(cast("Hashable", words)).get(name, name.replace("_", " "))


def alike(words: Wording, reason: str) -> str:
    """Return in which fields two records are alike; *reason* as `likeness` gives it."""
    told = reason.removeprefix("the same ").replace(" and ", ", ")
    return words.join([field(words, name) for name in told.split(", ")])


@_kept
def _fields(of: Hashable) -> Mapping[str, str]:
    words = cast("Wording", of)
    return {**_of_studies(words), **_of_what_happens(words), **_of_the_trail(words)}


@_kept
def _kinds(of: Hashable) -> Mapping[str, str]:
    words = cast("Wording", of)
    return {
        "study": words.text("Study"),
        "country": words.text("Country"),
        "site": words.text("Site"),
        "site_milestone": words.text("Milestone"),
        "contact": words.text("Contact"),
        "enrolment_count": words.text("Enrolment figures"),
        "subject_status": words.text("Subject"),
        "subject_visit": words.text("Visit of a subject"),
        "monitoring_visit": words.text("Monitoring visit"),
        "deviation": words.text("Deviation"),
        "query": words.text("Query"),
        "document": words.text("Document"),
        "action_item": words.text("Action"),
        "action": words.text("Action"),
        "decision": words.text("Decision"),
        "risk": words.text("Risk"),
        "issue": words.text("Issue"),
        "meeting": words.text("Meeting"),
        "regulatory_notice": words.text("Notice of a regulator"),
        "agreement": words.text("Agreement"),
        "user": words.text("Account"),
        "rule": words.text("Rules of the studies"),
        "retention": words.text("Retention"),
        "hold": words.text("On hold"),
        "destruction": words.text("Destruction"),
        "minutes": words.text("Minutes"),
        "review": words.text("Approval"),
        "remark": words.text("Comment"),
        "signature": words.text("Signature"),
        "translation": words.text("Translation"),
        "transcript": words.text("Transcript"),
        "upload": words.text("Upload"),
        "dispatch": words.text("Distribution"),
        "notice": words.text("Reminder or escalation"),
        "governance": words.text("Communication plan"),
        "calendar": words.text("Calendar"),
        "audit review": words.text("Review sessions"),
        "access review": words.text("Access review"),
        "register": words.text("Register"),
        "incident": words.text("Incident"),
        "personal request": words.text("Personal data"),
        "reminder": words.text("Reminder"),
        "communication": words.text("Communication log"),
        "connection": words.text("Connection"),
        "certified copy": words.text("Certified copies"),
    }


def _of_studies(words: Wording) -> dict[str, str]:
    return {
        "*": words.text("several fields"),
        "study_id": words.text("Study"),
        "country_id": words.text("Country"),
        "country": words.text("Country"),
        "site_id": words.text("Site"),
        "subject_id": words.text("Subject"),
        "subject_number": words.text("Subject number"),
        "protocol_number": words.text("Protocol number"),
        "title": words.text("Title"),
        "name": words.text("Name"),
        "number": words.text("Number"),
        "code": words.text("Code"),
        "phase": words.text("Phase"),
        "status": words.text("State"),
        "indication": words.text("Indication"),
        "sponsor": words.text("Sponsor"),
        "investigator": words.text("Investigator"),
        "monitor": words.text("Monitor"),
        "planned_enrolment": words.text("Planned enrolment"),
        "planned_sites": words.text("Planned sites"),
        "milestone": words.text("Milestone"),
        "planned": words.text("Planned"),
        "actual": words.text("Actual"),
        "role": words.text("Role"),
        "organization": words.text("Organization"),
        "email": words.text("E-mail"),
        "phone": words.text("Telephone"),
        "as_of": words.text("Date"),
        "screened": words.text("Screened"),
        "enrolled": words.text("Enrolled"),
        "randomized": words.text("Randomized"),
        "completed": words.text("Completed"),
        "withdrawn": words.text("Withdrawn"),
    }


def _of_what_happens(words: Wording) -> dict[str, str]:
    return {
        "since": words.text("Since"),
        "type": words.text("Kind"),
        "mode": words.text("Way"),
        "start": words.text("Began at"),
        "started": words.text("Began at"),
        "end": words.text("Ended"),
        "closed": words.text("Ended"),
        "opened": words.text("Began at"),
        "category": words.text("Category"),
        "severity": words.text("Severity"),
        "likelihood": words.text("Likelihood"),
        "description": words.text("Description"),
        "occurred": words.text("Date"),
        "item": words.text("Items"),
        "text": words.text("Text"),
        "artifact": words.text("Artifact"),
        "version": words.text("Version"),
        "dated": words.text("Date"),
        "owner": words.text("Owner"),
        "owner_email": words.text("E-mail"),
        "due": words.text("Due"),
        "source_meeting": words.text("Meeting"),
        "minutes": words.text("Minutes"),
        "decided": words.text("Date"),
        "decided_by": words.text("Decided by"),
        "timezone": words.text("Time zone"),
        "authority": words.text("Authority"),
        "summary": words.text("Summary"),
        "url": words.text("Address"),
        "language": words.text("Language"),
        "published": words.text("Published"),
    }


def _of_the_trail(words: Wording) -> dict[str, str]:
    return {
        "standing": words.text("State"),
        "tested": words.text("Test"),
        "qualification": words.text("Training"),
        "curriculum": words.text("Training"),
        "laid": words.text("Upload"),
        "edited": words.text("edited"),
        "deleted": words.text("deleted"),
        "state": words.text("State"),
        "reason": words.text("Reason"),
        "speaker": words.text("Speaker"),
        "signed": words.text("Signature"),
        "asked": words.text("State"),
        "made": words.text("Translation"),
        "held": words.text("What was found"),
        "settled": words.text("Answered"),
        "comment": words.text("Comment"),
        "read": words.text("looked at"),
        "records": words.text("Records of the sync"),
        "receipts": words.text("Receipts"),
        "communication": words.text("Communication log"),
        "recording": words.text("Recording"),
        "transcript": words.text("Transcript"),
        "participants": words.text("Who took part"),
        "approval route": words.text("Approval"),
        "distribution rule": words.text("Recipients"),
        "merged_into": words.text("Merge"),
        "dead_letter": words.text("Dead letter"),
        "account": words.text("Account"),
        "grant": words.text("Role"),
        "password": words.text("Password"),
        "second factor": words.text("Second factor"),
        "recovery code used": words.text("Second factor"),
        "token": words.text("Tokens for programs"),
        "sign-in": words.text("Sign in"),
        "sign-out": words.text("Sign out"),
        "sign-in refused": words.text("Sign-in refused"),
        "single sign-on": words.text("Sign in through your organization"),
        "lock": words.text("locked"),
        "refused": words.text("refused"),
    }
