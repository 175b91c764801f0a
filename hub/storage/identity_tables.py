"""The tables of merges, splits and candidates."""

from sqlalchemy import Column, DateTime, Index, String, Table, Text

from hub.storage.sync_tables import ID, SERIAL
from hub.storage.tables import metadata

turns = Table(
    "identity_turns",
    metadata,
    Column("number", SERIAL, primary_key=True, autoincrement=True),
    Column("id", ID, nullable=False, unique=True),
    Column("kept", ID, nullable=False),
    Column("other", ID, nullable=False),
    Column("at", DateTime, nullable=False),
    Column("body", Text, nullable=False),
    Index("identity_turns_kept", "kept"),
    Index("identity_turns_other", "other"),
)
candidates = Table(
    "identity_candidates",
    metadata,
    Column("id", ID, primary_key=True),
    Column("state", String(20), nullable=False),
    Column("at", DateTime, nullable=False),
    Column("body", Text, nullable=False),
    Index("identity_candidates_state", "state", "at"),
)
