"""Subscriptions by which Graph tells of changes: made once, renewed long before they end."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.connectors.graph.client import Graph
from hub.connectors.troubles import NotThereError
from hub.domain.errors import HubError, RetryableError


class Subscriptions:
    """Keeps one subscription alive for each resource.

    Another process may have made one, so what is told of an id that is not known has `keep` look after all of them.
    """

    def __init__(self, graph: Graph, clock: Callable[[], datetime]) -> None:
        self._graph = graph
        self._clock = clock
        self._due: dict[str, datetime] = {}
        self._ids: dict[str, str] = {}

    def keep(
        self,
        resource: str,
        url: str,
        *,
        client_state: str,
        lasts: timedelta,
        change: str = "updated",
        lifecycle: bool = True,
    ) -> None:
        """See to it that Graph tells *url* of changes of *resource*; asks nothing until a third of its time is left.

        *lasts* is the longest life that Graph allows for such a resource; what it answers is what counts.
        """
        now = self._clock()
        if now < self._due.get(resource, now):
            return
        found = self._found(resource, url)
        until = (now + lasts - timedelta(minutes=5)).astimezone(UTC)
        told = self._renewed(found, until) if found else None
        if told is None:
            wanted = {
                "changeType": change,
                "notificationUrl": url,
                "resource": resource,
                "expirationDateTime": _told(until),
                "clientState": client_state,
            }
            wanted |= {"lifecycleNotificationUrl": url} if lifecycle else {}
            told = self._graph.ask("POST", "subscriptions", json=wanted).object()
        self._ids[resource] = str(told.get("id") or (found or {}).get("id") or "")
        ends = _moment(told)
        self._due[resource] = now + max((ends - now) * 2 / 3, timedelta(minutes=1))

    def missed(self, resource: str) -> None:
        """Look after *resource* with the next `keep`, as after a lifecycle event of Graph."""
        self._due.pop(resource, None)

    def reauthorize(self, id: str) -> None:
        """Say that one of ours may live on, as Graph asks for now and then; one that is gone is made by `keep`."""
        resource = self._resource(id)
        if resource is None:
            self._due.clear()
            return
        try:
            self._graph.ask("POST", f"subscriptions/{id}/reauthorize")
        except NotThereError:
            self.missed(resource)
        except HubError:  # to renew it says the same
            self.missed(resource)
            raise

    def removed(self, id: str) -> None:
        """Note that one of ours is gone: the next `keep` makes it anew."""
        resource = self._resource(id)
        if resource is None:
            self._due.clear()
        else:
            self.missed(resource)

    def _resource(self, id: str) -> str | None:
        return next((resource for resource, known in self._ids.items() if known and known == id), None)

    def _found(self, resource: str, url: str) -> dict[str, Any] | None:
        for page in self._graph.pages("subscriptions"):
            for one in page["value"]:
                if isinstance(one, dict) and one.get("notificationUrl") == url and _same(one.get("resource"), resource):
                    return one
        return None

    def _renewed(self, found: dict[str, Any], until: datetime) -> dict[str, Any] | None:
        body = {"expirationDateTime": _told(until)}
        try:
            return self._graph.ask("PATCH", f"subscriptions/{found['id']}", json=body).object() or body
        except NotThereError:  # it ended between the two requests
            return None


def _same(theirs: Any, ours: str) -> bool:
    return isinstance(theirs, str) and theirs.strip("/").lower() == ours.strip("/").lower()


def _told(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")


def _moment(told: dict[str, Any]) -> datetime:
    try:
        return datetime.fromisoformat(str(told["expirationDateTime"]))
    except (KeyError, ValueError) as error:
        raise RetryableError("a subscription is made, and the answer does not say how long it lasts") from error
