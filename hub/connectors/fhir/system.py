"""A FHIR server as a system of the hub."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields as fields_in
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hub.connectors.fhir.config import Fhir, read_config
from hub.connectors.fhir.dialect import Dialect, onward_of
from hub.connectors.fhir.mapping import lost, way_of
from hub.connectors.fhir.subscription import Subscriptions
from hub.connectors.rest.client import Asked, Client
from hub.connectors.rest.config import Call, Deleted, Listing, Rest, Since, Value
from hub.connectors.rest.config import Kind as RestKind
from hub.connectors.rest.system import RestSystem
from hub.connectors.rest.tokens import Tokens
from hub.connectors.troubles import Advice, ForeignError, problem
from hub.domain.changes import Change, Finding, Page, Push, Receipt, Reject
from hub.domain.errors import HubError
from hub.domain.records.kinds import KINDS
from hub.ports import System

_STUDY = "ResearchStudy"
_PAGES = 50
"""Of studies, that are looked through."""
_JSON = {"Accept": "application/fhir+json"}


_ADVICE = Advice(
    "base_url (of FHIR itself)", "auth", "read and search of this type (SMART: a system scope) for the client"
)


class FhirSystem:
    """`Source`, `Target` and `Inspector`; reads and writes through the rest connector, in FHIR's dialect."""

    def __init__(self, config: Fhir, clock: Callable[[], datetime], tokens: Callable[[], Tokens] | None = None) -> None:
        self._config = config
        self._rest = RestSystem(_rest(config), clock, tokens, dialect=self._spoken)
        self.kinds = self._rest.kinds
        self.capabilities = self._rest.capabilities
        self.close = self._rest.close
        self._subscriptions = Subscriptions(self._client, config, clock)

    def _spoken(self, client: Client) -> Dialect:
        self._client = client
        self._dialect = Dialect(client, self._config)
        return self._dialect

    def pull(self, kind: str, cursor: str | None) -> Page:
        """Return the next page; see `Source.pull`. Records and rejects carry the resource as it came.

        Keeps the Subscription alive where one is configured.
        """
        page = self._rest.pull(kind, cursor)
        if not page.more:
            self._subscriptions.keep(kind)
        read: list[Change] = []
        rejects = list(page.rejects)
        for change in page.changes:
            problem = self._dialect.problems.get(change.external_id)
            raw = self._raw(change.external_id) or change.raw
            if problem is None:
                read.append(replace(change, raw=raw))
            else:
                where = f"{way_of(kind, self._config.kinds[kind].type).type}/{change.external_id}"
                rejects.append(Reject(kind, where, problem, raw, change.external_id))
        return replace(page, changes=tuple(read), rejects=tuple(rejects))

    def since(self, kind: str, at: datetime) -> str | None:
        """Return a cursor that begins at a time; see `Source.since`."""
        return self._rest.since(kind, at)

    def push(self, change: Push, *, idempotency_key: str, precondition: str | None) -> Receipt:
        """Write a record; see `Target.push`."""
        return self._rest.push(change, idempotency_key=idempotency_key, precondition=precondition)

    def check(self) -> Iterator[Finding]:
        """Try out the address and its version, then a search of each type."""
        try:
            told = self._client.ask(Asked("GET", "metadata", {}, _JSON)).body
        except HubError as error:
            yield Finding("address", problem=problem(error, _ADVICE))
            return
        version = told.get("fhirVersion") if isinstance(told, Mapping) else None
        if not isinstance(version, str):
            yield Finding("version", problem="the server tells no fhirVersion at metadata; is base_url that of FHIR?")
            return
        if not version.startswith({"R4": "4.", "R5": "5."}[self._config.version]):
            wanted = f"set version, or base_url to that of {self._config.version}"
            yield Finding("version", problem=f"the server says {version}; {wanted}")
            return
        yield Finding("version", seen=version)
        types = _types(told)
        for kind in self.kinds:
            if lacks := self._unwritable(kind, types):
                yield Finding(kind, problem=lacks)
            try:
                page = self.pull(kind, None)
            except HubError as error:
                yield Finding(kind, problem=problem(error, _ADVICE))
            else:
                seen = f"{len(page.changes)} on the first page, {len(page.rejects)} set aside"
                yield Finding(kind, seen=f"{seen}{self._left_out(kind)}")

    def discover(self) -> Mapping[str, Any]:
        """Return the ids of its studies (of 50 pages), and its types with what it lets us do to each.

        Where it has studies and does not give them, or not all of them, `refused` says why; what was read is told.
        """
        types = _types(self._client.ask(Asked("GET", "metadata", {}, _JSON)).body)
        studies, missing = self._studies() if _STUDY in types else ([], "")
        kinds = {kind: sorted(_names(kind)) for kind in self.kinds}
        return {
            "studies": studies,
            "types": types,
            "kinds": kinds,
            **({"refused": {"studies": missing}} if missing else {}),
        }

    def _studies(self) -> tuple[list[str], str]:
        """Return the ids that were read, and why there may be others; nothing where all were read."""
        known, params = set[str](), {"_count": "100"}
        url: str | None = _STUDY
        for number in range(1, _PAGES + 1):
            try:
                found = self._client.ask(Asked("GET", str(url), params, _JSON)).body
                if not isinstance(found, Mapping) or found.get("resourceType") != "Bundle":
                    raise ForeignError(f"{self._config.name}: the answer is no Bundle")
                known |= _ids_of(found, _STUDY)
                url, params = onward_of(found), {}
            except HubError as error:
                read = f"not whole: {len(known)} were read before page {number} failed: " if number > 1 else ""
                return sorted(known), read + problem(error, _ADVICE)
            if url is None:
                return sorted(known), ""
        return sorted(known), f"not whole: {len(known)} were read of {_PAGES} pages, and the server has more"

    def _unwritable(self, kind: str, types: Mapping[str, list[str]]) -> str:
        """Return which of the ways of writing the server says it does not have; nothing where it says nothing."""
        name = way_of(kind, self._config.kinds[kind].type).type
        able = types.get(name) or []
        lacks = [one for one in ("create", "update") if able and one not in able]
        if not lacks or not self._config.kinds[kind].write:
            return ""
        return f"the server says it takes no {' and no '.join(lacks)} of {name}: leave out `write`, or have it opened"

    def _left_out(self, kind: str) -> str:
        names = sorted(lost(kind, self._config.version))
        if not names or not self._config.kinds[kind].write:
            return ""
        return f"; {', '.join(names)} {'has' if len(names) == 1 else 'have'} no place in it and will not be written"

    def _raw(self, known: str) -> bytes | None:
        found = self._dialect.resources.get(known)
        return None if found is None else json.dumps(found, ensure_ascii=False).encode(errors="backslashreplace")


