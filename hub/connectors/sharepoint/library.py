"""Where the library is: its drive, asked for once."""

from typing import Any
from urllib.parse import quote

from hub.connectors.graph.client import Graph
from hub.connectors.sharepoint.config import SharePoint
from hub.domain.errors import FatalError, RetryableError


class Library:
    """One drive of Graph."""

    def __init__(self, config: SharePoint, graph: Graph) -> None:
        self._config = config
        self._graph = graph
        self._drive = config.drive

    @property
    def path(self) -> str:
        """Return the beginning of every path in it. FatalError where the site has no such library."""
        if self._drive is None:
            self._drive = self._found()
        return f"drives/{quote(self._drive, safe='!')}"

    def libraries(self) -> list[dict[str, Any]]:
        """Return the site's libraries."""
        site = quote(self._config.site or "", safe=":/,")
        return [
            one for page in self._graph.pages(f"sites/{site}/drives") for one in page["value"] if isinstance(one, dict)
        ]

    def _found(self) -> str:
        config = self._config
        if config.library is None:
            told = self._graph.get(f"sites/{quote(config.site or '', safe=':/,')}/drive")
            if not isinstance(told, dict) or not isinstance(told.get("id"), str):
                raise RetryableError(f"{config.name}: the site's library is not told as Graph does")
            return str(told["id"])
        drives = self.libraries()
        for one in drives:
            if one.get("name") == config.library and isinstance(one.get("id"), str):
                return str(one["id"])
        there = ", ".join(str(one.get("name")) for one in drives) or "none"
        raise FatalError(f"{config.name}: the site has no library {config.library!r}; there are {there}")
