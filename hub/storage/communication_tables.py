"""The tables of the communication log: rows are added, never changed, and go only where their destruction is agreed."""

from sqlalchemy import BigInteger, Column, DateTime, Index, Integer, String, Table, Text, UniqueConstraint

from hub.storage.tables import metadata

log = Table(
    "communication_log",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("message", String(40), nullable=False),
    Column("version", String(100), nullable=False),
    Column("thread", String(40), nullable=False),
    Column("channel", String(40), nullable=False),
    Column("study", String(200), nullable=False),
    Column("scope", Text, nullable=False),
    Column("said_at", DateTime, nullable=False),
    Column("stands_since", DateTime, nullable=False),
    Column("kept_at", DateTime, nullable=False),
    Column("text", Text, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("message", "version", name="communication_log_once"),
    Index("communication_log_study", "study", "number"),
    Index("communication_log_thread", "thread", "number"),
    Index("communication_log_channel", "channel", "said_at"),
    Index("communication_log_age", "study", "said_at"),
)
cursors = Table(
    "communication_cursors",
    metadata,
    Column("channel", String(40), primary_key=True),
    Column("cursor", Text, nullable=False),
)
