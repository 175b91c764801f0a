"""Who gets approved minutes, how and in which language, and what came of it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hub.domain.rare import RARE
from hub.domain.received import Fate, Outcome


class Channel(StrEnum):
    """A way out."""

    MAIL = "mail"
    WEBHOOK = "webhook"
    CHAT = "chat"
    """Announced in a channel of Slack or Teams, with a button that leads back; no word of the minutes."""
    DOWNLOAD = "download"
    """Laid ready for the recipient to fetch."""
    FILING = "filing"
    """Filed as a document in an eTMF, a portal or an exchange."""
    RECORDS = "records"
    """The actions become records of the hub's own, which flow to the systems of both parties."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One who gets minutes. *address* is a mail address, the name of a configured webhook, chat or system.

    *unblinded* recipients alone get what would unblind others. *attach* are formats of the document.
    """

    address: str
    channel: Channel = Channel.MAIL
    name: str = ""
    locale: str = "en"
    unblinded: bool = False
    attach: tuple[str, ...] = ("pdf",)
    calendar: bool = True
    """Actions with a due day come along as an .ics file."""


@dataclass(frozen=True, slots=True)
class DistributionRule:
    """The recipients of one study's minutes; as study "" of all that have no rule of their own."""

    study: str
    recipients: tuple[Recipient, ...]
    revision: int = 1


class DispatchState(StrEnum):
    """Where one delivery stands."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    """Refused: a person has to look at it."""


NOT_ENTERED = "not entered: "
"""How the receipt begins of actions that became no records: why stands behind it."""
_NOT_ENTERED_BEFORE = ("the meeting names no study", "the minutes hold no action")
"""How it began in earlier releases."""


@dataclass(frozen=True, slots=True)
class CameBack:
    """What a mail system, or a machine that answers, said of a mail after it had gone out."""

    message_id: str
    """Of the mail that says it."""
    at: datetime
    fate: Fate


@dataclass(frozen=True, slots=True)
class Dispatch:
    """One version to one recipient. *id* is made of both, so that nothing is sent twice."""

    id: str
    meeting_id: str
    version: int
    recipient: Recipient
    asked_by: str
    asked_at: datetime
    state: DispatchState = DispatchState.WAITING
    attempts: int = 0
    next_at: datetime | None = None
    receipt: str = ""
    """What the other side said, or the Message-ID."""
    error: str = ""
    ended_at: datetime | None = None
    came_back: tuple[CameBack, ...] = field(default=(), metadata=RARE)

    def is_of(self, kept_at: datetime) -> bool:
        """Tell whether it is of the version *kept_at* that time, and not of a destroyed one that had its number."""
        return kept_at <= self.asked_at

    @property
    def stayed(self) -> bool:
        """Tell whether nothing went out: the actions stay on the board, and *receipt* says why."""
        done = self.recipient.channel is Channel.RECORDS and self.state is DispatchState.SENT
        return done and self.receipt.startswith((NOT_ENTERED, *_NOT_ENTERED_BEFORE))

    @property
    def bounced(self) -> bool:
        """Tell whether a mail system said of the mail that it could not be brought."""
        return any(one.fate.outcome is Outcome.FAILED for one in self.came_back)


_DOMAIN = "@liaison-hub"


def message_id(dispatch_id: str) -> str:
    """Return the Message-ID of the mail that is a delivery."""
    return f"<{dispatch_id}{_DOMAIN}>"


def dispatch_of(message_id: str) -> str | None:
    """Return the delivery that a Message-ID of ours names, None where it is not of ours."""
    name = message_id.strip().removeprefix("<").removesuffix(">")
    return name.removesuffix(_DOMAIN) if name.endswith(_DOMAIN) else None