def _types(told: Any) -> dict[str, list[str]]:
    """Return the types of a CapabilityStatement, with what it says may be done to each."""
    rest: Mapping[str, Any] = next(iter(told.get("rest") or ()), {}) if isinstance(told, Mapping) else {}
    return {
        str(one.get("type")): sorted(str(way.get("code")) for way in one.get("interaction") or ())
        for one in rest.get("resource") or ()
    }


def _ids_of(bundle: Any, type: str) -> set[str]:
    """Return the ids of the resources of a *type*; a server may put remarks beside them."""
    entries = bundle.get("entry") if isinstance(bundle, Mapping) else None
    resources = (
        [one.get("resource") for one in entries if isinstance(one, Mapping)] if isinstance(entries, list) else []
    )
    found = [one for one in resources if isinstance(one, Mapping) and one.get("resourceType") == type]
    return {str(one["id"]) for one in found if one.get("id")}


def opened(text: str, tokens: Callable[[], Tokens] | None) -> System:
    """Make the system of its YAML. UsageError names the first key that is wrong."""
    config = read_config(text)
    fhir = FhirSystem(config, lambda: datetime.now(UTC), tokens)
    target = fhir if fhir.capabilities.writable else None
    return System(config.name, fhir.kinds, fhir, target, config.every_s, config.rate_per_s, fhir)


def _names(kind: str) -> list[str]:
    return [one.name for one in fields_in(KINDS[kind])]


def _rest(config: Fhir) -> Rest:
    """Return what the rest connector is to do: the same for every kind."""
    return Rest(
        name=config.name,
        base_url=config.base_url,
        auth=config.auth,
        every_s=config.every_s,
        rate_per_s=config.rate_per_s,
        timeout_s=config.timeout_s,
        max_mib=config.max_mib,
        kinds={kind: _kind(kind, config) for kind in config.kinds},
    )


def _kind(kind: str, config: Fhir) -> RestKind:
    writes = config.kinds[kind].write
    gone = Deleted(field="_gone") if config.history else None
    told = {name: Value(field=name, read_only=name in lost(kind, config.version)) for name in _names(kind)}
    own = config.kinds[kind].fields
    told |= {name: one.model_copy(update={"field": f"_own.{name}", "read_only": True}) for name, one in own.items()}
    return RestKind(
        list=Listing(path=f"{kind}|", items="items", paging="next_url", next="next", size=config.size, size_param=None),
        since=Since(param="_lastUpdated", overlap_s=config.overlap_s),
        id="_id",
        version="_version",
        changed_at="_changed",
        deleted=gone,
        fields=told,
        create=Call(method="POST", path=kind) if writes else None,
        update=Call(method="PUT", path=f"{kind}/{{id}}") if writes else None,
        delete=Call(method="DELETE", path=f"{kind}/{{id}}") if writes else None,
    )
