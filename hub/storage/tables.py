"""The tables of the embedded store (SQLAlchemy Core); migrations/ holds how they came to be."""

from sqlalchemy import Column, DateTime, ForeignKey, Integer, MetaData, String, Table, Text

metadata = MetaData()

meetings = Table(
    "meetings",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("title", Text),
    Column("started_at", String(40)),
    Column("body", Text, nullable=False),
    Column("stored_at", DateTime, nullable=False),
)

transcripts = Table(
    "transcripts",
    metadata,
    Column("meeting_id", ForeignKey("meetings.id"), primary_key=True),
    Column("recording_sha256", String(64)),
    Column("body", Text, nullable=False),
    Column("stored_at", DateTime, nullable=False),
)

minutes = Table(
    "minutes",
    metadata,
    Column("meeting_id", ForeignKey("meetings.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("status", String(20), nullable=False),
    Column("body", Text, nullable=False),
    Column("stored_at", DateTime, nullable=False),
)

stage_results = Table(
    "stage_results",
    metadata,
    Column("recording_sha256", String(64), primary_key=True),
    Column("stage", String(40), primary_key=True),
    Column("fingerprint", String(200), primary_key=True),
    Column("body", Text, nullable=False),
    Column("stored_at", DateTime, nullable=False),
)
