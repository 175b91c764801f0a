"""Mail that came in: what was said in it, what it answers, and what it tells of mails that could not be brought."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.domain.invited import Reply


class MailKind(StrEnum):
    """Who wrote a mail."""

    PERSON = "person"
    AUTOMATIC = "automatic"
    """A machine, such as an out-of-office notice or a receipt."""
    REPORT = "report"
    """A mail system, about a mail that it could bring or not (RFC 3464)."""


class Outcome(StrEnum):
    """What became of a mail on its way to one recipient."""

    FAILED = "failed"
    DELAYED = "delayed"
    DELIVERED = "delivered"
    ANSWERED = "answered"
    """Answered by a machine."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What a mail system says of one recipient. *status* is its code (RFC 3463, such as 5.1.1), or empty."""

    recipient: str
    outcome: Outcome
    status: str = ""
    said: str = ""

    @property
    def line(self) -> str:
        """Return it in one line."""
        return ": ".join(part for part in (self.recipient, " ".join((self.status, self.said)).strip()) if part)


@dataclass(frozen=True, slots=True)
class MailFile:
    """A file that hangs on a mail; *content* is None where it is not to be kept, or was cut."""

    name: str
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """One mail. *answers* are the Message-IDs of its thread, its beginning first; *returned* is what is reported on."""

    message_id: str
    sender: str
    """Its address, in lower case."""
    author: str
    at: datetime
    subject: str
    text: str
    kind: MailKind = MailKind.PERSON
    answers: tuple[str, ...] = ()
    returned: str = ""
    fates: tuple[Fate, ...] = ()
    files: tuple[MailFile, ...] = ()
    reply: Reply | None = None
    """The answer to an invitation that it is."""

    @property
    def thread(self) -> str:
        """Return the Message-ID that its thread begins with."""
        return self.answers[0] if self.answers else self.message_id
