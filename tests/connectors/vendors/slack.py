"""A Slack workspace as far as the hub uses it: channels, threads, edits, deletions, pages, limits, signed events."""

import hashlib
import hmac
import json
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from hub.connectors.chat.slack_messages import moment, stamp_of
from tests.connectors.peer import BEGAN, Answer, Asked, Fault, told


class SlackServer:
    """Keeps messages as users see them; what is deleted is not listed any more."""

    def __init__(self) -> None:
        self.address = ""
        self.now: datetime = BEGAN
        self.closing = threading.Event()
        self.lock = threading.RLock()
        self.token = "xoxb-planted-5521"  # noqa: S105  # planted, to be looked for in errors
        self.secret = "signing-planted-9917"  # noqa: S105 - of the test
        self.size = 3
        """Messages on a page, whatever is asked for."""
        self.joined: set[str] = set()
        self.channels: dict[str, list[dict[str, Any]]] = {}
        self.users = {"UANNA": "Anna Weber", "UBEN": "Ben Okafor"}
        self.error = ""
        """What every method answers with status 200."""
        self.scopes = {"channels:history", "channels:read", "users:read"}
        self.asked: list[Asked] = []
        self.events: list[bytes] = []
        """Bodies of the calls it has made about every channel that the app is in."""
        self.faults: list[Fault] = []

    # what users do

    def say(self, channel: str, text: str, *, by: str = "UANNA", thread: str = "", **more: Any) -> str:
        """Say something and return its `ts`."""
        message = {"type": "message", "user": by, "text": text, "ts": self.tick()}
        if thread:
            message["thread_ts"] = thread
            head = self.find(channel, thread)
            head |= {"thread_ts": thread, "reply_count": head.get("reply_count", 0) + 1, "latest_reply": message["ts"]}
        message |= more
        self.channels.setdefault(channel, []).append(message)
        self._told({**message, "channel": channel})
        return str(message["ts"])

    def edit(self, channel: str, ts: str, text: str) -> None:
        """Change what was said."""
        message = self.find(channel, ts)
        before = dict(message)
        message |= {"text": text, "edited": {"user": message["user"], "ts": self.tick()}}
        self._changed(channel, "message_changed", message=dict(message), previous_message=before)

    def delete(self, channel: str, ts: str) -> None:
        """Delete a message; the head of a thread leaves a tombstone."""
        message = self.find(channel, ts)
        before, at = dict(message), self.tick()
        if message.get("reply_count"):
            message |= {"subtype": "tombstone", "user": "USLACKBOT", "text": "This message was deleted."}
        else:
            self.channels[channel].remove(message)
        self._changed(channel, "message_deleted", deleted_ts=ts, previous_message=before, ts=at)

    def find(self, channel: str, ts: str) -> dict[str, Any]:
        """Return a message."""
        return next(one for one in self.channels[channel] if one["ts"] == ts)

    def tick(self) -> str:
        """Let a second pass and return the time as Slack writes it."""
        self.now += timedelta(seconds=1)
        return stamp_of(self.now)

    def signed(self, body: bytes) -> dict[str, str]:
        """Return the headers of a call."""
        stamp = str(int(self.now.timestamp()))
        digest = hmac.new(self.secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}

    def _changed(self, channel: str, subtype: str, **more: Any) -> None:
        at = self.tick()
        self._told({"type": "message", "subtype": subtype, "channel": channel, "ts": at, "event_ts": at, **more})

    def _told(self, event: dict[str, Any]) -> None:
        body = {"type": "event_callback", "team_id": "T1", "event_id": f"Ev{len(self.events)}", "event": event}
        self.events.append(json.dumps(body).encode())

    # what the wire carries

    def answer(self, asked: Asked) -> Answer:
        """Return the answer to a request, through the fault that waits for it."""
        with self.lock:
            self.asked.append(asked)
            if self.faults:
                return self.faults.pop(0)(self, asked, lambda: self.true(asked))  # type: ignore[arg-type]  # as a Peer
            return self.true(asked)

    def true(self, asked: Asked) -> Answer:
        """Return what is answered where nothing fails."""
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return _no("invalid_auth")
        if self.error:
            return _no(self.error)
        method = asked.path.removeprefix("/api/")
        if method == "users.info":
            return self._user(asked.params["user"])
        channel = asked.params.get("channel", "")
        if channel not in self.channels:
            return _no("channel_not_found")
        if method == "conversations.info":
            return told(200, {"ok": True, "channel": {"id": channel, "is_member": channel in self.joined}})
        if channel not in self.joined:
            return _no("not_in_channel")
        if "channels:history" not in self.scopes:
            return told(200, {"ok": False, "error": "missing_scope", "needed": "channels:history"})
        return self._history(asked, channel) if method == "conversations.history" else self._replies(asked, channel)

    def _user(self, user: str) -> Answer:
        if user not in self.users:
            return _no("user_not_found")
        return told(200, {"ok": True, "user": {"id": user, "name": user.lower(), "real_name": self.users[user]}})

    def _history(self, asked: Asked, channel: str) -> Answer:
        found = [one for one in self.channels[channel] if one.get("thread_ts", one.get("ts")) == one.get("ts")]
        first = moment(asked.params.get("oldest", "000000000.0"))
        last = moment(asked.params.get("latest", stamp_of(self.now + timedelta(days=1))))
        found = [one for one in found if not _is_time(one) or first < moment(one["ts"]) < last]
        return self._paged(asked, found[::-1])

    def _replies(self, asked: Asked, channel: str) -> Answer:
        ts = asked.params["ts"]
        found = [one for one in self.channels[channel] if ts in (one["ts"], one.get("thread_ts"))]
        return self._paged(asked, found) if found else _no("thread_not_found")

    def _paged(self, asked: Asked, found: Sequence[dict[str, Any]]) -> Answer:
        begin = int(asked.params["cursor"].removeprefix("at:")) if "cursor" in asked.params else 0
        end = begin + min(self.size, int(asked.params.get("limit", 100)))
        more = end < len(found)
        onward = {"next_cursor": f"at:{end}" if more else ""}
        return told(200, {"ok": True, "messages": found[begin:end], "has_more": more, "response_metadata": onward})


def _is_time(message: dict[str, Any]) -> bool:
    try:
        moment(message["ts"])
    except (ValueError, TypeError, KeyError):
        return False
    return True


def _no(error: str) -> Answer:
    return told(200, {"ok": False, "error": error})
