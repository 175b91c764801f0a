"""The table of webhook calls: kept when they come, worked off when their system has been read."""

from sqlalchemy import BigInteger, Column, DateTime, Index, Integer, LargeBinary, String, Table

from hub.storage.tables import metadata

calls = Table(
    "webhook_calls",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("key", String(64), nullable=False, unique=True),
    Column("system", String(100), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("received_at", DateTime, nullable=False),
    Column("sent_at", DateTime),
    Column("handled_at", DateTime),
    Index("webhook_calls_waiting", "system", "handled_at"),
)
