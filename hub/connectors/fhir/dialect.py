"""FHIR's searches and writes in the words of the rest connector: pages of plain items, and bodies of plain fields.

The rest connector knows how to go on after a page, what to ask for again, what a lost answer means. Here a Bundle
becomes its page and a resource its item; creations carry If-None-Exist, changes are made on what is read first.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from hub.connectors.fhir.config import Fhir
from hub.connectors.fhir.mapping import WAYS, check, fields_of, way_of
from hub.connectors.fhir.own import element
from hub.connectors.fhir.parts import KEY_SYSTEM, Resource
from hub.connectors.rest.client import Asked, Client, Told
from hub.connectors.rest.mapping import MISSING
from hub.connectors.troubles import NotThereError
from hub.domain.errors import RejectedError, RetryableError, StaleError

_JSON = "application/fhir+json"
_HISTORY_PAGES = 1000


class Dialect:
    """Stands where the rest connector's client stands; an address carries the kind as its first part."""

    def __init__(self, client: Client, config: Fhir) -> None:
        self._client = client
        self._config = config
        self.resources: dict[str, Any] = {}
        """Of the last page, by id: as they came."""
        self.problems: dict[str, str] = {}
        """Of the last page, by id: why a resource cannot be read."""

    def ask(self, asked: Asked) -> Told:
        """Search or write, as *asked* in the rest connector's words. Errors of `hub.ports`."""
        if asked.method == "GET":
            return self._page(asked)
        kind, _, known = asked.url.partition("/")
        if asked.method == "DELETE":
            return self._deleted(kind, known, asked)
        return self._changed(kind, known, asked) if known else self._created(kind, asked)

    def bare(self, url: str) -> str:
        """Return an address without our key."""
        return self._client.bare(url)

    def _type(self, kind: str) -> str:
        return way_of(kind, self._config.kinds[kind].type).type

    def _page(self, asked: Asked) -> Told:
        kind, _, place = asked.url.partition("|")
        url, _, since = place.partition("#")
        params: dict[str, str] = {}
        if not url:
            since = asked.params.get("_lastUpdated", "")
            url = self._type(kind)
            params = {**self._config.kinds[kind].search, "_count": str(self._config.size), "_sort": "_lastUpdated"}
            if since:
                params["_lastUpdated"] = f"ge{since}"
        told = self._client.ask(Asked("GET", url, params, {"Accept": _JSON}))
        if params and (total := _left_out(told.body)):
            told = self._client.ask(Asked("GET", url, {**params, "_count": str(total)}, {"Accept": _JSON}))
        self.resources, self.problems = {}, {}
        entries = self._entries(told.body, url)
        items = [self._item(kind, entry.get("resource") if isinstance(entry, Mapping) else entry) for entry in entries]
        onward = onward_of(told.body)
        if onward is None and since and self._config.history:
            items += self._gone(kind, since)
        after = f"{kind}|{onward}#{since}" if onward else None
        return Told({"items": items, "next": after}, told.headers)

    def _entries(self, body: Any, url: str) -> list[Any]:
        if not isinstance(body, Mapping) or body.get("resourceType") != "Bundle":
            raise RetryableError(f"{self._config.name}: the answer to {url} is no Bundle")
        entries = body.get("entry", [])
        if not isinstance(entries, list) or (not entries and not isinstance(body.get("link", []), list)):
            raise RetryableError(f"{self._config.name}: the Bundle of {url} has no list of entries")
        return [one for one in entries if not _is_outcome(one)]

    def _item(self, kind: str, resource: Any) -> Any:
        """Return the item of a resource; why one cannot be read is noted among the problems."""
        if not isinstance(resource, Mapping):
            return resource
        meta = resource.get("meta")
        known = meta if isinstance(meta, Mapping) else {}
        item = {"_id": resource.get("id"), "_version": known.get("versionId"), "_changed": known.get("lastUpdated")}
        own = str(resource.get("id"))
        self.resources[own] = resource
        study = self._config.kinds[kind].study
        try:
            fields = fields_of(dict(resource), kind, self._config.version)
        except RejectedError as error:
            self.problems[own] = str(error)
            return item
        rules = self._config.kinds[kind].fields
        told = {f"_own.{name}": element(resource, one.field) for name, one in rules.items()}
        ours = {name: value for name, value in told.items() if value is not MISSING}
        return {**item, **({"study_id": study} if study else {}), **fields, **ours}

    def _gone(self, kind: str, since: str) -> list[Any]:
        """Return the resources of a type that were deleted since, by its history: newest first."""
        seen: set[str] = set()
        items = []
        url: str | None = f"{self._type(kind)}/_history?{urlencode({'_since': since, '_count': '1000'})}"
        for _ in range(_HISTORY_PAGES):
            told = self._client.ask(Asked("GET", str(url), {}, {"Accept": _JSON}))
            for entry in self._entries(told.body, str(url)):
                known = _id_of(entry)
                if known and known not in seen:
                    seen.add(known)
                    items += [{"_id": known, "_gone": True}] if _is_deletion(entry) else []
            url = onward_of(told.body)
            if url is None:
                return items
        raise RetryableError(f"{self._config.name}: the history of {self._type(kind)} has no end")

    def _created(self, kind: str, asked: Asked) -> Told:
        key = asked.headers["Idempotency-Key"]
        resource = self._written(kind, dict(asked.body or {}), {})
        resource["identifier"] = [*resource.get("identifier", []), {"system": KEY_SYSTEM, "value": key}]
        check(resource, self._config.version)
        headers = {"If-None-Exist": urlencode({"identifier": f"{KEY_SYSTEM}|{key}"}), "Prefer": "return=representation"}
        told = self._client.ask(Asked("POST", self._type(kind), {}, {**headers, "Accept": _JSON}, resource))
        return replace(told, body=self._receipt(kind, told.body))

    def _changed(self, kind: str, known: str, asked: Asked) -> Told:
        """Make a change on the resource as it is; nothing is written where it holds all of it already."""
        url = f"{self._type(kind)}/{known}"
        now = self._client.ask(Asked("GET", url, {}, {"Accept": _JSON}))
        if not isinstance(now.body, Mapping):
            raise RetryableError(f"{self._config.name}: the answer to {url} is no resource")
        held = fields_of(dict(now.body), kind, self._config.version)
        wanted = dict(asked.body or {})
        if all(held.get(name) == value for name, value in wanted.items()):
            return replace(now, body=self._receipt(kind, now.body))
        version = _version(now.body)
        expected = asked.headers.get("If-Match", "").strip('"')
        if expected and version is not None and expected != version:
            raise StaleError(f"{self._config.name}: {url} has version {version} and not {expected}")
        resource = self._written(kind, {**held, **wanted}, now.body)
        check(resource, self._config.version)
        mark = expected or version
        headers = {"Prefer": "return=representation", **({"If-Match": f'W/"{mark}"'} if mark else {})}
        told = self._client.ask(Asked("PUT", url, {}, {**headers, "Accept": _JSON}, resource))
        return replace(told, body=self._receipt(kind, told.body))

    def _deleted(self, kind: str, known: str, asked: Asked) -> Told:
        try:
            return self._client.ask(Asked("DELETE", f"{self._type(kind)}/{known}", {}, _weak(asked.headers)))
        except NotThereError:  # it is gone, as was asked for
            return Told({}, {})

    def _written(self, kind: str, fields: Mapping[str, Any], now: Mapping[str, Any]) -> Resource:
        """Return the resource with our elements; those of others stay as they are."""
        way = WAYS[kind][0]
        if way.write is None:  # pragma: no cover  # the first way of each kind writes
            raise RejectedError(f"{self._config.name}: a {kind} is only read from FHIR")
        made = way.write(fields, self._config.version)
        identifiers = [one for one in now.get("identifier", []) if _is_key(one)]
        if identifiers:
            made["identifier"] = [*made.get("identifier", []), *identifiers]
        return {**{name: value for name, value in now.items() if name != "text"}, **made}

    def _receipt(self, kind: str, resource: Any) -> Any:
        return self._item(kind, resource) if isinstance(resource, Mapping) and resource else {}


