"""The mailboxes whose capture is agreed: one YAML file each. What no file names is never read."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from hub.connectors.declared import Strict
from hub.connectors.described import Described, load_described
from hub.connectors.mail.graph_mailbox import GraphMailbox, GraphMailboxAccess
from hub.connectors.mail.imap import ImapAccess, ImapMailbox
from hub.domain.communications import Channel
from hub.ports.mailboxes import AgreedMailbox


class _Mailbox(Strict):
    name: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")
    study: str = Field(min_length=1, max_length=200)
    organizations: tuple[str, ...] = Field(min_length=1)
    agreed: str = Field(min_length=1, max_length=500)
    """The ground of it, such as the paragraph of the communication plan."""
    since: date
    unblinding: bool = False
    people: tuple[str, ...] = ()
    """Addresses and domains whose mails are kept though they answer nothing of the hub's."""
    attachments: bool = False
    """Whether files are kept; their names always are."""
    every_s: float = Field(default=300.0, ge=10)
    imap: ImapAccess | None = None
    graph: GraphMailboxAccess | None = None

    @model_validator(mode="after")
    def _described(self) -> Self:
        if (self.imap is None) == (self.graph is None):
            raise ValueError("describe the mailbox under imap: or graph:, not both")
        return self

    @property
    def known(self) -> str:
        """What the log knows it by: another file for the same mailbox is for another study."""
        if self.imap is not None:
            return f"{self.imap.login.user}@{self.imap.host}/{self.imap.folder}#{self.study}"
        assert self.graph is not None  # noqa: S101 - checked when it was read
        return f"{self.graph.mailbox}/{self.graph.folder}#{self.study}"

    def opened(self, clock: Callable[[], datetime]) -> ImapMailbox | GraphMailbox:
        """Return the mailbox."""
        since = datetime(self.since.year, self.since.month, self.since.day, tzinfo=UTC)
        if self.imap is not None:
            return ImapMailbox(self.imap, name=self.name, since=since, clock=clock, keep_files=self.attachments)
        assert self.graph is not None  # noqa: S101 - checked when it was read
        return GraphMailbox(self.graph, name=self.name, since=since, clock=clock, keep_files=self.attachments)


def load_mailboxes(folder: Path, *, clock: Callable[[], datetime]) -> Described[AgreedMailbox]:
    """Return the mailboxes described in *folder*, and which files describe none."""

    def keys(told: _Mailbox) -> list[str]:
        return [f"the mailbox {told.name}", f"{told.known.rpartition('#')[0]} for study {told.study}"]

    return load_described(folder, _Mailbox, lambda told: {told.name: _agreed(told, clock)}, keys=keys)


def _agreed(told: _Mailbox, clock: Callable[[], datetime]) -> AgreedMailbox:
    channel = Channel(
        name=told.name,
        platform="mail",
        id=told.known,
        study=told.study,
        organizations=told.organizations,
        agreed=told.agreed,
        since=datetime(told.since.year, told.since.month, told.since.day, tzinfo=UTC),
        unblinding=told.unblinding,
    )
    people = frozenset(one.casefold().removeprefix("@") for one in told.people)
    return AgreedMailbox(channel, told.opened(clock), people, told.every_s)
