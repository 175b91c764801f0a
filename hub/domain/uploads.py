"""A file that comes in pieces, over a line that may break."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class UploadState(StrEnum):
    """Where an upload stands."""

    OPEN = "open"
    DONE = "done"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Upload:
    """One file on its way in. *received* bytes are safe on disk; *sha256* is what the sender says it will be, or None.

    An open upload that nobody goes on with is removed at *expires_at*.
    """

    id: str
    meeting_id: str
    user_id: str
    name: str
    size: int
    received: int
    opened_at: datetime
    expires_at: datetime
    sha256: str | None = None
    state: UploadState = UploadState.OPEN
    why: str = ""
    """Why it was given up."""