def onward_of(body: Any) -> str | None:
    """Return the address of the page of a Bundle that comes next, None where there is none."""
    links = body.get("link") if isinstance(body, Mapping) else None
    for one in links if isinstance(links, list) else ():
        if isinstance(one, Mapping) and one.get("relation") == "next" and isinstance(one.get("url"), str):
            return str(one["url"])
    return None


def _left_out(body: Any) -> int:
    """Return how many there are in all where the server gives fewer and no way to the others; 0 elsewhere."""
    total = body.get("total") if isinstance(body, Mapping) else None
    entries = body.get("entry", []) if isinstance(body, Mapping) else None
    if type(total) is not int or not isinstance(entries, list) or onward_of(body) is not None:
        return 0
    return total if total > len(entries) else 0


def _is_outcome(entry: Any) -> bool:
    """A server may put remarks on the search among what it found."""
    resource = entry.get("resource") if isinstance(entry, Mapping) else None
    return isinstance(resource, Mapping) and resource.get("resourceType") == "OperationOutcome"


def _is_deletion(entry: Any) -> bool:
    request = entry.get("request") if isinstance(entry, Mapping) else None
    return isinstance(request, Mapping) and request.get("method") == "DELETE"


def _id_of(entry: Any) -> str | None:
    resource = entry.get("resource") if isinstance(entry, Mapping) else None
    if isinstance(resource, Mapping) and isinstance(resource.get("id"), str):
        return str(resource["id"])
    request = entry.get("request") if isinstance(entry, Mapping) else None
    url = request.get("url") if isinstance(request, Mapping) else None
    parts = str(url or "").partition("/_history")[0].rpartition("/")
    return parts[2] or None


def _version(resource: Mapping[str, Any]) -> str | None:
    meta = resource.get("meta")
    told = meta.get("versionId") if isinstance(meta, Mapping) else None
    return told if isinstance(told, str) else None


def _is_key(identifier: Any) -> bool:
    return isinstance(identifier, Mapping) and identifier.get("system") == KEY_SYSTEM


def _weak(headers: Mapping[str, str]) -> dict[str, str]:
    mark = headers.get("If-Match", "").strip('"')
    return {"If-Match": f'W/"{mark}"'} if mark else {}
