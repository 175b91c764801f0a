"""Channels of Teams as Graph shows them: messages with a delta, replies, edits, deletions, subscriptions."""

from datetime import datetime
from typing import Any

from tests.connectors.peer import Answer, Asked, told
from tests.connectors.vendors.graph import error
from tests.connectors.vendors.graph_subscriptions import Subscribing


class ChannelServer(Subscribing):
    """Keeps the channels of one team. A delta shows what was touched since, messages that begin a thread only."""

    def __init__(self, team: str) -> None:
        super().__init__()
        self.channels: dict[str, list[dict[str, Any]]] = {}
        self.forgotten = False
        """Whether what deltas remember is gone."""
        one = rf"/teams/{team}/channels/([^/]+)"
        self.route("GET", one, lambda _, c: told(200, {"id": c}) if c in self.channels else _none())
        self.route("GET", rf"{one}/messages", lambda a, c: self.paged(a, self._heads(c)))
        self.route("GET", rf"{one}/messages/delta\(\)", self.delta)
        self.route("GET", rf"{one}/messages/([^/]+)/replies", self.replies)

    def say(self, channel: str, text: str, *, by: str = "Anna Weber", thread: str = "", **more: Any) -> str:
        """Say something and return its id."""
        at = _told(self.tick())
        message = {
            "id": str(int(self.now.timestamp() * 1000)),
            "replyToId": thread or None,
            "messageType": "message",
            "createdDateTime": at,
            "lastModifiedDateTime": at,
            "lastEditedDateTime": None,
            "deletedDateTime": None,
            "subject": None,
            "from": {"user": {"id": f"u-{by.split()[0].lower()}", "displayName": by}},
            "body": {"contentType": "html", "content": f"<p>{text}</p>"},
            "attachments": [],
        } | more
        self.channels.setdefault(channel, []).append(message)
        return str(message["id"])

    def edit(self, channel: str, id: str, text: str) -> None:
        """Change what was said."""
        at = _told(self.tick())
        body = {"contentType": "html", "content": f"<p>{text}</p>"}
        self.find(channel, id).update(body=body, lastEditedDateTime=at, lastModifiedDateTime=at)

    def react(self, channel: str, id: str) -> None:
        """Touch a message without saying anything."""
        self.find(channel, id).update(lastModifiedDateTime=_told(self.tick()))

    def delete(self, channel: str, id: str) -> None:
        """Delete a message: its words are gone, its shell stays."""
        at = _told(self.tick())
        empty = {"contentType": "html", "content": ""}
        self.find(channel, id).update(body=empty, deletedDateTime=at, lastModifiedDateTime=at)

    def find(self, channel: str, id: str) -> dict[str, Any]:
        """Return a message."""
        return next(one for one in self.channels[channel] if one["id"] == id)

    def delta(self, asked: Asked, channel: str) -> Answer:
        """Return what was touched since the last delta, or since the time asked for."""
        if channel not in self.channels:
            return _none()
        since = asked.params.get("$filter", "").removeprefix("lastModifiedDateTime gt ")
        if "$deltatoken" in asked.params:
            if self.forgotten:
                self.forgotten = False
                return error(410, "resyncRequired", "Resync required")
            since = asked.params["$deltatoken"]
        found = [one for one in self._heads(channel) if not isinstance(one, dict) or _touched(one) > since]
        end = f"{self.address}{asked.path}?$deltatoken={_told(self.now)}"
        return self.paged(asked, found, **{"@odata.deltaLink": end})

    def replies(self, asked: Asked, channel: str, thread: str) -> Answer:
        """Return a page of the replies to a message."""
        kept = [one for one in self.channels.get(channel, []) if isinstance(one, dict)]
        return self.paged(asked, [one for one in kept if one.get("replyToId") == thread])

    def _heads(self, channel: str) -> list[Any]:
        return [one for one in self.channels[channel] if not isinstance(one, dict) or not one.get("replyToId")]


def _told(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def _touched(message: dict[str, Any]) -> str:
    at = message.get("lastModifiedDateTime")
    return at if isinstance(at, str) else "9"


def _none() -> Answer:
    return error(404, "NotFound", "no such channel")
