"""A system behind an HTTP API, read and written as its YAML says."""

import contextlib
import hashlib
import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx2

from hub.connectors.rest import paging
from hub.connectors.rest.auth import Identity
from hub.connectors.rest.batch import ask_all
from hub.connectors.rest.client import Asked, Asker, Client, Limits, Refusal, Told
from hub.connectors.rest.config import Kind, Listing, Rest, read_config
from hub.connectors.rest.mapping import MISSING, at, body_of, fields_of, mark_of, read_item, version_of
from hub.connectors.rest.shapes import Shapes, unsaid
from hub.connectors.rest.tokens import Tokens
from hub.connectors.rest.trust import trusted
from hub.connectors.rest.waits import moment_of
from hub.connectors.tried import Tried
from hub.connectors.troubles import Advice, NotThereError
from hub.domain.changes import Asked as Write
from hub.domain.changes import Capabilities, Change, Page, Push, Receipt, Reject
from hub.domain.errors import RejectedError, RetryableError
from hub.ports import System

_ADVICE = Advice("base_url, and path of the kind", "auth", "the right to read it")
_RESTARTS = 5
_LOOK_AGAIN = timedelta(minutes=1)
"""An answer that did not show how a name is written is not asked for again before that."""
_REST_S = 60.0
"""After so many restarts without this much time between them the list is left alone for a while."""


def open_rest(
    text: str, *, clock: Callable[[], datetime], tokens: Callable[[], Tokens] | None = None, base_url: str | None = None
) -> "RestSystem":
    """Return the system that the YAML *text* describes. UsageError names the key that is wrong."""
    config = read_config(text)
    return RestSystem(config if base_url is None else config.model_copy(update={"base_url": base_url}), clock, tokens)


def opened(text: str, tokens: Callable[[], Tokens] | None) -> System:
    """Make the system of its YAML. UsageError names the first key that is wrong."""
    rest = open_rest(text, clock=lambda: datetime.now(UTC), tokens=tokens)
    target = rest if rest.capabilities.writable else None
    source = rest if rest.kinds else None
    return System(
        rest.name,
        rest.kinds,
        source,
        target,
        rest.every_s,
        rest.rate_per_s,
        Tried(rest, rest.kinds, _ADVICE, also=rest.unclear),
    )


