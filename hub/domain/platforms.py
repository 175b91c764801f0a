"""What meeting platforms keep: meetings that were held, with their recordings and transcripts."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

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
class Origin:
    """Where a recording or transcript was had from: the name of the platform's file, and what it is known by there.

    *key* names the meeting and *host* whose it is; *file* and *kind* are of its `HeldFile`.
    """

    platform: str
    key: str
    host: str
    file: str
    kind: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Up to which of its older meetings a platform was asked whether what was recorded is there still; None: anew."""

    platform: str
    at: datetime | None = None
    meeting_id: str = ""


class Withdrawal(StrEnum):
    """What became of a recording that its platform has deleted after it was taken in."""

    TOLD = "told"
    """Nobody has said yet what is to become of the hub's copy."""
    KEPT = "kept"
    """A person has said that the hub keeps its copy for its period."""
    DESTROYED = "destroyed"


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
        return meeting_id_of(self.platform, self.key)

    def origin(self, file: HeldFile, platform: str) -> Origin:
        """Return where *file* is had from; *platform* is the name that the customer gave it."""
        return Origin(platform, self.key, self.host, file.id, file.kind)


def meeting_id_of(platform: str, key: str) -> str:
    """Return the id under which the hub keeps the meeting that *platform* knows by *key*."""
    return f"m-{hashlib.sha256(f'{platform}:{key}'.encode()).hexdigest()[:16]}"


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
