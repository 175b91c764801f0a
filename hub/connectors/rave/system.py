"""A Rave URL as a system of the hub: audits as the main stream, lists of studies, sites and users beside it."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace as with_parts
from datetime import UTC, datetime
from typing import Any

from hub.connectors.markup import parts
from hub.connectors.presets import mapping_of
from hub.connectors.rave.answers import reason_of, refused
from hub.connectors.rave.config import Rave, read_config
from hub.connectors.rave.feed import Feed
from hub.connectors.rave.lists import LISTINGS
from hub.connectors.rave.window import fresh, numbers_of, runs_of
from hub.connectors.rave.writing import TAKES, Writer
from hub.connectors.rest.client import Asked
from hub.connectors.rest.mapping import read_item
from hub.connectors.rest.tokens import Tokens
from hub.connectors.troubles import Advice, NotThereError, problem
from hub.connectors.web import line_of
from hub.connectors.whole import Place, Whole
from hub.domain.changes import Capabilities, Change, Finding, Page, Push, Receipt, Reject
from hub.domain.errors import HubError, RejectedError, RetryableError
from hub.ports import System

_PACKAGE = "hub.connectors.rave"
_ORDER = ("study", "site", "contact", "subject_status", "query", "deviation")
_ADVICE = Advice(
    "base_url (https://.../RaveWebServices) and studies (Project(Environment))",
    "user and password of auth",
    "the right to this data set of Rave Web Services for the hub's user",
)
_FED = ("subject_status", "query", "deviation")


class RaveSystem:
    """`Source`, `Target` and `Inspector`."""

    def __init__(self, config: Rave, clock: Callable[[], datetime]) -> None:
        self._config = config
        line = line_of(config, clock=clock, reason=reason_of)
        self._client, self._close = line.client, line.close
        self._rules = mapping_of(_PACKAGE, config.kinds)
        self._whole = Whole()
        self._writer = Writer(self._client, config, self._rules, clock)
        self.kinds = tuple(kind for kind in _ORDER if kind in self._rules)
        writes = config.metadata_version is not None
        self.capabilities = Capabilities(
            deletes=True,
            writable=frozenset(kind for kind in TAKES if kind in self._rules) if writes else frozenset(),
            takes=TAKES if writes else {},
        )
        fed = {kind for kind in self._rules if self._is_fed(kind)}
        self._feed = Feed(self._client, config, fed - self.capabilities.writable)

    def close(self) -> None:
        """Let go of connections and of what was kept of the feed."""
        self._close()
        self._feed.close()

    def pull(self, kind: str, cursor: str | None) -> Page:
        """Return the next page; see `Source.pull`. Studies are read one after the other."""
        rule = self._rules.get(kind)
        if rule is None:
            raise RejectedError(f"{self._config.name}: {kind} is not read from Rave")
        state = {"at": 0, "start": None, "studies": {}, **(json.loads(cursor) if cursor else {})}
        at = int(state["at"])
        study = self._config.studies[at] if at < len(self._config.studies) else self._config.studies[0]
        if not self._is_fed(kind):
            return self._listed(kind, study, at, state.get("place"), begun=cursor is not None)
        known = state["studies"].get(study, {"start": 1, "seen": []})
        seen = numbers_of(known["seen"])
        written = kind in self.capabilities.writable
        audits = self._feed.page(kind, rule, study, int(state["start"] or known["start"]), anew=written)
        changes, rejects = _sorted(fresh(audits.found, seen))
        seen |= audits.numbers
        again = max(1, max(seen, default=0) + 1 - self._config.overlap)
        left = runs_of(number for number in seen if number >= again)
        studies = {**state["studies"], study: {"start": again, "seen": left}}
        if audits.onward is not None:
            onward = {"at": at, "start": audits.onward, "studies": studies}
            return Page(changes, json.dumps(onward), more=True, rejects=rejects)
        return self._after(at, {"studies": studies}, changes, rejects)

    def since(self, kind: str, at: datetime) -> str | None:  # noqa: ARG002  # of the port
        """Return None: audits are asked for by their number, and no time is known of one."""
        return None

    def push(self, change: Push, *, idempotency_key: str, precondition: str | None) -> Receipt:  # noqa: ARG002  # of the port
        """Write a subject or the state of a query; see `Target.push`. Rave knows no preconditions."""
        return self._writer.push(change, idempotency_key)

    def check(self) -> Iterator[Finding]:
        """Try out the address, the sign-in, and the right to each list and feed of each study."""
        try:
            seen = self._studies()
        except HubError as error:
            yield Finding("address and sign-in", problem=problem(error, _ADVICE))
            return
        yield Finding("address and sign-in", seen=f"Rave answers; the user sees {len(seen)} studies")
        for study in self._config.studies:
            if study not in seen:
                told = "is not among the studies the user sees; have it assigned, and check its spelling"
                yield Finding(study, problem=f"{told} (Project(Environment))")
                continue
            for kind in self.kinds:
                yield self._right(kind, study)

    def discover(self) -> Mapping[str, Any]:
        """Return the studies that the user sees, and the fields of each kind by mapping.yaml."""
        return {
            "studies": sorted(self._studies()),
            "kinds": {kind: {name: one.field for name, one in self._rules[kind].fields.items()} for kind in self.kinds},
        }

    def _is_fed(self, kind: str) -> bool:
        """Tell whether a kind is read from the audits; the others come in lists."""
        return kind in _FED and not (kind == "subject_status" and self._config.subjects == "list")

    def _studies(self) -> set[str]:
        where = f"{self._config.name}: studies"
        got = self._client.fetch(Asked("GET", "studies", {}, {"Accept": "text/xml"}))
        refused(got.content, where)
        read = parts(got.content, ("Study",), where)
        found = (one.element.get("OID") for one in read if one.element is not None)
        return {str(oid) for oid in found if oid}

    def _right(self, kind: str, study: str) -> Finding:
        try:
            if self._is_fed(kind):
                found = tuple(one for _, one in self._feed.page(kind, self._rules[kind], study, 1).found)
            else:
                found = tuple(self._entries(self._listing(kind, study), kind, study))
        except HubError as error:
            return Finding(f"{kind} of {study}", problem=problem(error, _ADVICE))
        aside = sum(isinstance(one, Reject) for one in found)
        return Finding(f"{kind} of {study}", seen=f"{len(found)} on the first page, {aside} of them set aside")

    def _listed(self, kind: str, study: str, at: int, place: Place | None, *, begun: bool) -> Page:
        if not self._whole.holds(kind, place):
            try:
                content = self._listing(kind, study)
            except NotThereError as error:
                if not begun:
                    raise
                raise RetryableError(f"{error}; asked again later") from error
            self._whole.take(kind, content, self._entries(content, kind, study), place)
        following = (at + 1) % len(self._config.studies)
        page = self._whole.page(
            kind,
            lambda after: json.dumps({"at": at, "place": after} if after else {"at": following}),
        )
        return with_parts(page, more=page.more or bool(following))

    def _listing(self, kind: str, study: str) -> bytes:
        listing = LISTINGS[kind]
        got = self._client.fetch(Asked("GET", listing.path(study), listing.params(study), {"Accept": "text/xml"}))
        refused(got.content, f"{self._config.name}: {kind} of {study}")
        return got.content

    def _entries(self, content: bytes, kind: str, study: str) -> Iterator[Change | Reject]:
        listing, rule = LISTINGS[kind], self._rules[kind]
        found = parts(content, (listing.tag,), f"{self._config.name}: {kind} of {study}")
        for number, part in enumerate(found, 1):
            place = f"{study}, {listing.tag} {number}"
            if part.element is None:
                yield Reject(kind, place, part.problem, part.raw)
                continue
            for item in listing.read(part.element, study):
                yield with_parts(read_item(kind, rule, item, place), raw=part.raw)

    def _after(
        self, at: int, state: Mapping[str, Any], changes: tuple[Change, ...], rejects: tuple[Reject, ...]
    ) -> Page:
        """Return the last page of a study: the next one comes after it, or the next look begins with the first."""
        more = at + 1 < len(self._config.studies)
        return Page(changes, json.dumps({**state, "at": at + 1 if more else 0}), more=more, rejects=rejects)


def opened(text: str, _tokens: Callable[[], Tokens] | None) -> System:
    """Make the system of its YAML. UsageError names the first key that is wrong."""
    config = read_config(text)
    rave = RaveSystem(config, lambda: datetime.now(UTC))
    target = rave if rave.capabilities.writable else None
    return System(config.name, rave.kinds, rave, target, config.every_s, config.rate_per_s, rave)


def _sorted(found: tuple[Change | Reject, ...]) -> tuple[tuple[Change, ...], tuple[Reject, ...]]:
    return (
        tuple(one for one in found if isinstance(one, Change)),
        tuple(one for one in found if isinstance(one, Reject)),
    )
