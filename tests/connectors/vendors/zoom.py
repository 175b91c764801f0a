"""Zoom as far as the hub uses it: tokens that end, cloud recordings in pages, who was there, downloads by token."""

import base64
import hmac
import json
import threading
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, unquote

from tests.connectors.peer import BEGAN, Answer, Asked, Fault, due, told

ACCOUNT, CLIENT, SECRET, SEED = "acc-1", "client-1", "zoom-secret-77ab", "zoom-refresh-0"
VTT = b"WEBVTT\n\n1\n00:00:00.000 --> 00:00:04.000\nAnna Weber: We keep the weekly call on Tuesdays.\n"


class ZoomServer:
    """Keeps meetings by host; a page token lives until it was used."""

    def __init__(self) -> None:
        self.address = ""
        self.now: datetime = BEGAN
        self.closing = threading.Event()
        self.lock = threading.RLock()
        self.asked: list[Asked] = []
        self.faults: list[tuple[str, int, Fault]] = []
        self.meetings: dict[str, list[Any]] = {}
        self.people: dict[str, list[dict[str, Any]]] = {}
        self.files: dict[str, bytes] = {}
        self.good: set[str] = set()
        self.tokens = 0
        self.refresh = SEED
        """The refresh token of a marketplace app that is good: each works once."""
        self.size = 2
        self.scope = True
        self.elsewhere = ""
        """Where downloads are sent on to, instead of answered."""

    def held(self, user: str, uuid: str, start: str, *kinds: str, topic: str = "Weekly call", **more: Any) -> Any:
        """Keep a recorded meeting with a file of each of *kinds*."""
        files = []
        for kind in kinds:
            name = f"{len(self.files)}"
            self.files[name] = VTT if kind == "TRANSCRIPT" else b"sound"
            files.append(
                {
                    "id": f"f{name}",
                    "file_type": kind,
                    "status": "completed",
                    "download_url": f"{self.address}/rec/download/{name}",
                    "file_size": len(self.files[name]),
                }
            )
        entry = {"uuid": uuid, "id": 1, "topic": topic, "start_time": start, "timezone": "Europe/Madrid"}
        entry |= {"recording_files": files} | more
        self.meetings.setdefault(user, []).append(entry)
        return entry

    def call(self, event: str, entry: Any, *, at: datetime, secret: str) -> tuple[dict[str, str], bytes]:
        """Return headers and body of the webhook that tells of *event* of a meeting, signed as Zoom does."""
        stamp = str(int(at.timestamp()))
        told = {
            "event": event,
            "event_ts": int(at.timestamp() * 1000),
            "payload": {"account_id": ACCOUNT, "object": entry},
        }
        body = json.dumps(told).encode()
        digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, "sha256").hexdigest()
        return {"x-zm-request-timestamp": stamp, "x-zm-signature": f"v0={digest}"}, body

    def fail(self, step: str, *faults: Fault, after: int = 0) -> None:
        """Meet the next requests of *step* (list, people, file or token) with *faults*; *after* so many are answered well."""
        self.faults += [(step, after if number == 0 else 0, fault) for number, fault in enumerate(faults)]

    def expire(self) -> None:
        """Forget every token handed out."""
        self.good.clear()

    def answer(self, asked: Asked) -> Answer:
        """Return the answer to a request, through the fault that waits for it."""
        with self.lock:
            self.asked.append(asked)
            step = _step(asked)
            fault = due(self.faults, step)
        if fault is not None:
            return fault(self, asked, lambda: self.true_answer(asked))  # type: ignore[arg-type]  # as a Peer
        return self.true_answer(asked)

    def true_answer(self, asked: Asked) -> Answer:
        """Return what is answered where nothing fails."""
        if asked.path == "/oauth/token":
            return self._token(asked)
        if asked.path.startswith("/storage/"):
            return Answer(200, self.files[asked.path.rpartition("/")[2]])
        if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self.good:
            return told(401, {"code": 124, "message": "Invalid access token."})
        if asked.path.startswith("/rec/download/"):
            return self._file(asked)
        if not self.scope:
            return told(400, {"code": 4711, "message": "Invalid access token, does not contain scopes."})
        parts = asked.path.removeprefix("/v2/").split("/")
        if parts[0] == "users":
            return self._recordings(asked, unquote(parts[1]))
        if parts[0] == "meetings":
            return self._meeting(unquote(unquote(parts[1])))
        return self._participants(asked, parts[1])

    def _recordings(self, asked: Asked, user: str) -> Answer:
        if user not in self.meetings:
            return told(404, {"code": 1001, "message": f"User does not exist: {user}."})
        first, last = asked.params["from"], asked.params["to"]
        held = [
            m for m in self.meetings[user] if not isinstance(m, dict) or first <= str(m.get("start_time"))[:10] <= last
        ]
        return self._page(asked, "meetings", held)

    def delete(self, uuid: str) -> None:
        """Put the recording of a meeting into the trash: neither list nor meeting shows it any more."""
        for entries in self.meetings.values():
            entries[:] = [one for one in entries if one["uuid"] != uuid]

    def _meeting(self, uuid: str) -> Answer:
        for entry in (one for entries in self.meetings.values() for one in entries):
            if isinstance(entry, dict) and entry.get("uuid") == uuid:
                return told(200, entry)
        return told(404, {"code": 3301, "message": "This recording does not exist."})

    def _participants(self, asked: Asked, uuid: str) -> Answer:
        # a UUID with slashes arrives encoded twice, or it would be another path
        name = unquote(unquote(uuid))
        if name not in self.people:
            return told(404, {"code": 3001, "message": "Meeting does not exist."})
        return self._page(asked, "participants", self.people[name])

    def _page(self, asked: Asked, key: str, entries: list[Any]) -> Answer:
        start = int(asked.params.get("next_page_token") or 0)
        body: dict[str, Any] = {key: entries[start : start + self.size], "next_page_token": ""}
        if start + self.size < len(entries):
            body["next_page_token"] = str(start + self.size)
        return told(200, body)

    def _file(self, asked: Asked) -> Answer:
        name = asked.path.rpartition("/")[2]
        if self.elsewhere:
            return Answer(302, b"", {"Location": self.elsewhere.format(name=name)})
        if name not in self.files:
            return told(404, {"code": 3301, "message": "There is no recording for this meeting."})
        return Answer(200, self.files[name])

    def _token(self, asked: Asked) -> Answer:
        pair = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {pair}":
            return told(401, {"reason": "Invalid client_id or client_secret", "error": "invalid_client"})
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        if form.get("grant_type") == "refresh_token":
            return self._refreshed(form)
        if asked.params.get("account_id") != ACCOUNT:
            return told(400, {"reason": "Bad request", "error": "invalid_request"})
        return told(200, self._good())

    def _refreshed(self, form: dict[str, str]) -> Answer:
        if form.get("refresh_token") != self.refresh:
            return told(400, {"reason": "Invalid Token!", "error": "invalid_grant"})
        body = self._good()
        self.refresh = f"zoom-refresh-{self.tokens}"
        return told(200, {**body, "refresh_token": self.refresh, "scope": "cloud_recording:read:list_user_recordings"})

    def _good(self) -> dict[str, Any]:
        self.tokens += 1
        token = f"zoom-token-{self.tokens}"
        self.good.add(token)
        return {"access_token": token, "token_type": "bearer", "expires_in": 3599}


def _step(asked: Asked) -> str:
    if asked.path == "/oauth/token":
        return "token"
    if asked.path.startswith(("/rec/", "/storage/")):
        return "file"
    return "people" if "participants" in asked.path else "list"
