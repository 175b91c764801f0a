"""Being called by Webex: webhooks made once, and switched on again where Webex has switched them off."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Literal
from urllib.parse import quote

import structlog
from pydantic import Field

from hub.connectors.declared import Strict
from hub.connectors.references import Secret, secret_of
from hub.connectors.rest.client import Asked, Client
from hub.connectors.rest.paging import linked
from hub.domain.errors import HubError

log = structlog.get_logger()
_EVERY = timedelta(hours=1)
_TOLD = tuple((what, event) for what in ("recordings", "meetingTranscripts") for event in ("created", "deleted"))


class Notify(Strict):
    """Our webhook that Webex is to call, and what it signs with there."""

    url: str = Field(pattern=r"^(https://|http://127\.0\.0\.1:)")
    secret: Secret
    owned_by: Literal["org", "creator"] = "org"
    """`org` tells of every host, and takes an administrator's right."""


class Hooks:
    """Looks after the webhooks once an hour.

    Webex ends those whose address was away for a while, and says so to nobody. None of its failures is more than a
    line of the log: all is found by the sweep.
    """

    def __init__(self, client: Client, notify: Notify | None, *, name: str, clock: Callable[[], datetime]) -> None:
        self._client, self._notify, self._name, self._clock = client, notify, name, clock
        self._due = clock()

    def keep(self) -> None:
        """See to it that Webex calls us, where that is wanted and an hour has gone by."""
        notify = self._notify
        if notify is None or self._clock() < self._due:
            return
        self._due = self._clock() + _EVERY
        try:
            there = self._there(notify)
        except HubError as error:
            log.warning("webhook_not_kept", system=self._name, reason=str(error))
            return
        for what, event in _TOLD:
            known = next((one for one in there if (one.get("resource"), one.get("event")) == (what, event)), None)
            try:
                self._seen_to(notify, what, event, known)
            except HubError as error:
                log.warning("webhook_not_kept", system=self._name, resource=what, told=event, reason=str(error))

    def _there(self, notify: Notify) -> list[dict[str, Any]]:
        place, found, seen = "/webhooks", list[Any](), set[str]()
        params = {"max": "100", **({"ownedBy": "org"} if notify.owned_by == "org" else {})}
        while place not in seen:
            seen.add(place)
            told = self._client.ask(Asked("GET", place, params, {}))
            items = told.body.get("items") if isinstance(told.body, dict) else None
            found += items if isinstance(items, list) else []
            place, params = linked(told.headers) or "/webhooks", {}
        return [one for one in found if isinstance(one, dict) and one.get("targetUrl") == notify.url]

    def _seen_to(self, notify: Notify, what: str, event: str, known: dict[str, Any] | None) -> None:
        if known is None:
            self._made(notify, what, event)
        elif known.get("status") == "inactive":
            self._woken(notify, known)

    def _made(self, notify: Notify, what: str, event: str) -> None:
        body = {**self._told(notify), "resource": what, "event": event}
        self._client.ask(Asked("POST", "/webhooks", {}, {}, body=body))

    def _woken(self, notify: Notify, known: dict[str, Any]) -> None:
        log.warning("webhook_was_off", system=self._name, resource=known.get("resource"))
        place = quote(str(known.get("id")), safe="")
        self._client.ask(Asked("PUT", f"/webhooks/{place}", {}, {}, body={**self._told(notify), "status": "active"}))

    def _told(self, notify: Notify) -> dict[str, Any]:
        told = {"name": f"Liaison hub: {self._name}", "targetUrl": notify.url, "secret": secret_of(notify.secret)}
        return told | ({"ownedBy": "org"} if notify.owned_by == "org" else {})
