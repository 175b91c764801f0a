"""A server tells the hub's address of changes: one Subscription a kind, kept alive beside polling.

R4 is told criteria, R5 a topic that the server has. Nothing of a record is asked for in the call: it says to read.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog

from hub.connectors.fhir.config import Fhir, Notify
from hub.connectors.fhir.mapping import check, way_of
from hub.connectors.fhir.parts import KEY_SYSTEM, Resource, kept
from hub.connectors.references import secret_of
from hub.connectors.rest.client import Asked, Client
from hub.domain.errors import HubError

log = structlog.get_logger()
_JSON = "application/fhir+json"
_LASTS = timedelta(days=7)
_LOOK_EVERY = timedelta(hours=1)
"""Servers end a Subscription whose address did not answer for a while."""


class Subscriptions:
    """Keeps one Subscription for each kind. None of its failures is more than a line of the log: all is polled."""

    def __init__(self, client: Client, config: Fhir, clock: Callable[[], datetime]) -> None:
        self._client, self._config, self._clock = client, config, clock
        self._due: dict[str, datetime] = {}

    def keep(self, kind: str) -> None:
        """See to it that the server tells of changes of *kind*, where that is wanted; looks once an hour."""
        notify, now = self._config.notify, self._clock()
        if notify is None or now < self._due.get(kind, now):
            return
        self._due[kind] = now + _LOOK_EVERY
        try:
            self._kept(kind, notify, now)
        except HubError as error:  # what it would tell is read all the same, only later
            log.warning("subscription_not_kept", system=self._config.name, kind=kind, reason=str(error))

    def _kept(self, kind: str, notify: Notify, now: datetime) -> None:
        wanted = wanted_of(kind, self._config, notify, now + _LASTS)
        check(wanted, self._config.version)
        found = self._found(wanted, notify)
        if found is None:
            self._client.ask(Asked("POST", "Subscription", {}, {"Accept": _JSON}, wanted))
        elif found.get("status") not in ("active", "requested") or _ends(found, now) < now + _LASTS / 3:
            changed = {**wanted, "id": found["id"]}
            self._client.ask(Asked("PUT", f"Subscription/{found['id']}", {}, {"Accept": _JSON}, changed))

    def _found(self, wanted: Resource, notify: Notify) -> Mapping[str, Any] | None:
        told = self._client.ask(Asked("GET", "Subscription", {"url": notify.url}, {"Accept": _JSON}))
        entries = told.body.get("entry") if isinstance(told.body, Mapping) else None
        for entry in entries if isinstance(entries, list) else []:
            one = entry.get("resource") if isinstance(entry, Mapping) else None
            if isinstance(one, Mapping) and isinstance(one.get("id"), str) and _about(one) == _about(wanted):
                return one
        return None


def wanted_of(kind: str, config: Fhir, notify: Notify, until: datetime) -> Resource:
    """Return the Subscription of *kind*: its secret goes along in a header of each call."""
    header, rule = f"Bearer {secret_of(notify.secret)}", config.kinds[kind]
    about, ends = way_of(kind, rule.type).type, until.isoformat(timespec="seconds")
    shared: Resource = {
        "resourceType": "Subscription",
        "status": "requested",
        "reason": f"the liaison hub keeps {kind} in step",
        "end": ends,
    }
    if config.version == "R4":
        narrowed = "&".join(f"{name}={value}" for name, value in rule.search.items())
        channel = {"type": "rest-hook", "endpoint": notify.url, "header": [f"Authorization: {header}"]}
        return {**shared, "criteria": f"{about}?{narrowed}", "channel": channel}
    return {
        **shared,
        "identifier": [{"system": KEY_SYSTEM, "value": f"{config.name}/{kind}"}],
        "topic": notify.topics[kind],
        "channelType": {"code": "rest-hook"},
        "endpoint": notify.url,
        "parameter": [{"name": "Authorization", "value": header}],
        "contentType": _JSON,
        "content": "id-only",
    }


def _about(one: Mapping[str, Any]) -> Resource:
    """Return what a Subscription tells of and whom."""
    channel = one.get("channel")
    told = channel.get("endpoint") if isinstance(channel, Mapping) else one.get("endpoint")
    return kept(criteria=one.get("criteria"), topic=one.get("topic"), endpoint=told)


def _ends(one: Mapping[str, Any], now: datetime) -> datetime:
    """Return when it ends; one that says no end has none, one that cannot be read has ended."""
    told = one.get("end")
    if told is None:
        return now + _LASTS
    try:
        ends = datetime.fromisoformat(str(told))
    except ValueError:
        return now
    return ends if ends.tzinfo else now
