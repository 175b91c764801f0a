"""Slack: one message in a channel, by a bot of an app that the customer installs."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from hub.connectors.chat.slack_web import SlackAccess, SlackWeb
from hub.connectors.wire import Wire
from hub.ports.review import Announcement

_ESCAPED = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


class Slack:
    """Posts to one channel."""

    def __init__(self, access: SlackAccess, wire: Wire, *, name: str, clock: Callable[[], datetime]) -> None:
        self._access = access
        self._web = SlackWeb(access, wire, name=name, clock=clock)

    def announce(self, message: Announcement) -> str:
        """Post *message* and return its place; see `Announcer.announce`."""
        body = {
            "channel": self._access.channel,
            "text": _plain(message.title),
            "blocks": _blocks(message),
            "unfurl_links": False,
            "metadata": {"event_type": "minutes_approved", "event_payload": {"key": message.key}},
        }
        told = self._web.post("chat.postMessage", body)
        return f"Slack message {told.get('ts')} in {told.get('channel')}"


def _blocks(message: Announcement) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": message.title[:150]}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "\n".join(map(_plain, message.lines))[:3000]}},
    ]
    if message.link:
        button = {"type": "button", "text": {"type": "plain_text", "text": message.button[:75]}, "url": message.link}
        blocks.append({"type": "actions", "elements": [button]})
    return blocks


def _plain(text: str) -> str:
    """Return *text* so that nothing in it is a mention, a link or a mark of Slack's."""
    for sign, said in _ESCAPED.items():
        text = text.replace(sign, said)
    return text
