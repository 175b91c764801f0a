"""The communication log: what was said in agreed channels, each version of it kept, none ever changed."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

COMMUNICATION = "communication"
"""The kind of its lines in the audit trail."""
LONGEST_TEXT = 100_000
"""Characters of one message; the platforms take fewer."""


class Kind(StrEnum):
    """What a version of a message is."""

    SAID = "said"
    EDITED = "edited"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Said:
    """One version of a message, as its platform tells it.

    *id* names the message in its channel, *version* this wording of it (empty: the first), *thread* the message that
    it answers or that is its own beginning. *at* is when it was first said, *changed_at* when this version came to be.
    """

    id: str
    thread: str
    author: str
    at: datetime
    text: str
    kind: Kind = Kind.SAID
    version: str = ""
    changed_at: datetime | None = None
    author_id: str = ""
    files: tuple[str, ...] = ()
    """Names of what hangs on it; the files themselves stay where they are."""

    @property
    def stands_since(self) -> datetime:
        """Return when this version came to be."""
        return self.changed_at or self.at


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel whose capture is agreed, and whose words they are.

    *id* names it on its platform, *agreed* is the ground, such as the paragraph of the communication plan. Nothing of
    before *since* is kept.
    """

    name: str
    platform: str
    id: str
    study: str
    organizations: tuple[str, ...]
    agreed: str
    since: datetime
    unblinding: bool = False

    @property
    def key(self) -> str:
        """Return the channel's id in the log."""
        return message_id(self, "")


@dataclass(frozen=True, slots=True)
class Logged:
    """One version of a message as the log keeps it, with the scope that its channel had when it came."""

    number: int
    """Grows with each that is kept; 0 before."""
    channel: Channel
    said: Said
    kept_at: datetime

    @property
    def message(self) -> str:
        """Return the id of the message in the log: the same for all its versions."""
        return message_id(self.channel, self.said.id)

    @property
    def thread(self) -> str:
        """Return the id of the message that its thread begins with."""
        return message_id(self.channel, self.said.thread)

    @property
    def sha256(self) -> str:
        """Return the fingerprint that the audit trail holds of this version."""
        said = self.said
        whole = "\x00".join((said.kind, said.author, said.at.isoformat(), said.text, *said.files))
        return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a study's log is looked for; *text* is a part of what was said, whatever its case."""

    study: str
    text: str = ""
    channel: str = ""
    """Its key."""
    message: str = ""
    thread: str = ""
    before: int | None = None
    """Only entries with a smaller number."""
    limit: int = 50


def message_id(channel: Channel, id: str) -> str:
    """Return the log's id of a message: platform and channel are known by their own ids, so a renamed file is none."""
    known = "\x00".join((channel.platform, channel.id, id))
    return f"c-{hashlib.sha256(known.encode('utf-8', 'surrogatepass')).hexdigest()[:24]}"
