"""The tables of the audit trail; triggers of the migration refuse to change or remove an entry."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from hub.storage.tables import metadata

_NUMBER = BigInteger().with_variant(Integer, "sqlite")

audit = Table(
    "audit",
    metadata,
    Column("seq", _NUMBER, primary_key=True, autoincrement=False),
    Column("at", String(32), nullable=False, index=True),
    Column("actor", String(200), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("record_id", String(100), nullable=False),
    Column("field", String(100), nullable=False),
    Column("old", Text),
    Column("new", Text),
    Column("reason", Text, nullable=False),
    Column("agreement", String(120), nullable=False),
    Column("message_id", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    Index("audit_record", "record_id", "seq"),
)
audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seq", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
)
audit_checkpoints = Table(
    "audit_checkpoints",
    metadata,
    Column("seq", _NUMBER, primary_key=True, autoincrement=False),
    Column("hash", String(64), nullable=False),
    Column("signed_at", String(32), nullable=False),
    Column("key_id", String(64), nullable=False),
    Column("signature", String(128), nullable=False),
)
