"""The tables of approved segments and agreed terms."""

from sqlalchemy import Column, DateTime, String, Table, Text

from hub.storage.tables import metadata

approved_segments = Table(
    "approved_segments",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("study", String(200), nullable=False),
    Column("source_locale", String(20), nullable=False),
    Column("target_locale", String(20), nullable=False),
    Column("source", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("place", String(300), nullable=False),
    Column("approved_by", String(200), nullable=False),
    Column("approved_at", DateTime, nullable=False),
)
glossary_terms = Table(
    "glossary_terms",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("study", String(200), nullable=False),
    Column("source_locale", String(20), nullable=False),
    Column("target_locale", String(20), nullable=False),
    Column("source", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("note", Text, nullable=False),
)
