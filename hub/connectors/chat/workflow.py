"""Teams: a card in a channel, through the address of a workflow; the address is itself the secret."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from hub.connectors.declared import Strict
from hub.connectors.references import Secret, secret_of
from hub.connectors.rest.waits import wait_of
from hub.connectors.wire import Request, Wire
from hub.domain.errors import FatalError, RejectedError, RetryableError
from hub.ports.review import Announcement

_HOSTS = (".logic.azure.com", ".api.powerplatform.com")
_MOST_BYTES = 20_000
"""Teams takes 28 KB by its documents, somewhat less in practice."""


class WorkflowAccess(Strict):
    """The address that a workflow of Teams gives for its trigger; *here* lets a test serve it on this machine."""

    address: Secret
    here: bool = False


class Workflow:
    """Posts to one channel."""

    def __init__(self, access: WorkflowAccess, wire: Wire, *, name: str, clock: Callable[[], datetime]) -> None:
        self._access, self._wire, self._name, self._clock = access, wire, name, clock

    def announce(self, message: Announcement) -> str:
        """Post *message*; see `Announcer.announce`. Teams gives no id back."""
        body = {
            "type": "message",
            "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": _card(message)}],
        }
        if len(json.dumps(body).encode()) > _MOST_BYTES:
            raise RejectedError(f"{self._name}: the message is larger than a workflow takes")
        answer = self._wire.send(Request("POST", self._address(), json=body))
        if answer.status in (408, 425, 429) or answer.status >= 500:
            wait_s = wait_of(answer.headers, self._clock())
            raise RetryableError(f"{self._name}: the workflow answers {answer.status}", retry_after_s=wait_s)
        if answer.status in (401, 403, 404, 410):
            raise FatalError(f"{self._name}: the workflow answers {answer.status}; make a new one and set its address")
        if not answer.well:
            raise RejectedError(f"{self._name}: the workflow refuses the message (status {answer.status})")
        return f"Teams workflow took it (status {answer.status})"

    def _address(self) -> str:
        address = secret_of(self._access.address)
        where = urlsplit(address)
        host = where.hostname or ""
        if where.scheme == "https" and host.endswith(_HOSTS):
            return address
        if self._access.here and where.scheme == "http" and host == "127.0.0.1":
            return address
        raise FatalError(f"{self._name}: address is no https address of a workflow ({' or '.join(_HOSTS)})")


def _card(message: Announcement) -> dict[str, Any]:
    body: list[dict[str, Any]] = [
        {"type": "TextBlock", "text": message.title, "weight": "Bolder", "size": "Medium", "wrap": True}
    ]
    body += [{"type": "TextBlock", "text": line, "wrap": True} for line in message.lines]
    card: dict[str, Any] = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
    }
    if message.link:
        card["actions"] = [{"type": "Action.OpenUrl", "title": message.button, "url": message.link}]
    return card
