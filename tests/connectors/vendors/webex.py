"""Webex as far as the hub uses it: rotating tokens, lists with a Link, snippets with names, temporary links."""

import json
import threading
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from tests.connectors.peer import BEGAN, Answer, Asked, Fault, due, told

CLIENT, SECRET, SEED = "client-1", "webex-secret-31cd", "refresh-0"


class WebexServer:
    """Keeps meetings of one host; each refresh token works once."""

    def __init__(self, host: str) -> None:
        self.address, self.host = "", host
        self.now: datetime = BEGAN
        self.closing = threading.Event()
        self.lock = threading.RLock()
        self.asked: list[Asked] = []
        self.faults: list[tuple[str, int, Fault]] = []
        self.refresh = SEED
        self.good: set[str] = set()
        self.count = 0
        self.size = 2
        self.lists: dict[str, list[Any]] = {"/meetingTranscripts": [], "/recordings": []}
        self.snippets: dict[str, list[Any]] = {}
        self.people: dict[str, list[Any]] = {}
        self.sound: dict[str, bytes] = {}
        self.hooks: list[dict[str, Any]] = []
        self.host_left = False

    def call(self, meeting: str, at: str, *kinds: str, topic: str = "Weekly call") -> None:
        """Keep a meeting with a transcript or a recording."""
        if "transcript" in kinds:
            self.snippets[f"t-{meeting}"] = [
                {"id": "1", "text": "We keep the call.", "personName": "Anna Weber", "offset": 1000, "duration": 2500},
                {"id": "2", "text": "Fine with me.", "personName": "Ben Okafor", "offset": 3500, "duration": 1000},
                {"id": "3", "text": "Good.", "personName": "Anna Weber", "offset": 4500, "duration": 500},
            ]
            self.lists["/meetingTranscripts"].append(
                {
                    "id": f"t-{meeting}",
                    "meetingId": meeting,
                    "startTime": at,
                    "meetingTopic": topic,
                    "status": "available",
                    **_TRANSCRIPT,
                }
            )
        if "recording" in kinds:
            self.sound[f"r-{meeting}"] = b"sound of it"
            self.lists["/recordings"].append(
                {
                    "id": f"r-{meeting}",
                    "meetingId": meeting,
                    "timeRecorded": at,
                    "createTime": at,
                    "topic": topic,
                    "status": "available",
                    **_RECORDING,
                }
            )

    def delete(self, meeting: str) -> None:
        """Delete what there is of a meeting: a recording goes to the trash and says so."""
        self.snippets.pop(f"t-{meeting}", None)
        for entries in self.lists.values():
            for one in entries:
                if one["meetingId"] == meeting:
                    one["status"] = "deleted"

    def fail(self, step: str, *faults: Fault, after: int = 0) -> None:
        """Meet the next requests of *step* (list, file or token) with *faults*; *after* so many are answered well."""
        self.faults += [(step, after if number == 0 else 0, fault) for number, fault in enumerate(faults)]

    def expire(self) -> None:
        """Forget every access token handed out."""
        self.good.clear()

    def answer(self, asked: Asked) -> Answer:
        """Return the answer to a request, through the fault that waits for it."""
        with self.lock:
            self.asked.append(asked)
            step = "token" if asked.path.endswith("/access_token") else "file" if "/nbr/" in asked.path else "list"
            fault = due(self.faults, step)
        if fault is not None:
            return fault(self, asked, lambda: self.true_answer(asked))  # type: ignore[arg-type]  # as a Peer
        return self.true_answer(asked)

    def true_answer(self, asked: Asked) -> Answer:
        """Return what is answered where nothing fails."""
        if asked.path == "/v1/access_token":
            return self._token(asked)
        if asked.path.startswith("/nbr/"):
            return Answer(200, self.sound[asked.path.removeprefix("/nbr/")])
        if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self.good:
            return told(401, {"message": "The request requires a valid access token.", "trackingId": "ROUTER_1"})
        path = asked.path.removeprefix("/v1")
        if path.startswith("/webhooks"):
            return self._hooks(asked, path.removeprefix("/webhooks").strip("/"))
        if path in self.lists:
            if asked.params.get("hostEmail") != self.host or self.host_left:
                return told(404, {"message": "no such host", "trackingId": "ROUTER_2"})
            if "meetingId" in asked.params:
                of_it = (one for one in self.lists[path] if isinstance(one, dict))
                return self._page(asked, [one for one in of_it if one["meetingId"] == asked.params["meetingId"]])
            first, last = asked.params["from"], asked.params["to"]
            return self._page(asked, [one for one in self.lists[path] if not _outside(one, first, last)])
        if path == "/meetingParticipants":
            return self._page(asked, self.people.get(asked.params["meetingId"], []))
        if path.endswith("/snippets") and (self.host_left or path.split("/")[2] not in self.snippets):
            return told(404, {"message": "no such transcript", "trackingId": "ROUTER_4"})
        if path.endswith("/snippets"):
            return self._page(asked, self.snippets[path.split("/")[2]])
        known = path.rpartition("/")[2]
        if known not in self.sound or asked.params.get("hostEmail") != self.host or self.host_left:
            return told(404, {"message": "no such recording", "trackingId": "ROUTER_3"})
        status = next((one["status"] for one in self.lists["/recordings"] if one["id"] == known), "purged")
        if status != "available":
            return told(200, {"id": known, "status": status})
        links = {"audioDownloadLink": f"{self.address}/nbr/{known}"}
        return told(200, {"id": known, "temporaryDirectDownloadLinks": links})

    def _hooks(self, asked: Asked, known: str) -> Answer:
        if asked.method == "GET":
            mine = [one for one in self.hooks if one.get("ownedBy") == asked.params.get("ownedBy", "creator")]
            return self._page(asked, [{**one, "secret": ""} for one in mine])
        body = json.loads(asked.body)
        if asked.method == "POST":
            if any(all(one[key] == body[key] for key in ("targetUrl", "resource", "event")) for one in self.hooks):
                return told(409, {"message": "A webhook for this exists.", "trackingId": "ROUTER_5"})
            self.hooks.append({"ownedBy": "creator", **body, "id": f"h{len(self.hooks)}", "status": "active"})
            return told(200, self.hooks[-1])
        [hook] = [one for one in self.hooks if one["id"] == known]
        hook |= body
        return told(200, hook)

    def _page(self, asked: Asked, items: list[Any]) -> Answer:
        start = int(asked.params.get("cursor") or 0)
        page = told(200, {"items": items[start : start + self.size]})
        page.headers["Content-Type"] = "application/json" if "Participants" in asked.path else _MEDIA
        if start + self.size < len(items):
            kept = {name: value for name, value in asked.params.items() if name != "cursor"}
            query = "&".join(f"{name}={value}" for name, value in {**kept, "cursor": str(start + self.size)}.items())
            page.headers["Link"] = f'<{self.address}{asked.path}?{query}>; rel="next"'
        return page

    def _token(self, asked: Asked) -> Answer:
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
            return told(401, {"message": "client authentication failed"})
        if form.get("refresh_token") != self.refresh:
            return told(400, {"message": "The refresh token is used up."})
        self.count += 1
        self.refresh = f"refresh-{self.count}"
        self.good.add(f"webex-token-{self.count}")
        return told(
            200,
            {"access_token": f"webex-token-{self.count}", "expires_in": 1209599, "refresh_token": self.refresh},
        )


_MEDIA = "application/json;charset=UTF-8"
_SITE = "https://meridian.webex.test"
_TRANSCRIPT = {
    "siteUrl": "meridian.webex.test",
    "scheduledMeetingId": "s-1",
    "hostUserId": "h-1",
    "vttDownloadLink": f"{_SITE}/t.vtt",
    "txtDownloadLink": f"{_SITE}/t.txt",
}
_RECORDING = {
    "siteUrl": "meridian.webex.test",
    "downloadUrl": f"{_SITE}/lsr.php",
    "playbackUrl": f"{_SITE}/ldr.php",
    "password": "",
    "format": "MP4",
    "serviceType": "MeetingCenter",
    "durationSeconds": 60,
    "sizeBytes": 11,
    "shareToMe": False,
}
"""What the vendor's file says that an entry has, and the hub does not look at."""


def _outside(one: Any, first: str, last: str) -> bool:
    made = (one.get("startTime") or one.get("timeRecorded")) if isinstance(one, dict) else None
    return isinstance(made, str) and made.startswith("2026-") and not first <= made <= last
