"""A library, read and filed in as its YAML says."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.connectors.graph.client import Graph
from hub.connectors.graph.watch import Watch
from hub.connectors.rest.client import Limits
from hub.connectors.rest.tokens import Tokens
from hub.connectors.sharepoint.config import KIND, SharePoint, read_config
from hub.connectors.sharepoint.filing import LibraryFiling
from hub.connectors.sharepoint.library import Library
from hub.connectors.sharepoint.reading import Reading
from hub.connectors.troubles import Advice, problem
from hub.domain.changes import Capabilities, Finding, Page
from hub.domain.errors import HubError
from hub.ports import System

_LASTS = timedelta(minutes=42_300)
"""The longest that a subscription to a drive lives."""


_ADVICE = Advice(
    "access.base_url and login_url, site, drive and folder",
    "access (tenant, client_id and secret or certificate)",
    "Sites.Selected with write on this site for the app",
)


class SharePointSystem:
    """`Source` and `Inspector`; `filing` files documents."""

    capabilities = Capabilities(complete_listing=True, deletes=True, versions=False)

    def __init__(self, config: SharePoint, clock: Callable[[], datetime]) -> None:
        self.config = config
        self.graph = Graph(
            config.access, name=config.name, limits=Limits(config.timeout_s, config.max_mib * 2**20), clock=clock
        )
        self._library = Library(config, self.graph)
        self._reading = Reading(config, self.graph, self._library)
        self._watch = Watch(self.graph, config.notify, name=config.name, clock=clock)
        self.filing = LibraryFiling(config, self.graph, self._library)
        self.close = self.graph.close

    def pull(self, kind: str, cursor: str | None) -> Page:
        """Return the next page; see `Source.pull`. Keeps the subscription alive where one is configured.

        Where Graph makes none, the library is read all the same.
        """
        page = self._reading.pull(kind, cursor)
        if not page.more:
            self._watch.keep([f"{self._library.path}/root"], change="updated", lasts=_LASTS)
        return page

    def told(self, body: bytes) -> None:
        """Do what a call of Graph asks about the subscription; what it tells of is found by the read that follows."""
        self._watch.told(body)

    def since(self, _kind: str, _at: datetime) -> str | None:
        """Delta is asked from its own place on, not from a time."""
        return None

    def check(self) -> Iterator[Finding]:
        """Try sign-in, library and the right to list it."""
        try:
            path = self._library.path
        except HubError as error:
            yield Finding("library", problem=problem(error, _ADVICE))
            return
        try:
            told = self.graph.get(path)
            seen = told.get("name") if isinstance(told, dict) else "?"
            page = self._reading.pull(KIND, None)
        except HubError as error:
            yield Finding("library", problem=problem(error, _ADVICE))
            return
        yield Finding("library", seen=f"{seen}; {len(page.changes)} documents on the first page")

    def discover(self) -> Mapping[str, Any]:
        """Return the libraries of the site, and the folders at the top of the one that is read."""
        pages = self.graph.pages(f"{self._library.path}/items/root/children", {"$top": "200"})
        folders = [
            one.get("name") for page in pages for one in page["value"] if isinstance(one, dict) and "folder" in one
        ]
        libraries = self._library.libraries() if self.config.site else []
        return {"libraries": [one.get("name") for one in libraries], "folders": folders}


def open_sharepoint(text: str, *, clock: Callable[[], datetime]) -> SharePointSystem:
    """Return the library that the YAML *text* describes. UsageError names the key that is wrong."""
    return SharePointSystem(read_config(text), clock)


def opened(text: str, _tokens: Callable[[], Tokens] | None) -> System:
    """Make the system of its YAML."""
    one = open_sharepoint(text, clock=lambda: datetime.now(UTC))
    config = one.config
    every_s, rate = config.every_s, config.rate_per_s
    return System(config.name, (KIND,), one, None, every_s, rate, inspector=one, filing=one.filing, told=one.told)
