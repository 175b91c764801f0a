"""The tables of voices. Neither is part of a backup (`hub.storage.backup`)."""

from sqlalchemy import Column, DateTime, Float, ForeignKey, String, Table, Text, UniqueConstraint

from hub.storage.tables import metadata

voice_profiles = Table(
    "voice_profiles",
    metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("agreed_at", DateTime, nullable=False),
    Column("agreed_by", String(254), nullable=False),
    Column("how", Text, nullable=False),
)
voice_samples = Table(
    "voice_samples",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("user_id", ForeignKey("voice_profiles.user_id"), nullable=False),
    Column("meeting_id", String(200), nullable=False),
    Column("seconds", Float, nullable=False),
    Column("body", Text, nullable=False),
    Column("made_by", String(200), nullable=False),
    Column("learned_at", DateTime, nullable=False),
    UniqueConstraint("user_id", "meeting_id"),
)
NEVER_COPIED = (voice_samples.name, voice_profiles.name)
"""What no backup holds: a deleted voice would come back with it. After a restore people agree anew."""
