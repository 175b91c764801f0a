"""Slack: one message in a channel, by a bot of an app that the customer installs."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from pydantic import Field, field_validator

from hub.connectors.declared import Strict
from hub.connectors.references import Secret, secret_of
from hub.connectors.rest.waits import wait_of
from hub.connectors.wire import Request, Wire
from hub.domain.errors import FatalError, RejectedError, RetryableError
from hub.ports.review import Announcement

_LATER = ("ratelimited", "internal_error", "service_unavailable", "fatal_error", "request_timeout")
_ADVICE = {
    "not_in_channel": "invite the app to the channel",
    "channel_not_found": "there is no such channel, or the app may not see it: invite it",
    "is_archived": "the channel is archived",
    "token_revoked": "the token is revoked: install the app again",
    "token_expired": "the token has expired: install the app again",
    "invalid_auth": "the token is wrong",
    "not_authed": "the token is missing",
    "account_inactive": "the app is switched off",
    "missing_scope": "the app lacks the scope chat:write",
}
_ESCAPED = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


class SlackAccess(Strict):
    """A bot token (xoxb) with `chat:write`, and the channel's id."""

    token: Secret
    channel: str = Field(pattern=r"^[CG][A-Z0-9]{2,20}$")
    base_url: str = "https://slack.com/api"

    @field_validator("base_url")
    @classmethod
    def _private(cls, url: str) -> str:
        if not url.startswith(("https://", "http://127.0.0.1:")):
            raise ValueError("http is for this machine only; use https")
        return url.rstrip("/")


class Slack:
    """Posts to one channel."""

    def __init__(self, access: SlackAccess, wire: Wire, *, name: str, clock: Callable[[], datetime]) -> None:
        self._access, self._wire, self._name, self._clock = access, wire, name, clock

    def announce(self, message: Announcement) -> str:
        """Post *message* and return its place; see `Announcer.announce`."""
        body = {
            "channel": self._access.channel,
            "text": _plain(message.title),
            "blocks": _blocks(message),
            "unfurl_links": False,
            "metadata": {"event_type": "minutes_approved", "event_payload": {"key": message.key}},
        }
        known = {"Authorization": f"Bearer {secret_of(self._access.token)}"}
        answer = self._wire.send(Request("POST", f"{self._access.base_url}/chat.postMessage", {}, known, json=body))
        if answer.status in (408, 425, 429) or answer.status >= 500:
            wait_s = wait_of(answer.headers, self._clock())
            raise RetryableError(f"{self._name}: Slack answers {answer.status}", retry_after_s=wait_s)
        told = answer.object()
        if told.get("ok") is True:
            return f"Slack message {told.get('ts')} in {told.get('channel')}"
        if "ok" not in told:
            raise RetryableError(f"{self._name}: the answer (status {answer.status}) is not Slack's")
        raise self._judged(str(told.get("error") or "no reason given"), wait_of(answer.headers, self._clock()))

    def _judged(self, error: str, wait_s: float | None) -> Exception:
        if error in _LATER:
            return RetryableError(f"{self._name}: Slack says {error}", retry_after_s=wait_s)
        if error in _ADVICE:
            return FatalError(f"{self._name}: Slack says {error}; {_ADVICE[error]}")
        return RejectedError(f"{self._name}: Slack refuses the message: {error[:100]}")


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
