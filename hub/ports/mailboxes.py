"""What the hub needs to read a mailbox."""

from dataclasses import dataclass
from typing import Protocol

from hub.domain.communications import Channel
from hub.domain.received import ReceivedMail


@dataclass(frozen=True, slots=True)
class MailPage:
    """Some mails, and where reading goes on. *aside* says of each mail that could not be read why not."""

    mails: tuple[ReceivedMail, ...]
    cursor: str
    more: bool = False
    aside: tuple[str, ...] = ()


class Mailbox(Protocol):
    """One folder of one mailbox, which is only ever read."""

    def pull(self, cursor: str | None) -> MailPage:
        """Return the next mails after *cursor*, those that came first before the others; None begins with *since*.

        Errors as of `Source.pull`. A mail may be told again, as where the server has numbered its folder anew.
        """

    def check(self) -> None:
        """Return where the folder can be read. FatalError says in words what is wrong."""

    def close(self) -> None:
        """Let go of connections."""


@dataclass(frozen=True, slots=True)
class AgreedMailbox:
    """A mailbox whose capture is agreed for the study and parties of *channel*.

    Kept are answers to mails of the hub, and mails of *people*: addresses, or domains.
    """

    channel: Channel
    mailbox: Mailbox
    people: frozenset[str] = frozenset()
    every_s: float = 300.0

    def knows(self, sender: str) -> bool:
        """Tell whether the mails of *sender* are agreed to be kept, also where they answer nothing."""
        return sender in self.people or sender.rpartition("@")[2] in self.people
