"""Being told by Graph: subscriptions kept alive beside polling, and what Graph says of their lives."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from pydantic import Field

from hub.connectors.declared import Strict
from hub.connectors.graph.client import Graph
from hub.connectors.graph.subscriptions import Subscriptions
from hub.connectors.references import Secret, secret_of
from hub.domain.errors import HubError

log = structlog.get_logger()


class Notify(Strict):
    """Our webhook that Graph is to call, and what it shows there."""

    url: str = Field(pattern=r"^(https://|http://127\.0\.0\.1:)")
    client_state: Secret
    """At most 128 characters; the webhook's sender has the same."""


class Watch:
    """Keeps the subscriptions of some resources. None of its failures is more than a line of the log: all is polled."""

    def __init__(self, graph: Graph, notify: Notify | None, *, name: str, clock: Callable[[], datetime]) -> None:
        self._subscriptions = Subscriptions(graph, clock)
        self._notify, self._name = notify, name

    def keep(self, resources: Sequence[str], *, change: str, lasts: timedelta) -> None:
        """See to it that Graph tells of each resource, where that is wanted; see `Subscriptions.keep`."""
        if self._notify is None:
            return
        state = secret_of(self._notify.client_state)
        for resource in resources:
            try:
                self._subscriptions.keep(resource, self._notify.url, client_state=state, lasts=lasts, change=change)
            except HubError as error:  # what it would tell is read all the same, only later
                log.warning("subscription_not_kept", system=self._name, resource=resource, reason=str(error))

    def told(self, body: bytes) -> None:
        """Do what a call asks about a subscription's life: renew it, make it anew. Other calls say to read, no more."""
        for event, known_as in _events(body):
            try:
                if event == "reauthorizationRequired":
                    self._subscriptions.reauthorize(known_as)
                elif event == "subscriptionRemoved":
                    self._subscriptions.removed(known_as)
            except HubError as error:
                log.warning("subscription_not_kept", system=self._name, reason=str(error))


def _events(body: bytes) -> list[tuple[str, str]]:
    try:
        told = json.loads(body)
    except ValueError:
        return []
    entries = told.get("value") if isinstance(told, dict) else None
    return [
        (str(one["lifecycleEvent"]), str(one.get("subscriptionId") or ""))
        for one in (entries if isinstance(entries, list) else [])
        if isinstance(one, dict) and one.get("lifecycleEvent")
    ]
