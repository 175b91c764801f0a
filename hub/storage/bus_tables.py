"""The tables of the bus that lives in the hub's own database, and of the leases that share its work out."""

from sqlalchemy import BigInteger, Column, DateTime, Integer, LargeBinary, String, Table, Text

from hub.storage.tables import metadata

bus_messages = Table(
    "bus_messages",
    metadata,
    Column("topic", String(200), primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    Column("offset", BigInteger, primary_key=True, autoincrement=False),
    Column("id", String(64), nullable=False),
    Column("key", String(300), nullable=False),
    Column("headers", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("stored_at", DateTime, nullable=False),
)

bus_heads = Table(
    "bus_heads",
    metadata,
    Column("topic", String(200), primary_key=True),
    Column("partition", Integer, primary_key=True, autoincrement=False),
    # the offset that the next message gets; its row is locked until the message is committed, so that messages become
    # visible in the order of their offsets, and it stays when old messages are removed
    Column("next_offset", BigInteger, nullable=False),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(300), primary_key=True),
    Column("holder", String(100), nullable=False),
    Column("until", DateTime, nullable=False),
)
