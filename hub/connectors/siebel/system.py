"""Siebel Clinical over its REST services: sites and their visits are read page by page, subjects are written.

Its lists are asked for by POST with a row to start from, its numbers are texts, its days are MM/DD/YYYY.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import quote
from uuid import NAMESPACE_URL, uuid5

from pydantic import Field

from hub.connectors.declared import read_declared
from hub.connectors.presets import mapping_of
from hub.connectors.rest.client import Asked, Client, Told
from hub.connectors.rest.config import Call, Kind, Listing, Mapped, Rest
from hub.connectors.rest.system import RestSystem
from hub.connectors.rest.tokens import Tokens
from hub.connectors.tried import looked_at
from hub.connectors.troubles import Advice, ForeignError, problem
from hub.connectors.web import Web
from hub.domain.changes import Finding
from hub.domain.errors import HubError, RejectedError, RetryableError
from hub.ports import System

_PACKAGE = "hub.connectors.siebel"
_SITES = "siebel/v1.0/service/LS Clinical Protocol Site Query/querypage/"
_SUBJECT = "siebel/v1.0/workflow/LS Clinical Subject Inbound-Subject"
_ADVICE = Advice(
    "base_url (host and port) and sites_path",
    "user and password of auth",
    "the business service to be opened for REST, for a responsibility of the hub's user",
)
_OF_VISITS_ADVICE = replace(_ADVICE, address="base_url (host and port) and visits_path")
_NEEDED = ("Encounter Date", "Screening Number", "Site Number")
_STATUS = "Status"
_PATHS = {"site": "sites", "monitoring_visit": "visits"}
_OF_VISITS = ("type", "status", "start")
_OBJECT = "LS Clinical Subject Internal"


class Siebel(Web):
    """One Siebel and one protocol in it."""

    connector: Literal["siebel"] = "siebel"
    protocol: str = Field(min_length=1)
    """Protocol Number."""
    size: int = Field(100, ge=2, le=1000)
    every_s: float = Field(300.0, gt=0)
    sites_path: str = _SITES
    subject_path: str = _SUBJECT
    visits_path: str = ""
    """Service that gives the protocol's sites with their visits; it asks as the one of sites does. Empty: not read."""
    visits_in: str = "Site Visits"
    """What the list of visits of a site is called there."""
    writes_subjects: bool = False
    kinds: Mapping[str, Any] = {}
    """What differs from mapping.yaml."""


class Dialect:
    """Stands where the rest connector's client stands."""

    def __init__(self, client: Client, config: Siebel) -> None:
        self._client = client
        self._config = config

    def ask(self, asked: Asked) -> Told:
        """Read a page of sites, or write a subject. Errors of `hub.ports`."""
        if asked.method != "GET":
            return self._subject(asked)
        return self._visits(asked) if asked.url.partition("#")[0] == "visits" else self._page(asked)

    def bare(self, url: str) -> str:
        """Return the address: it holds no key."""
        return url

    def _page(self, asked: Asked) -> Told:
        told, found = self._sites(self._config.sites_path, asked.params.get("offset", "0"), {})
        items = [
            {"Protocol Number": self._config.protocol, **one} if isinstance(one, Mapping) else one for one in found
        ]
        return Told({"items": items}, told.headers)

    def _visits(self, asked: Asked) -> Told:
        """Return the visits of a page of sites, each with the number of its site; pages go by sites."""
        start = int(asked.url.partition("#")[2] or "0")
        told, sites = self._sites(self._config.visits_path, str(start), {"UserId": "*"})
        last = str(told.body.get("LastPage", "true")).lower() == "true" or not sites
        items = [visit for site in sites for visit in self._of_site(site)]
        return Told({"items": items, "next": None if last else f"visits#{start + len(sites)}"}, told.headers)

    def _of_site(self, site: Any) -> list[Any]:
        if not isinstance(site, Mapping):
            return [site]
        visits = site.get(self._config.visits_in)
        of = {"Protocol Number": self._config.protocol, "Site Number": site.get("Site Number")}
        listed = visits if isinstance(visits, list) else [visits] if visits else []  # one visit is no list
        return [{**of, **one} if isinstance(one, Mapping) else one for one in listed]

    def _sites(self, path: str, start: str, more: Mapping[str, str]) -> tuple[Told, list[Any]]:
        body = {**more, "Protocol Number": self._config.protocol, "PageSize": str(self._config.size)}
        told = self._client.ask(Asked("POST", quote(path), {}, {}, {"body": {**body, "StartRowNum": start}}))
        if not isinstance(told.body, Mapping) or "NumOutputObjects" not in told.body:
            raise ForeignError(f"{self._config.name}: the answer is no page of sites (NumOutputObjects is missing)")
        data = told.body.get("SiteData")
        sites = data.get("Sites") if isinstance(data, Mapping) else None
        found = sites if isinstance(sites, list) else [sites] if sites else []  # one site is no list
        if not found and str(told.body["NumOutputObjects"]) not in ("0", ""):
            raise RetryableError(f"{self._config.name}: the page says it has sites, and has none")
        return told, found

    def _subject(self, asked: Asked) -> Told:
        _, _, known = asked.url.partition("/")
        key = known or str(uuid5(NAMESPACE_URL, asked.headers["Idempotency-Key"]))
        body = {**dict(asked.body or {}), "Protocol Number": self._config.protocol, "Integration Id": key}
        needed = _NEEDED if known else (*_NEEDED, _STATUS)
        if missing := [name for name in needed if not body.get(name)]:
            raise RejectedError(f"{self._config.name}: Siebel wants {', '.join(missing)} with each subject")
        told = self._client.ask(Asked("POST", quote(self._config.subject_path), {}, {}, enveloped(body)))
        if not isinstance(told.body, Mapping):
            raise RetryableError(f"{self._config.name}: the answer to a subject is no object")
        return Told(body, told.headers)


