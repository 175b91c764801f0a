"""The tables of the sync. Values of fields are JSON text, times are UTC without a zone."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    false,
)

from hub.storage.tables import metadata

ID = String(64)
SYSTEM = String(100)
EXTERNAL = String(300)
SERIAL = BigInteger().with_variant(Integer, "sqlite")

records = Table(
    "records",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("fields", Text, nullable=False),
    Column("edited", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("deleted", Boolean, nullable=False),
    Column("merged_into", ID),
    Column("study_id", ID),
    Index("records_kind", "kind", "id"),
    Index("records_study", "kind", "study_id", "id"),
)
Index(
    "records_merged",
    records.c.id,
    records.c.merged_into,
    sqlite_where=records.c.merged_into.is_not(None),
    postgresql_where=records.c.merged_into.is_not(None),
)
natural_keys = Table(
    "natural_keys",
    metadata,
    Column("kind", String(40), primary_key=True),
    Column("key", String(300), primary_key=True),
    Column("record_id", ID, nullable=False),
    Index("natural_keys_record", "record_id"),
)
bases = Table(
    "bases",
    metadata,
    Column("system", SYSTEM, primary_key=True),
    Column("kind", String(40), primary_key=True),
    Column("external_id", EXTERNAL, primary_key=True),
    Column("record_id", ID, nullable=False),
    Column("fields", Text, nullable=False),
    Column("version", String(200)),
    Column("deleted", Boolean, nullable=False),
    Column("written", BigInteger, nullable=False),
    Column("listing", String(64)),
    Index("bases_record", "record_id", "system"),
)
writes = Table(
    "writes",
    metadata,
    Column("system", SYSTEM, primary_key=True),
    Column("record_id", ID, primary_key=True),
    Column("kind", String(40), nullable=False),
    Column("creates", Boolean, nullable=False),
    Column("body", Text, nullable=False),
    Column("key", ID, nullable=False, server_default=""),
)
disputes = Table(
    "disputes",
    metadata,
    Column("id", ID, primary_key=True),
    Column("record_id", ID, nullable=False),
    Column("state", String(20), nullable=False),
    Column("at", DateTime, nullable=False),
    Column("body", Text, nullable=False),
    Index("disputes_record", "record_id", "state"),
    Index("disputes_state", "state", "at"),
)
agreements = Table(
    "agreements",
    metadata,
    Column("id", String(100), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("body", Text, nullable=False),
)
outbox = Table(
    "outbox",
    metadata,
    Column("number", SERIAL, primary_key=True, autoincrement=True),
    Column("id", ID, nullable=False),
    Column("topic", String(200), nullable=False),
    Column("key", String(300), nullable=False),
    Column("headers", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    # how many stand in the row; see hub/storage/packs.py
    Column("messages", Integer, nullable=False, server_default="1"),
)
inbox = Table(
    "inbox",
    metadata,
    Column("consumer", String(200), primary_key=True),
    Column("message_id", ID, primary_key=True),
    Column("at", DateTime, nullable=False),
)
positions = Table(
    "positions",
    metadata,
    Column("group", String(200), primary_key=True),
    Column("topic", String(200), primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("offset", BigInteger, nullable=False),
)
cursors = Table(
    "cursors",
    metadata,
    Column("system", SYSTEM, primary_key=True),
    Column("kind", String(40), primary_key=True),
    Column("value", Text),
    Column("ended", Boolean, nullable=False, server_default=false()),
)
deliveries = Table(
    "deliveries",
    metadata,
    Column("id", ID, primary_key=True),
    Column("system", SYSTEM, nullable=False),
    Column("record_id", ID, nullable=False),
    Column("external_id", EXTERNAL, nullable=False),
    Column("message_id", ID, nullable=False),
    Column("record_version", Integer, nullable=False),
    Column("at", DateTime, nullable=False),
)
letters = Table(
    "dead_letters",
    metadata,
    Column("id", ID, primary_key=True),
    Column("state", String(20), nullable=False),
    Column("stage", String(20), nullable=False),
    Column("system", SYSTEM, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("reason", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("parsed", Text, nullable=False),
    Column("raw", LargeBinary, nullable=False),
    Column("headers", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("at", DateTime, nullable=False),
    Column("about", Text, nullable=False, server_default=""),
    Index("dead_letters_state", "state", "at"),
    Index("dead_letters_about", "system", "kind", "about"),
)
numbers = Table(
    "numbers",
    metadata,
    Column("name", String(200), primary_key=True),
    Column("value", BigInteger, nullable=False),
)
gates = Table(
    "gates",
    metadata,
    Column("system", SYSTEM, primary_key=True),
    Column("tokens", Float, nullable=False),
    Column("refilled_at", DateTime, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("open_until", DateTime),
    Column("held_until", DateTime),
)
lags = Table(
    "lags",
    metadata,
    Column("system", SYSTEM, primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("behind", BigInteger, nullable=False),
    Column("at", DateTime, nullable=False),
)
tokens = Table(
    "tokens",
    metadata,
    Column("name", SYSTEM, primary_key=True),
    Column("seed", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", DateTime, nullable=False),
)
