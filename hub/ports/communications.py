"""What the hub needs for the communication log."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hub.domain.communications import Asked, Channel, Logged, Said
from hub.domain.policy import Scope


@dataclass(frozen=True, slots=True)
class Heard:
    """What one request to a channel brought.

    *aside* says of each message that could not be read why not. *begins* is set with the first page of a listing.
    *whole* is set with the last one where a listing shows no deletion: every message that began a thread in that span
    was told since the listing was begun.
    """

    said: tuple[Said, ...]
    cursor: str
    more: bool
    aside: tuple[str, ...] = ()
    begins: bool = False
    whole: tuple[datetime, datetime] | None = None


class Capture(Protocol):
    """Reads one agreed channel, and no other."""

    def pull(self, cursor: str | None) -> Heard:
        """Return the next messages after *cursor*, by one request; None begins with the day of the agreement.

        Errors as of `Source.pull`. A message may be told again in the same version.
        """

    def told(self, body: bytes) -> tuple[Said, ...]:
        """Return what a call holds that the platform has signed; nothing where it is about another channel.

        A platform whose calls are not signed gives nothing: it is read after a call.
        """

    def gone(self, said: Said) -> bool:
        """Tell, by a look there, whether a message that a listing does not show any more is deleted."""

    def close(self) -> None:
        """Let go of connections."""

    def check(self) -> None:
        """Return where the channel can be read. FatalError says in words what is wrong."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """A channel with what reads it.

    *calls* is the system under which its platform's calls are kept; where these are *signed*, they hold what was said,
    else only that there is something to read.
    """

    channel: Channel
    capture: Capture
    calls: str = ""
    signed: bool = True
    every_s: float = 300.0


class CommunicationLog(Protocol):
    """Keeps what was said; nothing in it is changed, or taken away but by an approved destruction of its study."""

    def keep(self, channel: Channel, said: Sequence[Said], *, cursor: str | None = None) -> int:
        """Add the versions that are not there yet, with the trail and the new *cursor*, in one transaction.

        Return how many were new. None leaves the cursor as it is.
        """

    def cursor(self, channel: Channel) -> str | None:
        """Return where reading goes on."""

    def standing(self, channel: Channel, since: datetime, until: datetime) -> list[Said]:
        """Return the messages that began a thread in the span and are not deleted, each in its last version."""

    def find(self, asked: Asked, sees: Callable[[Scope], bool]) -> list[Logged]:
        """Return entries whose scope the asker *sees*, those kept last first."""

    def channels(self, sees: Callable[[Scope], bool]) -> list[Channel]:
        """Return the channels in which something was kept, as they were then, by name: those the asker *sees*."""

    def scope(self, message: str) -> Scope | None:
        """Return whose a message is, or was before it was destroyed; None where there never was one."""
