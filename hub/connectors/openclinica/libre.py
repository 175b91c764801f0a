"""LibreClinica, and OpenClinica 3: studies, sites and subjects by SOAP. Each look reads the list whole."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import Field

from hub.connectors.declared import read_declared
from hub.connectors.markup import Part, parts, raw_of
from hub.connectors.openclinica.soap import answered, envelope, hashed, judged
from hub.connectors.presets import mapping_of
from hub.connectors.references import Secret, secret_of
from hub.connectors.rest.client import Asked
from hub.connectors.rest.config import Mapped
from hub.connectors.rest.mapping import read_item
from hub.connectors.rest.tokens import Tokens
from hub.connectors.troubles import Advice, problem
from hub.connectors.web import Web, line_of
from hub.connectors.whole import Place, Whole
from hub.domain.changes import Capabilities, Change, Finding, Page, Reject
from hub.domain.errors import HubError, RejectedError
from hub.ports import System

_PACKAGE = "hub.connectors.openclinica"
_FAULTS = frozenset({500})
_WITHOUT = re.compile(rb"<([\w.-]+:)?subject\b.*?</([\w.-]+:)?subject\s*>", re.DOTALL)
"""The person behind a subject, in an element that is broken."""
Item = dict[str, Any]


class Libre(Web):
    """One LibreClinica and the studies that are read there."""

    connector: Literal["libreclinica"] = "libreclinica"
    user: str
    password: Secret
    studies: tuple[str, ...] = Field(min_length=1)
    """Unique protocol ids, as the user sees them."""
    every_s: float = Field(300.0, gt=0)
    kinds: Mapping[str, Any] = {}
    """What differs from mapping.yaml."""


_ADVICE = Advice(
    "base_url (ends with -ws)",
    "user and password",
    "SOAP web services to be switched on for the user, and a role in each study",
)


class LibreSystem:
    """`Source` and `Inspector`."""

    capabilities = Capabilities()

    def __init__(self, config: Libre, clock: Callable[[], datetime]) -> None:
        self._config = config
        line = line_of(config, clock=clock)
        self._client, self.close = line.client, line.close
        self._rules = mapping_of(_PACKAGE, config.kinds)
        self._whole = Whole()
        self.kinds = tuple(self._rules)

    def pull(self, kind: str, cursor: str | None) -> Page:
        """Return the list of one study, the next one with the next page; see `Source.pull`."""
        rule = self._rules.get(kind)
        if rule is None:
            raise RejectedError(f"{self._config.name}: {kind} is not read from LibreClinica")
        at, place = _place(cursor)
        at %= len(self._config.studies)
        if not self._whole.holds(kind, place):
            study = self._config.studies[at]
            content, items = self._items(kind, study)
            found = (
                _read(kind, rule, raw, item, f"{study}, {kind} {number}") for number, (raw, item) in enumerate(items, 1)
            )
            self._whole.take(kind, content, found, place)
        following = (at + 1) % len(self._config.studies)
        page = self._whole.page(kind, lambda after: json.dumps([at, after] if after else following))
        return replace(page, more=page.more or bool(following))

    def since(self, kind: str, at: datetime) -> str | None:  # noqa: ARG002  # of the port
        """Return None: lists are read whole."""
        return None

    def check(self) -> Iterator[Finding]:
        """Try out address, user, and each study."""
        try:
            seen = {str(item.get("identifier")) for _, item in self._studies()}
        except HubError as error:
            yield Finding("address and sign-in", problem=problem(error, _ADVICE))
            return
        yield Finding("address and sign-in", seen=f"LibreClinica answers; the user sees {len(seen)} studies")
        for study in self._config.studies:
            wrong = "" if study in seen else "is not among the studies the user sees; give the user a role in it"
            yield Finding(study, problem=wrong, seen="is there")

    def discover(self) -> Mapping[str, Any]:
        """Return the studies that the user sees, and the fields of each kind by mapping.yaml."""
        seen = [item.get("identifier") for _, item in self._studies()]
        kinds = {kind: {name: one.field for name, one in rule.fields.items()} for kind, rule in self._rules.items()}
        return {"studies": seen, "kinds": kinds}

    def _items(self, kind: str, study: str) -> tuple[bytes, Iterator[tuple[bytes, Item | str]]]:
        """Return an answer and what it holds, or why a part of it cannot be read."""
        if kind == "subject_status":
            content = self._asked("studySubject", "listAllByStudyRequest", study)
            return content, _subjects(parts(content, ("studySubject",), f"{self._config.name}: subjects"), study)
        content = self._asked("study", "listAllRequest")
        return content, _of_study(kind, self._studies(content), study)

    def _studies(self, content: bytes | None = None) -> Iterator[tuple[Any, Item]]:
        content = content or self._asked("study", "listAllRequest")
        for element in answered(content, f"{self._config.name}: studies").iterfind("{*}studies/{*}study"):
            yield element, _said(element)

    def _asked(self, service: str, operation: str, study: str | None = None) -> bytes:
        password = secret_of(self._config.password)
        where = f"{self._config.name}: {service} {operation.removesuffix('Request')}"
        content = envelope(service, operation, user=self._config.user, password=password, study=study)
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""', "Accept": "text/xml"}
        try:
            got = self._client.fetch(Asked("POST", f"ws/{service}/v1", {}, headers, content=content, accepts=_FAULTS))
            judged(got.content, operation, where)
        except HubError as error:
            for secret in (hashed(password), password):
                if secret in str(error):  # a careless server repeats what it was sent
                    error.args = (str(error).replace(secret, "[secret]"), *error.args[1:])
            raise
        return got.content


def opened(text: str, _tokens: Callable[[], Tokens] | None) -> System:
    """Make the system of its YAML. UsageError names the first key that is wrong."""
    config = read_config(text)
    libre = LibreSystem(config, lambda: datetime.now(UTC))
    return System(config.name, libre.kinds, libre, None, config.every_s, config.rate_per_s, libre)


def read_config(text: str) -> Libre:
    """Return what the YAML *text* declares. UsageError names the first thing wrong, without its value."""
    return read_declared(Libre, text, "libreclinica system")


def _read(kind: str, rule: Mapped, raw: bytes, item: Item | str, where: str) -> Change | Reject:
    if isinstance(item, str):
        return Reject(kind, where, item, raw)
    return replace(read_item(kind, rule, item, where), raw=raw)


def _said(element: Any) -> Item:
    """Return the texts of an element's children by their local names."""
    return {
        child.tag.rpartition("}")[2]: " ".join(child.text.split())
        for child in element
        if isinstance(child.tag, str) and child.text and child.text.strip()
    }


