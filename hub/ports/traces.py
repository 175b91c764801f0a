"""What is kept only so that nothing is done twice."""

from datetime import datetime
from typing import Protocol

from hub.domain.audit import Entry


class Traces(Protocol):
    """Ids of messages and calls that were worked off."""

    def old(self, before: datetime) -> dict[str, int]:
        """Return how many there are from before a time, by what they are."""

    def remove(self, before: datetime, entry: Entry) -> dict[str, int]:
        """Remove them, with *entry* in the audit trail, and return how many they were."""
