"""A Slack workspace, which tells failures with status 200, and a Teams workflow, whose address is its secret."""

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from tests.connectors.peer import Answer, Asked, told

TOKEN, SIG = "xoxb-planted-5521", "sig-planted-8842"


class ChatServer:
    """A Slack workspace and a Teams workflow: keeps what was posted."""

    def __init__(self) -> None:
        self.address = ""
        self.now = datetime(2026, 6, 1, tzinfo=UTC)
        self.closing = threading.Event()
        self.posted: list[dict[str, Any]] = []
        self.error = ""
        self.faults: list[Callable[..., Answer]] = []

    def answer(self, asked: Asked) -> Answer:
        """Return the answer to a request, through the fault that waits for it."""
        if self.faults:
            return self.faults.pop(0)(self, asked, lambda: self.true(asked))
        return self.true(asked)

    def true(self, asked: Asked) -> Answer:
        """Return what is answered where nothing fails."""
        body = json.loads(asked.body)
        if asked.path.startswith("/workflows/"):
            if asked.params.get("sig") != SIG:
                return Answer(401, b"")
            self.posted.append(body)
            return Answer(202, b"")
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return told(200, {"ok": False, "error": "invalid_auth"})
        if self.error:
            return told(200, {"ok": False, "error": self.error})
        self.posted.append(body)
        stamp = "1780000000.000100"
        message = {"type": "message", "text": body.get("text", ""), "ts": stamp}
        return told(200, {"ok": True, "ts": stamp, "channel": body["channel"], "message": message})