def _lacking(rules: Mapping[str, Mapped]) -> list[str]:
    """Return what of visits nobody has named; a service for them is the customer's own."""
    rule = rules.get("monitoring_visit")
    fields = rule.fields if rule else {}
    lacks = [f"fields.{name}" for name in _OF_VISITS if name not in fields]
    return [*([] if rule is None or rule.id else ["id"]), *lacks]


def enveloped(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a subject as the service takes it: a Siebel hierarchy, its status a part of its own with its day."""
    subject = {name: value for name, value in body.items() if name != _STATUS}
    if body.get(_STATUS):
        state = {_STATUS: body[_STATUS], "Status Date": body["Encounter Date"]}
        subject["ListOfClinical Subject Status"] = {"Clinical Subject Status": [state]}
    about = {"MessageId": "", "MessageType": "Integration Object", "IntObjectName": _OBJECT}
    whole = {**about, "IntObjectFormat": "Siebel Hierarchical", f"ListOf{_OBJECT}": {"Clinical Subject": [subject]}}
    return {"OutputIntObjectName": whole}


class SiebelSystem(RestSystem):
    """`Source`, `Target` and `Inspector`."""

    def __init__(self, config: Siebel, clock: Callable[[], datetime]) -> None:
        self._siebel = config
        self._rules = mapping_of(_PACKAGE, config.kinds)
        super().__init__(_rest(config, self._rules), clock, dialect=lambda client: Dialect(client, config))

    def check(self) -> Iterator[Finding]:
        """Try out address, sign-in and the site service."""
        try:
            page = self.pull("site", None)
        except HubError as error:
            yield Finding("sites", problem=problem(error, _ADVICE))
            return
        told = f"{len(page.changes)} sites of {self._siebel.protocol} on the first page, {len(page.rejects)} set aside"
        yield Finding("sites", seen=told)
        yield from self._visits()

    def discover(self) -> Mapping[str, Any]:
        """Return the protocol, the fields of each kind by mapping.yaml, and what its first rows are called there."""
        there, refused = looked_at(_PATHS, lambda kind: self._named(_PATHS[kind]), _OF_VISITS_ADVICE)
        return {
            "studies": [self._siebel.protocol],
            "kinds": {
                kind: {name: one.field for name, one in rule.fields.items()} for kind, rule in self._rules.items()
            },
            "there": there,
            **refused,
        }

    def _visits(self) -> Iterator[Finding]:
        if not self._siebel.visits_path:
            return
        about = "monitoring_visit"
        if lacks := _lacking(self._rules):
            told = f"Oracle documents no names for visits: set {', '.join(lacks)} under kinds.{about} to those of this"
            yield Finding(about, problem=f"{told} service; `discover` shows them under `there`")
            return
        try:
            page = self.pull(about, None)
        except HubError as error:
            yield Finding(about, problem=problem(error, _OF_VISITS_ADVICE))
            return
        yield Finding(about, seen=f"{len(page.changes)} on the first page, {len(page.rejects)} set aside")

    def _named(self, path: str) -> list[str]:
        if path == "visits" and not self._siebel.visits_path:
            return []
        items = self._client.ask(Asked("GET", path, {}, {})).body["items"]
        return sorted({str(name) for one in items if isinstance(one, Mapping) for name in one})


def read_config(text: str) -> Siebel:
    """Return what the YAML *text* declares. UsageError names the first thing wrong, without its value."""
    return read_declared(Siebel, text, "siebel system")


def opened(text: str, _tokens: Callable[[], Tokens] | None) -> System:
    """Make the system of its YAML. UsageError names the first key that is wrong."""
    siebel = SiebelSystem(read_config(text), lambda: datetime.now(UTC))
    target = siebel if siebel.capabilities.writable else None
    return System(siebel.name, siebel.kinds, siebel, target, siebel.every_s, siebel.rate_per_s, siebel)


def _rest(config: Siebel, rules: Mapping[str, Mapped]) -> Rest:
    listing = Listing(path="sites", items="items", paging="offset", size=config.size)
    visits = Listing(path="visits", items="items", paging="next_url", next="next", size=config.size, size_param=None)
    calls = {"create": Call(method="POST", path="subject"), "update": Call(method="PUT", path="subject/{id}")}
    ways: Mapping[str, Mapping[str, Any]] = {
        "site": {"list": listing},
        "subject_status": calls if config.writes_subjects else {},
        "monitoring_visit": {"list": visits} if config.visits_path and not _lacking(rules) else {},
    }
    kinds = {
        kind: Kind(**{name: getattr(rule, name) for name in Mapped.model_fields}, **ways[kind])
        for kind, rule in rules.items()
        if ways.get(kind)
    }
    return Rest(
        name=config.name,
        base_url=config.base_url,
        auth=config.auth,
        every_s=config.every_s,
        rate_per_s=config.rate_per_s,
        timeout_s=config.timeout_s,
        max_mib=config.max_mib,
        kinds=kinds,
    )
