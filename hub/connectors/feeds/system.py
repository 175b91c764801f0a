"""Feeds of regulators as a system of the hub: one feed a page, each asked only for what is new."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from hub.connectors.feeds.config import Feed, Feeds, known, read_config
from hub.connectors.feeds.notices import known_as, notice, read
from hub.connectors.feeds.robots import AGENT, Robots
from hub.connectors.rest.client import Asked, Client
from hub.connectors.rest.tokens import Tokens
from hub.connectors.troubles import Advice, problem
from hub.connectors.web import Line, Web, line_of
from hub.domain.changes import Capabilities, Change, Finding, Page, Reject
from hub.domain.errors import FatalError, HubError, RejectedError, RetryableError
from hub.ports import System

KIND = "regulatory_notice"
_NOT_CHANGED = 304
_BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"


_ADVICE = Advice(
    "the feed's url (addresses change: give another under feeds)",
    "",
    "leave to read its feed, or set user_agent: browser for one that refuses what is no browser",
)


class FeedsSystem:
    """`Source` and `Inspector`."""

    capabilities = Capabilities()
    kinds = (KIND,)

    def __init__(self, config: Feeds, clock: Callable[[], datetime]) -> None:
        self._config = config
        self._clock = clock
        self._feeds = config.all()
        self._lines: dict[str, Line] = {}
        self._robots = Robots(clock)

    def close(self) -> None:
        """Let go of connections."""
        for line in self._lines.values():
            line.close()

    def pull(self, kind: str, cursor: str | None) -> Page:
        """Return the notices of the next feed; see `Source.pull`.

        A feed that fails is set aside with its reason and asked again at the next look; the others go on. Where there
        is only one, its failure is that of the system.
        """
        if kind != KIND:
            raise RejectedError(f"{self._config.name}: feeds hold {KIND} and no {kind}")
        state = {"at": 0, "marks": {}, **(json.loads(cursor) if cursor else {})}
        names = list(self._feeds)
        place = int(state["at"]) if int(state["at"]) < len(names) else 0
        name, more = names[place], place + 1 < len(names)
        marks = {one: mark for one, mark in state["marks"].items() if one in self._feeds}
        try:
            found, marks[name] = self._read(name, marks.get(name, {}))
        except (RetryableError, RejectedError, FatalError) as error:
            if len(names) == 1:
                raise
            found = [Reject(KIND, self._feeds[name].url, str(error), str(error).encode())]
        after = json.dumps({"at": place + 1 if more else 0, "marks": marks})
        changes = tuple(one for one in found if isinstance(one, Change))
        return Page(changes, after, more, tuple(one for one in found if isinstance(one, Reject)))

    def since(self, kind: str, at: datetime) -> str | None:  # noqa: ARG002  # of the port
        """Return None: a feed gives what it has."""
        return None

    def check(self) -> Iterator[Finding]:
        """Try out each feed."""
        for name in self._feeds:
            try:
                found, _ = self._read(name, {})
            except HubError as error:
                yield Finding(name, problem=problem(error, _ADVICE))
            else:
                aside = sum(isinstance(one, Reject) for one in found)
                yield Finding(name, seen=f"{len(found)} notices, {aside} of them set aside")

    def discover(self) -> Mapping[str, Any]:
        """Return the feeds that are read, and those that are known by name."""
        return {"read": {name: feed.url for name, feed in self._feeds.items()}, "known": sorted(known())}

    def _read(self, name: str, mark: Mapping[str, str]) -> tuple[list[Change | Reject], dict[str, str]]:
        feed, where = self._feeds[name], f"{self._config.name}: {name}"
        client, agent = self._client(feed), self._agent(feed)
        if self._config.robots and not self._robots.allows(feed.host, feed.url, client, agent):
            raise RejectedError(f"{where}: robots.txt of {feed.host} does not allow {feed.url}")
        headers = {"Accept": "*/*", "User-Agent": agent}
        headers |= {
            ask: mark[key] for ask, key in (("If-None-Match", "etag"), ("If-Modified-Since", "date")) if key in mark
        }
        got = client.fetch(Asked("GET", feed.path, {}, headers))
        digest = hashlib.sha256(got.content).hexdigest()
        if got.status == _NOT_CHANGED or digest == mark.get("sha256"):
            return [], dict(mark)
        told = read(got.content, feed, where)
        found = [_one(item, feed, f"{feed.url}, item {number}") for number, item in enumerate(told.items, 1)]
        if not told.whole:
            return found, dict(mark)  # broken in the middle: it is read again
        after = {"etag": got.headers.get("etag"), "date": got.headers.get("last-modified"), "sha256": digest}
        return found, {key: value for key, value in after.items() if value}

    def _client(self, feed: Feed) -> Client:
        if feed.host not in self._lines:
            config = self._config
            web = Web(
                connector="feeds",
                name=config.name,
                base_url=feed.host,
                every_s=config.every_s,
                rate_per_s=None,
                timeout_s=config.timeout_s,
                max_mib=config.max_mib,
            )
            self._lines[feed.host] = line_of(web, clock=self._clock)
        return self._lines[feed.host].client

    def _agent(self, feed: Feed) -> str:
        return _BROWSER if feed.user_agent == "browser" else f"{AGENT} (+{self._config.contact})"


def opened(text: str, _tokens: Callable[[], Tokens] | None) -> System:
    """Make the system of its YAML. UsageError names the first key that is wrong."""
    config = read_config(text)
    feeds = FeedsSystem(config, lambda: datetime.now(UTC))
    return System(config.name, feeds.kinds, feeds, None, config.every_s, None, feeds)


def _one(item: dict[str, Any], feed: Feed, where: str) -> Change | Reject:
    raw = json.dumps(item, ensure_ascii=False, default=list).encode(errors="backslashreplace")
    own = item.get("id") or item.get("url")
    try:
        external_id, fields, changed_at = notice(item, feed)
    except RejectedError as error:
        return Reject(KIND, where, str(error), raw, known_as(feed.authority, own) if isinstance(own, str) else None)
    return Change(KIND, external_id, fields, changed_at=changed_at, raw=raw)
