"""Mailboxes behind Graph: sendMail takes the message itself, folders have deltas whose places can be forgotten."""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from tests.connectors.peer import Answer, Asked, told
from tests.connectors.vendors.graph import GraphServer, error

BOX = "minutes@meridian.test"
CAME = datetime(2026, 6, 1, 9, tzinfo=UTC)
_FILTER = re.compile(r"internetMessageId eq '((?:[^']|'')*)'")


@dataclass
class Kept:
    """One message in a folder."""

    known: str
    raw: bytes
    mark: int
    at: datetime
    removed: bool = False


class MailServer(GraphServer):
    """One mailbox with an inbox and what was sent."""

    def __init__(self) -> None:
        super().__init__()
        self.inbox: list[Kept] = []
        self.sent: list[EmailMessage] = []
        self.mark = 0
        self.oldest = 0
        """Places before this one are forgotten."""
        self.odd: dict[str, Any] = {}
        """Entries of the listing that stand where a message should, by id."""
        one = r"/users/([^/]+)"
        self.route("POST", f"{one}/sendMail", self.send)
        self.route("GET", f"{one}/messages", self.found)
        self.route("GET", rf"{one}/mailFolders/([^/]+)/messages/delta\(\)", self.delta)
        self.route("GET", rf"{one}/messages/([^/]+)/\$value", self.whole)
        self.route("GET", rf"{one}/mailFolders/([^/]+)", lambda _, user, folder: self.folder(user, folder))

    def arrive(self, raw: bytes, known: str = "", at: datetime = CAME) -> str:
        """Put a message into the inbox and return its id."""
        self.mark += 1
        known = known or f"AAMk{self.mark:04d}="
        self.inbox.append(Kept(known, raw, self.mark, at))
        return known

    def remove(self, known: str) -> None:
        """Take a message out of the inbox."""
        for one in self.inbox:
            if one.known == known:
                self.mark += 1
                one.removed, one.mark = True, self.mark

    def forget(self) -> None:
        """Answer 410 to whoever comes with a place from before."""
        self.mark += 1
        self.oldest = self.mark

    def send(self, asked: Asked, user: str) -> Answer:
        """Take a message to be sent."""
        if user != BOX:
            return error(404, "ErrorInvalidUser", "The requested user is invalid.")
        if not asked.headers.get("content-type", "").startswith("text/plain"):
            return error(400, "BadRequest", "this server takes MIME only")
        try:
            message = message_from_bytes(base64.b64decode(asked.body, validate=True), policy=policy.default)
        except binascii.Error:
            return error(400, "ErrorMimeContentInvalidBase64String", "Invalid base64 string for MIME content.")
        if str(message["To"]).startswith("nobody"):
            return error(400, "ErrorInvalidRecipients", "At least one recipient is not valid.")
        self.sent.append(message)
        return told(202, {})

    def found(self, asked: Asked, user: str) -> Answer:
        """Return the messages of the mailbox that a filter finds, those sent among them."""
        if user != BOX:
            return error(404, "ErrorInvalidUser", "The requested user is invalid.")
        wanted = _FILTER.fullmatch(asked.params.get("$filter", ""))
        if wanted is None:
            return error(400, "ErrorInvalidUrlQueryFilter", "The query filter contains one or more invalid nodes.")
        known = wanted[1].replace("''", "'")
        return self.paged(asked, [{"id": str(n)} for n, one in enumerate(self.sent) if one["Message-ID"] == known])

    def folder(self, user: str, folder: str) -> Answer:
        """Return a folder."""
        if user != BOX or folder != "inbox":
            return error(404, "ErrorItemNotFound", "The specified object was not found in the store.")
        return told(200, {"id": "inbox-id", "displayName": "Inbox"})

    def delta(self, asked: Asked, user: str, folder: str) -> Answer:
        """Return a page of what came since a place."""
        if user != BOX or folder != "inbox":
            return error(404, "ErrorItemNotFound", "The specified object was not found in the store.")
        since = int(asked.params.get("$deltatoken", "-1"))
        if 0 <= since < self.oldest:
            return error(410, "SyncStateNotFound", "The sync state is not found.")
        rows = [self._shown(one) for one in self.inbox if one.mark > since and (since >= 0 or not one.removed)]
        link = f"{self.address}{asked.path}?$deltatoken={self.mark}"
        return self.paged(asked, rows, **{"@odata.deltaLink": link})

    def whole(self, asked: Asked, user: str, known: str) -> Answer:
        """Return a message as it came."""
        del asked, user
        for one in self.inbox:
            if one.known == known and not one.removed:
                return Answer(200, one.raw, {"Content-Type": "text/plain"})
        return error(404, "ErrorItemNotFound", "The specified object was not found in the store.")

    def _shown(self, one: Kept) -> Any:
        if one.known in self.odd:
            return self.odd[one.known]
        if one.removed:
            return {"id": one.known, "@removed": {"reason": "deleted"}}
        return {"id": one.known, "receivedDateTime": one.at.strftime("%Y-%m-%dT%H:%M:%SZ")}