def _place(cursor: str | None) -> tuple[int, Place | None]:
    """Return which study comes next, and where in its list."""
    told = json.loads(cursor or "0")
    return (told, None) if isinstance(told, int) else (int(told[0]), told[1])


def _of_study(kind: str, studies: Iterator[tuple[Any, Item]], known: str) -> Iterator[tuple[bytes, Item | str]]:
    for element, item in studies:
        if item.get("identifier") != known:
            continue
        if kind == "study":
            yield raw_of(element), item
        else:
            yield from _sites(element, known)


def _sites(study: Any, identifier: str) -> Iterator[tuple[bytes, Item]]:
    for site in study.iterfind("{*}sites/{*}site"):
        yield raw_of(site), {**_said(site), "study": identifier}


def _subjects(found: Iterator[Part], study: str) -> Iterator[tuple[bytes, Item | str]]:
    """Yield subjects under their label; sex and date of birth, which the service gives too, are left out."""
    for part in found:
        if part.element is None:
            yield _WITHOUT.sub(b"", part.raw), part.problem
            continue
        element = part.element
        said = {name: value for name, value in _said(element).items() if name in ("label", "enrollmentDate")}
        site = next((one.text for one in element.iterfind(".//{*}siteRef/{*}identifier") if one.text), None)
        item = {**said, "study": study, **({"site": site.strip()} if site else {})}
        label = said.get("label")
        yield _bare(element), item | ({"subject": f"{study}|{label}"} if label else {})


def _bare(element: Any) -> bytes:
    """Return the element's bytes without the person behind it, who has no place in the hub."""
    for person in element.iterfind("{*}subject"):
        element.remove(person)
    return raw_of(element)
