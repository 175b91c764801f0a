"""A FHIR server: resources with versions, search by _lastUpdated in Bundles, conditional creation, history, If-Match."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode

from tests.connectors.peer import Answer, Asked, Peer, Row, told


@dataclass
class FhirServer(Peer):
    """Tasks, whose code's text is what they are about."""

    version: str = "R4"
    able: tuple[str, ...] = ("read", "create", "update")
    """What it says may be done to a Task."""
    links: bool = True
    """Without them a page says how many there are in all, and not where the others are."""
    keys: dict[str, int] = field(default_factory=dict)
    """Row by the key that it was created with."""
    kept: dict[int, dict[str, Any]] = field(default_factory=dict)
    """What was written of each row, whole."""

    studies: list[str] = field(default_factory=lambda: ["study-1"])
    endless: bool = False
    """There is always a next page of studies."""
    events: int = 0
    post: Callable[[str, dict[str, str], bytes], int] = lambda _url, _headers, _body: 200
    """How it calls the addresses of subscriptions."""
    subscriptions: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.auth = "bearer"

    def shown(self, row: Row) -> dict[str, Any]:
        kept = {key: value for key, value in self.kept.get(row.number, {}).items() if key not in ("id", "meta")}
        meta = {"versionId": str(row.version), "lastUpdated": row.changed.isoformat(timespec="milliseconds")}
        return {"resourceType": "Task", "intent": "order", "status": "requested", **kept} | {
            "id": self.shown_id(row.number),
            "meta": meta,
            "code": {"text": row.what},
        }

    def page(self, asked: Asked) -> Answer:
        path = asked.path.removeprefix("/fhir/")
        if path == "metadata":
            number = {"R4": "4.0.1", "R5": "5.0.0"}[self.version]
            types = [{"type": "Task", "interaction": [{"code": one} for one in self.able]}, {"type": "ResearchStudy"}]
            return told(
                200, {"resourceType": "CapabilityStatement", "fhirVersion": number, "rest": [{"resource": types}]}
            )
        if path == "ResearchStudy":
            return self._studies(int(asked.params.get("_after", 0)))
        if path == "Subscription":
            found = [one for one in self.subscriptions.values() if _address(one) == unquote(asked.params["url"])]
            return told(200, {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": o} for o in found]})
        if path == "Task/_history":
            return self._history(asked.params.get("_since", ""))
        if path.startswith("Task/"):
            row = self.rows.get(self.number(path.removeprefix("Task/")))
            return (
                told(404 if row is None else 410, _outcome("gone"))
                if row is None or row.removed
                else self._one(row, 200)
            )
        if path != "Task":
            return told(404, _outcome(f"no type {path}"))
        return self._search(asked)

    def altered(self, body: bytes, alter: Callable[[list[Any]], list[Any]]) -> bytes:
        bundle = json.loads(body)
        bundle["entry"] = [{"resource": one} for one in alter([entry["resource"] for entry in bundle.get("entry", [])])]
        return json.dumps(bundle).encode()

    def write(self, asked: Asked) -> Answer:
        path = asked.path.removeprefix("/fhir/")
        if not path.startswith("Task"):
            return told(404, _outcome("no such type"))
        known = path.removeprefix("Task").strip("/")
        row = self.rows.get(self.number(known)) if known else None
        if known and (row is None or row.removed):
            return told(404, _outcome("no such resource"))
        if asked.method == "DELETE" and row is not None:
            self._changed(row.number, removed=True)
            self.taken.append(("DELETE", known))
            return Answer(204)
        resource = json.loads(asked.body)
        if resource["code"]["text"] == "refuse me":
            return told(422, _outcome("code: is not accepted"))
        expected = asked.headers.get("if-match", "").removeprefix("W/").strip('"')
        if row is not None and expected and expected != str(row.version):
            return told(412, _outcome("changed meanwhile"))
        made = self._changed(row.number if row else len(self.rows) + 1, what=resource["code"]["text"])
        self.kept[made.number] = resource
        self.taken.append((asked.method, self.shown_id(made.number)))
        return self._one(made, 200 if row else 201)

    def _once(self, asked: Asked) -> Answer:
        condition = parse_qs(asked.headers.get("if-none-exist", "")).get("identifier", [""])[0]
        if asked.path.startswith("/fhir/Subscription"):
            return self._subscribed(asked)
        if asked.method != "POST":
            return self.write(asked)
        if not condition:
            return told(400, _outcome("If-None-Exist is missing"))
        if condition in self.keys:
            return self._one(self.rows[self.keys[condition]], 200)
        answer = self.write(asked)
        if answer.status < 300:
            self.keys[condition] = len(self.rows)
        return answer

    def _subscribed(self, asked: Asked) -> Answer:
        resource = json.loads(asked.body)
        known = resource.get("id") or f"S-{len(self.subscriptions) + 1}"
        if (asked.method == "PUT") != (known in self.subscriptions):
            return told(404, _outcome("no such subscription"))
        self.subscriptions[known] = {**resource, "id": known, "status": "active"}
        if self.version == "R5":
            self.call(known, "handshake")
        return told(200 if asked.method == "PUT" else 201, self.subscriptions[known])

    def call(self, known: str, type: str = "event-notification") -> int:
        """Call the address of a subscription as this version does, and return what it answered; 4xx ends it."""
        one = self.subscriptions[known]
        if self.version == "R4":
            headers, body = dict(line.split(": ", 1) for line in one["channel"]["header"]), b""
        else:
            self.events += type == "event-notification"
            status = {"resourceType": "SubscriptionStatus", "status": "active", "type": type, "topic": one["topic"]}
            status |= {"eventsSinceSubscriptionStart": str(self.events), "subscription": {"reference": known}}
            bundle = {"resourceType": "Bundle", "type": "subscription-notification", "entry": [{"resource": status}]}
            headers, body = {entry["name"]: entry["value"] for entry in one["parameter"]}, json.dumps(bundle).encode()
        answered = self.post(_address(one), headers, body)
        if answered >= 400:
            one["status"] = "error"
        return answered

    def _one(self, row: Row, status: int) -> Answer:
        return told(status, self.shown(row), {"ETag": f'W/"{row.version}"', "Content-Type": "application/fhir+json"})

    def _search(self, asked: Asked) -> Answer:
        since = unquote(asked.params.get("_lastUpdated", "")).removeprefix("ge")
        size, after = min(int(asked.params.get("_count", 100)), self.most), int(asked.params.get("_after", 0))
        rows = [row for row in self.rows.values() if not row.removed]
        rows = [row for row in rows if not since or row.changed >= datetime.fromisoformat(since)]
        key = (lambda row: row.mark) if self.order == "changed" else (lambda row: row.number)
        rows = [row for row in sorted(rows, key=key) if key(row) > after]
        bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset", "link": []}
        bundle["entry"] = [{"resource": self.shown(row), "search": {"mode": "match"}} for row in rows[:size]]
        if not self.links:
            bundle["total"] = len(rows)
        elif len(rows) > size:
            url = f"{self.address}/fhir/Task?{urlencode({**asked.params, '_after': str(key(rows[size - 1]))})}"
            bundle["link"] = [{"relation": "self", "url": "x"}, {"relation": "next", "url": url}]
        return told(200, bundle)

    def _studies(self, after: int) -> Answer:
        ids = self.studies[after : after + 2]
        entries = [{"resource": {"resourceType": "ResearchStudy", "id": one, "status": "active"}} for one in ids]
        entries.append({"resource": {"resourceType": "OperationOutcome", "id": "remark"}})
        url = f"{self.address}/fhir/ResearchStudy?_after={after + 2}"
        links = [{"relation": "next", "url": url}] if after + 2 < len(self.studies) or self.endless else []
        bundle = {"resourceType": "Bundle", "type": "searchset", "total": len(self.studies), "entry": entries}
        return told(200, {**bundle, "link": links})

    def _history(self, since: str) -> Answer:
        rows = [row for row in self.rows.values() if not since or row.changed >= datetime.fromisoformat(since)]
        entries = []
        for row in sorted(rows, key=lambda row: -row.mark):
            request = {"method": "DELETE" if row.removed else "PUT", "url": f"Task/{self.shown_id(row.number)}"}
            entries.append({"request": request, **({} if row.removed else {"resource": self.shown(row)})})
        return told(200, {"resourceType": "Bundle", "type": "history", "entry": entries})


def _address(subscription: dict[str, Any]) -> str:
    return str(subscription.get("endpoint") or subscription["channel"]["endpoint"])


def _outcome(said: str) -> dict[str, Any]:
    issue = {"severity": "error", "code": "processing", "diagnostics": said}
    return {"resourceType": "OperationOutcome", "issue": [issue]}
