"""What the hub needs for the life of minutes after the draft."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

from hub.domain.audit import Entry
from hub.domain.board import BoardAction, BoardQuery
from hub.domain.cards import Card, CardPage, CardQuery, Found
from hub.domain.people import Principal
from hub.domain.waiting import Waiting, WaitingQuery

T = TypeVar("T")


class ShelfUnit(Protocol):
    """One transaction over the things of the shelf (`hub.domain.cards`, `versions`, `approvals`, ...).

    A thing is found by its kind and its key: meeting id; with number or version; with locale; or its own id.
    """

    def hold(self, meeting_id: str) -> None:
        """Called first by whoever changes anything of a meeting: others wait until this transaction ends."""

    def get(self, kind: type[T], *key: str | int, hold: bool = False) -> T | None:
        """Return one thing, or None. With *hold*, as of what is changed next: others who hold it wait for the end.

        So do those who hold what is not there yet: of two who set it for the first time one sees the other's.
        """

    def several(self, kind: type[T], **where: Any) -> list[T]:
        """Return the things whose indexed fields have these values, in the order of their keys.

        A tuple stands for any of its values.
        """

    def listed(self, kind: type[T], *, after: tuple[Any, ...] | None, limit: int, **where: Any) -> list[T]:
        """Return up to *limit* things whose indexed fields have these values, as `LISTED` orders their kind.

        *after* is the place of the last one seen. A page costs what is on it, however many things there are.
        """

    def put(self, thing: Any) -> None:
        """Store a thing, in the place of the one with its key."""

    def add(self, thing: Any) -> None:
        """Store a thing that is never changed; RetryableError where its key is taken."""

    def remove(self, thing: Any) -> None:
        """Take a thing away."""

    def findable(self, meeting_id: str, part: str, texts: Sequence[tuple[str, str]]) -> None:
        """Let *texts* (ref and text) be found as *part* of a meeting, in the place of what was there of that part."""

    def audit(self, entries: Sequence[Entry]) -> None:
        """Append to the audit trail; called once, last."""


class Shelf(Protocol):
    """Keeps the life of minutes."""

    def writing(self) -> AbstractContextManager[ShelfUnit]:
        """Hold one transaction: all or nothing."""

    def reading(self) -> AbstractContextManager[ShelfUnit]:
        """Hold a view that holds up no writer."""

    def cards(self, query: CardQuery) -> CardPage:
        """Return a page of meetings that the asker may see, newest first."""

    def lists(self, queries: Sequence[CardQuery]) -> list[CardPage]:
        """Return a page for each of *queries*, none of which has a text: as `cards`, asked at once."""

    def parties(self, study: str) -> frozenset[str]:
        """Return the organizations that take part in the meetings of a study."""

    def actions(self, query: BoardQuery) -> list[BoardAction]:
        """Return actions of meetings that the asker may see, by due day, those without one last."""

    def waiting(self, query: WaitingQuery[Waiting]) -> list[tuple[Card, Waiting]]:
        """Return things that wait, each with its meeting: reviews by when they were asked for, others by their keys."""


@dataclass(frozen=True, slots=True)
class Proof:
    """What a signer gives to prove who they are (21 CFR 11.200): a password, with a code where one is set up."""

    password: str = ""
    code: str = ""
    step_up: str = ""
    """Names a fresh sign-in at the organization's identity provider, instead of the password."""


class Reauthentication(Protocol):
    """Proves that the one who signs is the one whose session it is."""

    def prove(self, principal: Principal, proof: Proof, *, at: datetime) -> str:
        """Return how it was proved. UnknownError where the proof is wrong (it counts towards the lock and is in the
        trail), StandingError where the account is locked.
        """


class Mailer(Protocol):
    """Sends mail."""

    def send(self, mail: "Mail") -> str:
        """Return what the server said. RetryableError: later; RejectedError: never; FatalError: a person has to act."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    media: str
    """Media type, such as application/pdf."""
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail. *message_id* is the same at each attempt."""

    to: str
    subject: str
    text: str
    message_id: str
    language: str = "en"
    attachments: tuple[Attachment, ...] = ()
    answers: tuple[str, ...] = ()
    """Message-IDs of the thread that it continues, the latest last."""


class Poster(Protocol):
    """Sends a message to a configured webhook."""

    def post(self, name: str, kind: str, data: dict[str, Any], *, key: str) -> str:
        """Return what the other side said. Errors as of `Mailer.send`; *key* is the same at each attempt."""

    def names(self) -> tuple[str, ...]:
        """Return the webhooks that are configured."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """What is said in a chat. *button* is written on what leads to *link*, which is empty where there are no pages."""

    title: str
    lines: tuple[str, ...]
    link: str
    button: str
    key: str
    """Names the delivery."""


class Announcer(Protocol):
    """Says in a chat that something is there to be read."""

    def announce(self, name: str, message: Announcement) -> str:
        """Post in the channel configured under *name* and return what the chat said. Errors as of `Mailer.send`.

        UsageError where no channel has that name. A message posted twice stands there twice.
        """

    def names(self) -> tuple[str, ...]:
        """Return the channels that are configured."""


class Incoming(Protocol):
    """Keeps the pieces of uploads until they are whole."""

    def size(self, id: str) -> int:
        """Return how many bytes of an upload are there."""

    def write(self, id: str, offset: int, piece: bytes) -> int:
        """Write *piece* durably and return the bytes now there. StaleError where *offset* is not the end."""

    def path(self, id: str) -> Path:
        """Return the file of an upload."""

    def remove(self, id: str) -> None:
        """Remove what there is of an upload."""


class Signer(Protocol):
    """Seals what leaves the hub, with the key of the audit trail."""

    def sign(self, content: bytes) -> tuple[str, str]:
        """Return the signature and the public key, both in hex."""


__all__ = [
    "Announcement",
    "Announcer",
    "Attachment",
    "Found",
    "Incoming",
    "Mail",
    "Mailer",
    "Poster",
    "Proof",
    "Reauthentication",
    "Shelf",
    "ShelfUnit",
    "Signer",
]
