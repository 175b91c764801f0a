"""A mailbox by Microsoft Graph: what came is told by a delta, and read as the message itself."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from pydantic import Field

from hub.connectors.graph.access import Access
from hub.connectors.graph.client import Graph, ResyncError
from hub.connectors.mail.parsing import parsed
from hub.connectors.rest.client import Limits
from hub.connectors.troubles import NotThereError
from hub.domain.errors import FatalError, RejectedError, RetryableError
from hub.domain.received import ReceivedMail
from hub.ports.mailboxes import MailPage

_LIMITS = Limits(60.0, 40 << 20)
_ID = re.compile(r"[!-~]{1,600}")
_PAGE = {"Prefer": "odata.maxpagesize=50"}


class GraphMailboxAccess(Access):
    """An app with `Mail.Read`, limited to *mailbox* by an application access policy."""

    mailbox: str = Field(pattern=r"^[^@\s/]+@[^@\s/]+$")
    folder: str = Field(default="inbox", pattern=r"^[A-Za-z0-9_=-]{1,300}$")
    """A well-known name, or a folder's id."""


class GraphMailbox:
    """`Mailbox`. Its cursor is the address that Graph gives; one that Graph has forgotten begins anew."""

    def __init__(
        self,
        access: GraphMailboxAccess,
        *,
        name: str,
        since: datetime,
        clock: Callable[[], datetime],
        keep_files: bool = False,
        limits: Limits = _LIMITS,
    ) -> None:
        self._access, self._name, self._since, self._clock = access, name, since, clock
        self._keep_files = keep_files
        self._graph = Graph(access, name=name, limits=limits, clock=clock)
        self._at = f"users/{quote(access.mailbox, safe='@')}"

    def close(self) -> None:
        """Let go of connections."""
        self._graph.close()

    def check(self) -> None:
        """Look at the folder once; see `Mailbox.check`."""
        try:
            self._graph.get(f"{self._at}/mailFolders/{self._access.folder}", {"$select": "id"})
        except NotThereError as error:
            raise FatalError(f"{self._name}: {self._missing}") from error

    def pull(self, cursor: str | None) -> MailPage:
        """Return the next mails; see `Mailbox.pull`."""
        try:
            page = self._page(cursor)
        except ResyncError:
            page = self._page(None)
        except NotThereError as error:
            raise FatalError(f"{self._name}: {self._missing}") from error
        mails: list[ReceivedMail] = []
        aside: list[str] = []
        for row in page["value"]:
            try:
                mails += self._mails(row)
            except RejectedError as error:
                aside.append(f"{self._name}: {error}")
        onward, ends = page.get("@odata.nextLink"), page.get("@odata.deltaLink")
        if not isinstance(onward or ends, str):
            raise RetryableError(f"{self._name}: the answer does not say where to go on")
        return MailPage(tuple(mails), str(onward or ends), bool(onward), tuple(aside))

    @property
    def _missing(self) -> str:
        return f"there is no mailbox {self._access.mailbox} with a folder {self._access.folder}"

    def _page(self, cursor: str | None) -> dict[str, Any]:
        if cursor is not None:
            return self._graph.page(cursor, headers=_PAGE)
        path = f"{self._at}/mailFolders/{self._access.folder}/messages/delta()"
        return self._graph.page(path, {"$select": "id,receivedDateTime"}, _PAGE)

    def _mails(self, row: Any) -> Iterator[ReceivedMail]:
        known = row.get("id") if isinstance(row, dict) else None
        if not isinstance(known, str) or not _ID.fullmatch(known):
            raise RejectedError("an entry of the list is no message")
        if "@removed" in row:
            return
        come = _moment(row.get("receivedDateTime"))
        if come is not None and come < self._since:
            return
        path = f"{self._at}/messages/{quote(known, safe='')}/$value"
        try:
            raw = self._graph.ask("GET", path, headers={"Accept": "*/*"}).content
        except NotThereError:
            return  # it was moved or deleted between the two requests
        yield parsed(raw, come_at=come or self._clock(), keep_files=self._keep_files)


def _moment(told: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(told)
    except (TypeError, ValueError):
        return None
    return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
