"""Calls by which a system tells that something has changed there."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Call:
    """A call whose sender was believed; it says that the system is to be read, not what it holds."""

    system: str
    key: str
    """The same for two deliveries of one call (SHA-256, hex)."""
    body: bytes
    received_at: datetime
    sent_at: datetime | None = None
    """By the sender's clock, where that is signed."""
