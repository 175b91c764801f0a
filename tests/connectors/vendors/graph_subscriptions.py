"""Subscriptions as Graph keeps them: an address has to prove itself first, lives end, events tell of them."""

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx2

from tests.connectors.peer import Answer, Asked, told
from tests.connectors.vendors.graph import TENANT, GraphServer, error

LONGEST = timedelta(minutes=4320)
TOKEN = "Validation: 4f1d + ü"  # noqa: S105 - a text as Graph might send it


class Subscribing(GraphServer):
    """Keeps subscriptions; where *reaches* is set it calls their addresses, as Graph does."""

    def __init__(self) -> None:
        super().__init__()
        self.subscriptions: list[dict[str, Any]] = []
        self.made = 0
        self.reaches = False
        self.longest = LONGEST
        self.told: list[int] = []
        """What our address answered to each notification."""
        self.route("GET", r"/subscriptions", lambda a: self.paged(a, self._shown()))
        self.route("POST", r"/subscriptions", self.subscribe)
        self.route("PATCH", r"/subscriptions/([^/]+)", self.renew)
        self.route("POST", r"/subscriptions/([^/]+)/reauthorize", self.reauthorize)

    def subscribe(self, asked: Asked) -> Answer:
        """Keep a subscription once its address has shown that it is there."""
        wanted = json.loads(asked.body)
        ends = datetime.fromisoformat(wanted["expirationDateTime"])
        if not self.now < ends <= self.now + self.longest:
            return error(400, "InvalidRequest", "Subscription expiration can only be so far in the future.")
        if ends - self.now > timedelta(hours=1) and "lifecycleNotificationUrl" not in wanted:
            return error(400, "ValidationError", "lifecycleNotificationUrl is a required property.")
        if len(wanted["clientState"]) > 128:
            return error(400, "ValidationError", "clientState is too long")
        if self.reaches and not self._proved(wanted["notificationUrl"]):
            return error(400, "ValidationError", "Subscription validation request failed.")
        made = wanted | {"id": f"s{self.made}"}
        self.made += 1
        self.subscriptions.append(made)
        return told(201, _bare(made))

    def renew(self, asked: Asked, id: str) -> Answer:
        """Let a subscription live on."""
        for one in self.subscriptions:
            if one["id"] == id:
                one.update(json.loads(asked.body))
                return told(200, _bare(one))
        return error(404, "ResourceNotFound", "no such subscription")

    def reauthorize(self, _asked: Asked, id: str) -> Answer:
        """Take it that the app may still read what it subscribed to."""
        for one in self.subscriptions:
            if one["id"] == id:
                one["reauthorized"] = True
                return Answer(204)
        return error(404, "ResourceNotFound", "no such subscription")

    def notify(self, resource: str, **entry: Any) -> None:
        """Tell who subscribed to *resource*; *entry* says more, such as a lifecycle event."""
        for one in self.subscriptions:
            if resource in one["resource"]:
                told = {"subscriptionId": one["id"], "clientState": one["clientState"], "tenantId": TENANT} | entry
                told["subscriptionExpirationDateTime"] = one["expirationDateTime"]
                told |= {"resourceData": {"id": f"t{len(self.told)}"}} if "changeType" in entry else {}
                self._call(one["notificationUrl"], {"value": [told]})

    def remove(self, resource: str) -> None:
        """End a subscription and say so."""
        self.notify(resource, lifecycleEvent="subscriptionRemoved")
        self.subscriptions = [one for one in self.subscriptions if resource not in one["resource"]]

    def _call(self, url: str, body: dict[str, Any]) -> None:
        self.told.append(httpx2.post(url, json=body, timeout=30).status_code)

    def _proved(self, url: str) -> bool:
        answer = httpx2.post(f"{url}?validationToken={quote(TOKEN)}", timeout=30)
        plain = answer.headers.get("content-type", "").startswith("text/plain")
        return answer.status_code == 200 and plain and answer.text == TOKEN

    def _shown(self) -> list[dict[str, Any]]:
        return [_bare(one) for one in self.subscriptions]


def _bare(one: dict[str, Any]) -> dict[str, Any]:
    return one | {"clientState": None}  # Graph shows it to nobody
