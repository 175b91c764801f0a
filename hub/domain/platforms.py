"""What meeting platforms keep: meetings that were held, with their recordings and transcripts."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from hub.domain.meeting import Participant


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A recording or transcript of a meeting. *kind* is transcript, sound or video; *size* in bytes, 0 where unknown.

    *address* is what the platform is asked for; *name* has the ending of its form.
    """

    id: str
    kind: str
    name: str
    address: str
    size: int = 0


@dataclass(frozen=True, slots=True)
class HeldMeeting:
    """A meeting as the platform tells it. *key* names this one occurrence there, also in a series."""

    platform: str
    key: str
    title: str
    started_at: datetime
    timezone: str
    host: str
    participants: tuple[Participant, ...] = ()
    files: tuple[HeldFile, ...] = ()

    @property
    def meeting_id(self) -> str:
        """Return the id under which the hub keeps it: the same whenever it is found, so that it is taken in once."""
        return f"m-{hashlib.sha256(f'{self.platform}:{self.key}'.encode()).hexdigest()[:16]}"


@dataclass(frozen=True, slots=True)
class Unread:
    """What a platform told and nobody can read: *where* it stood, as a person would look it up, and why not."""

    where: str
    reason: str


_ORDER = ("transcript", "sound", "video")


def best(files: tuple[HeldFile, ...]) -> HeldFile | None:
    """Return what minutes are made of: a transcript carries the names, sound is smaller than pictures."""
    ranked = sorted((one for one in files if one.kind in _ORDER), key=lambda one: (_ORDER.index(one.kind), one.id))
    return ranked[0] if ranked else None
