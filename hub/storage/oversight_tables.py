"""The tables of oversight: the register, incidents, releases, requests about personal data, plans and reminders."""

from sqlalchemy import Column, Date, DateTime, Index, String, Table, Text

from hub.domain.blinding import BlindingRule
from hub.domain.oversight import Incident, RegisterEntry
from hub.domain.personal import PersonalRequest
from hub.domain.releases import Release, ReleaseRule
from hub.domain.reminders import Reminder, ReviewPlan
from hub.storage.tables import metadata


def _body() -> Column[str]:
    return Column("body", Text, nullable=False)


def _id() -> Column[str]:
    return Column("id", String(64), primary_key=True)


register_entries = Table(
    "register_entries",
    metadata,
    _id(),
    Column("study", String(200), nullable=False),
    Column("noted_at", DateTime),
    _body(),
    Index("register_entries_newest", "noted_at", "id"),
    Index("register_entries_study", "study", "noted_at", "id"),
)
incidents = Table(
    "incidents",
    metadata,
    _id(),
    Column("study", String(200), nullable=False),
    Column("state", String(20), nullable=False),
    Column("key", String(200), nullable=False, index=True),
    Column("reported_at", DateTime),
    _body(),
    Index("incidents_newest", "state", "reported_at", "id"),
    Index("incidents_study", "study", "state", "reported_at", "id"),
)
releases = Table("releases", metadata, _id(), Column("study", String(200), nullable=False, index=True), _body())
release_rules = Table("release_rules", metadata, Column("study", String(200), primary_key=True), _body())
blinding_rules = Table("blinding_rules", metadata, Column("study", String(200), primary_key=True), _body())
personal_requests = Table(
    "personal_requests",
    metadata,
    _id(),
    Column("organization", String(200), nullable=False, index=True),
    Column("state", String(20), nullable=False),
    Column("received_on", Date, nullable=False),
    Column("noted_at", DateTime),
    _body(),
    Index("personal_requests_newest", "noted_at", "id"),
    Index("personal_requests_open", "state", "received_on"),
)
review_plans = Table(
    "review_plans",
    metadata,
    Column("organization", String(200), primary_key=True),
    Column("kind", String(40), primary_key=True),
    _body(),
)
reminders = Table("reminders", metadata, _id(), Column("state", String(20), nullable=False, index=True), _body())

OVERSIGHT: dict[type, Table] = {
    RegisterEntry: register_entries,
    Incident: incidents,
    Release: releases,
    ReleaseRule: release_rules,
    BlindingRule: blinding_rules,
    PersonalRequest: personal_requests,
    ReviewPlan: review_plans,
    Reminder: reminders,
}