class RestSystem:
    """`Source` and `Target`."""

    def __init__(
        self,
        config: Rest,
        clock: Callable[[], datetime],
        tokens: Callable[[], Tokens] | None = None,
        *,
        dialect: Callable[[Client], Asker] | None = None,
    ) -> None:
        """*dialect* turns what a system says and takes into plain JSON, where it does not by itself."""
        self._config = config
        self._http = httpx2.Client(timeout=config.timeout_s, follow_redirects=False, verify=trusted())
        identity = Identity(
            config.auth, self._http, name=config.name, tokens=tokens, clock=clock, monotonic=time.monotonic
        )
        limits = Limits(config.timeout_s, config.max_mib * 2**20)
        client = Client(
            self._http,
            config.base_url,
            identity,
            name=config.name,
            limits=limits,
            clock=clock,
            monotonic=time.monotonic,
        )
        self._plain = client
        self._client: Asker = dialect(client) if dialect else client
        self._clock = clock
        self._shapes = Shapes(config.kinds)
        self._looked: dict[str, datetime] = {}
        self.name = config.name
        self.kinds = tuple(kind for kind, rule in config.kinds.items() if rule.list)
        self.every_s = config.every_s
        self.rate_per_s = config.rate_per_s
        writable = frozenset(kind for kind, rule in config.kinds.items() if rule.create or rule.update)
        rules = [rule for rule in config.kinds.values() if rule.list]
        self.capabilities = Capabilities(
            complete_listing=bool(rules) and all(rule.complete_listing for rule in rules),
            deletes=any(rule.deleted or rule.delete for rule in config.kinds.values()),
            versions=any(rule.version for rule in config.kinds.values()),
            writable=writable,
            batch=config.batch.size if config.batch and not dialect else 1,
            takes={
                kind: frozenset(name for name, value in rule.fields.items() if not value.read_only)
                for kind, rule in config.kinds.items()
            },
        )

    def close(self) -> None:
        """Let go of connections."""
        self._http.close()

    def pull(self, kind: str, cursor: str | None) -> Page:
        """Return the next page of changes; see `Source.pull`.

        The cursor holds the latest change seen, the place in the list and the last record there, which is left out
        where an offset gives it again unchanged. The list is read from its beginning where that record does not come
        again at an offset, or the system has forgotten the place: so nothing slips by.
        """
        rule, listing = self._listed(kind)
        state = _state(cursor)
        place = state["place"] if state["place"] is not None else paging.first(listing)
        path, params = paging.asked(listing, place, self._since(rule, state))
        try:
            told = self._page(listing, Asked("GET", path, params, {}), begun=state["place"] is not None)
        except NotThereError:
            if state["place"] is None:
                raise
            return self._from_the_beginning(kind, state, [])
        items = at(told.body, listing.items)
        if not isinstance(items, list):
            raise RetryableError(f"{self.name}: the answer to {path} has no list at {listing.items or 'its top'}")
        self._shapes.seen(kind, items)
        found = [read_item(kind, rule, item, f"{path}, item {number}") for number, item in enumerate(items, 1)]
        ids = [one.external_id for one in found]
        if listing.paging == "offset" and state["last"] is not None and state["last"] not in ids:
            return self._from_the_beginning(kind, state, found)
        if listing.paging == "page" and state["last"] is not None and not self._still(listing, rule, state):
            return self._from_the_beginning(kind, state, found)
        fresh = [one for one in found if one.external_id != state["last"] or _print(one) != state["print"]]
        changes = tuple(one for one in fresh if isinstance(one, Change))
        latest = max((one.changed_at.isoformat() for one in changes if one.changed_at), default="")
        state["top"] = max(state["top"], latest)
        state["begun"] = state["begun"] or (moment_of(told.headers.get("date")) or self._clock()).isoformat()
        onward = paging.following(listing, place, told, items)
        if onward is not None and onward == place:
            raise RetryableError(f"{self.name}: the page after {path} is the same page again")
        if onward is None:
            by_look = rule.since is not None and rule.since.begins == "look"
            after = {**_state(None), "since": state["begun"] if by_look else _settled(state)}
        else:
            seen = {"last": ids[-1], "print": _print(found[-1])} if found else {}
            after = {**state, "place": self._client.bare(onward), **seen}
        rejects = tuple(one for one in fresh if isinstance(one, Reject))
        return Page(changes, json.dumps(after), onward is not None, rejects, gone=told.gone)

    def since(self, kind: str, at: datetime) -> str | None:
        """Return a cursor that begins at a time; see `Source.since`."""
        rule = self._config.kinds.get(kind)
        if rule is None or rule.since is None:
            return None
        return json.dumps({**_state(None), "since": at.astimezone(UTC).isoformat()})

    def between(self, kind: str, since: datetime | None, until: datetime) -> str | None:
        """Return a cursor of an interval; see `IntervalSource.between`."""
        rule = self._config.kinds.get(kind)
        if rule is None or rule.since is None or rule.since.until is None:
            return None
        begin = since.astimezone(UTC).isoformat() if since else None
        return json.dumps({**_state(None), "since": begin, "until": until.astimezone(UTC).isoformat()})

    def reread(self, kind: str, raw: bytes, where: str) -> Change | Reject:
        """Read an item again that was set aside; see `Rereader.reread`."""
        rule, _ = self._listed(kind)
        return read_item(kind, rule, json.loads(raw), where)

    def push(self, change: Push, *, idempotency_key: str, precondition: str | None) -> Receipt:
        """Write a record; see `Target.push`."""
        rule, asked = self._request(change, idempotency_key, precondition)
        return self._receipt(rule, change, self._client.ask(asked))

    def push_all(self, writes: Sequence[Write]) -> list[Receipt | Refusal]:
        """Write several records in one request; see `BulkTarget.push_all`."""
        batch = self._config.batch
        assert batch is not None  # noqa: S101  # else no more than one is asked for
        answers: dict[int, Receipt | Refusal] = {}
        sent: list[tuple[int, Kind, Asked]] = []
        for number, write in enumerate(writes):
            try:
                sent.append((number, *self._request(write.push, write.idempotency_key, write.precondition)))
            except RejectedError as error:
                answers[number] = error
        told = ask_all(self._plain, batch, self.name, [asked for _, _, asked in sent]) if sent else []
        for (number, rule, _), answer in zip(sent, told, strict=True):
            try:
                answers[number] = (
                    self._receipt(rule, writes[number].push, answer) if isinstance(answer, Told) else answer
                )
            except RetryableError as error:
                answers[number] = error
        return [answers[number] for number in range(len(writes))]

    def _request(self, change: Push, idempotency_key: str, precondition: str | None) -> tuple[Kind, Asked]:
        rule = self._config.kinds.get(change.kind)
        call = None
        if rule is not None:
            call = rule.delete if change.deleted else rule.create if change.external_id is None else rule.update
        if rule is None or call is None:
            step = "delete" if change.deleted else "create" if change.external_id is None else "update"
            raise RejectedError(f"{self.name}: {change.kind} has no {step} in its YAML")
        body = self._body(change, rule)
        headers = {self._config.idempotency_header: idempotency_key}
        if precondition is not None and rule.version:
            if rule.version_as == "if_match":
                headers["If-Match"] = f'"{version_of(precondition)}"'
            elif not change.deleted:
                body[rule.version] = version_of(precondition)
        path = call.path.replace("{id}", quote(change.external_id or "", safe=""))
        sent = None if call.method == "DELETE" else {call.wrap: body} if call.wrap else body
        return rule, Asked(call.method, path, {}, headers, sent)

    def _body(self, change: Push, rule: Kind) -> dict[str, Any]:
        """Return what is sent, in the shape that the system's own items have. RejectedError where none shows it."""
        paths = [rule.fields[name].field for name in change.fields if name in rule.fields]
        if rule.list and self._shapes.unknown(change.kind, paths):
            self._look(change.kind, rule.list)
        if unknown := self._shapes.unknown(change.kind, paths):
            raise RejectedError(f"{self.name}: {change.kind}: {unsaid(unknown[0])}")
        return body_of(change.kind, rule, change.fields, self._shapes.flat(change.kind))

    def _look(self, kind: str, listing: Listing) -> None:
        """Learn from the first page how names are written; another worker may be the one that pulls."""
        now = self._clock()
        if kind in self._looked and now - self._looked[kind] < _LOOK_AGAIN:
            return
        path, params = paging.asked(listing, paging.first(listing), {})
        items = at(self._client.ask(Asked("GET", path, params, {})).body, listing.items)
        if not isinstance(items, list):
            raise RetryableError(f"{self.name}: the answer to {path} has no list at {listing.items or 'its top'}")
        self._shapes.seen(kind, items)
        self._looked[kind] = now  # an outage shows nothing, and is no reason to refuse

    def unclear(self, kind: str) -> list[str]:
        """Return what the YAML has to say of a kind, since nothing that was read shows it."""
        unknown = self._shapes.unknown(kind) if kind in self.capabilities.writable else []
        return [unsaid(path) for path in unknown]

    def _receipt(self, rule: Kind, change: Push, told: Told) -> Receipt:
        item = told.body if isinstance(told.body, dict) else {}
        known = at(item, rule.id)
        external_id = change.external_id or (None if known is MISSING else str(known))
        if external_id is None:
            raise RetryableError(
                f"{self.name}: the answer to a creation names no {rule.id}; it is not known which it is"
            )
        version = at(item, rule.version) if rule.version else MISSING
        held: dict[str, Any] = {}
        if not change.deleted:
            with contextlib.suppress(RejectedError):  # it is written; the next pull tells what they made of it
                held = fields_of(change.kind, rule, item)
        return Receipt(
            external_id,
            mark_of(version),
            {name: held[name] for name in change.fields if name in held},
        )

    def _listed(self, kind: str) -> tuple[Kind, Listing]:
        rule = self._config.kinds.get(kind)
        if rule is None or rule.list is None:
            raise RejectedError(f"{self.name}: {kind} is not listed in its YAML")
        return rule, rule.list

    def _since(self, rule: Kind, state: dict[str, Any]) -> dict[str, str]:
        asked = dict[str, str]()
        if rule.since and state["since"]:
            begin = datetime.fromisoformat(state["since"]).astimezone(UTC) - timedelta(seconds=rule.since.overlap_s)
            asked[rule.since.param] = begin.isoformat(timespec="milliseconds")
        if rule.since and rule.since.until and state["until"]:
            asked[rule.since.until] = datetime.fromisoformat(state["until"]).isoformat(timespec="milliseconds")
        return asked

    def _page(self, listing: Listing, asked: Asked, *, begun: bool) -> Told:
        try:
            return self._client.ask(asked)
        except NotThereError:
            if listing.paging != "page" or not begun:
                raise
        # some systems have no page after the last one, where others give an empty one; a slip does not come twice
        try:
            return self._client.ask(asked)
        except NotThereError:
            return Told(paging.empty(listing), {})

    def _still(self, listing: Listing, rule: Kind, state: dict[str, Any]) -> bool:
        """Tell whether the page before still ends as it did: where a record went out of it, another slipped by."""
        path, params = paging.asked(listing, str(int(state["place"]) - 1), self._since(rule, state))
        told = self._client.ask(Asked("GET", path, params, {}))
        items = at(told.body, listing.items)
        return isinstance(items, list) and bool(items) and str(at(items[-1], rule.id)) == state["last"]

    def _from_the_beginning(self, kind: str, state: dict[str, Any], found: list[Change | Reject]) -> Page:
        now = self._clock()
        rested = (now - datetime.fromisoformat(state["again"])).total_seconds() if state["again"] else _REST_S
        if state["restarts"] >= _RESTARTS and rested < _REST_S:
            raise RetryableError(f"{self.name}: the list of {kind} moves faster than it can be read")
        restarts = 1 if rested >= _REST_S else state["restarts"] + 1
        anew = {**state, "place": None, "last": None, "print": None, "restarts": restarts, "again": now.isoformat()}
        return Page(tuple(one for one in found if isinstance(one, Change)), json.dumps(anew), more=True)


def _state(cursor: str | None) -> dict[str, Any]:
    empty = {"since": None, "until": None, "top": "", "begun": None, "place": None, "last": None, "print": None}
    return {**empty, "restarts": 0, "again": None, **(json.loads(cursor) if cursor else {})}


def _print(one: Change | Reject) -> str:
    return hashlib.sha256(one.raw).hexdigest()[:16]


def _settled(state: dict[str, Any]) -> str | None:
    """Return up to when everything has been seen: the latest change, but nothing after the reading began.

    What changes while a list is read may come to lie behind the reader. The beginning is told by the system's own
    clock, which may differ from that of its records; `since.overlap_s` is for that.
    """
    if not state["top"]:
        return state["since"]  # type: ignore[no-any-return]  # text or None
    top, begun = datetime.fromisoformat(state["top"]), datetime.fromisoformat(state["begun"])
    seen = min(top, begun).astimezone(UTC).isoformat()
    return max(state["since"] or seen, seen, key=datetime.fromisoformat)
