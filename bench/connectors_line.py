"""What a line of `bench/connectors.py` is: a connector, the server that it reads from, and how much of it is read."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.connectors.peer import Peer, Row

BEGAN = datetime(2026, 3, 2, tzinfo=UTC)
SIZE = 1000
"""Objects of a page, where the connector has no other size."""
SECRET = Peer().password
Served = tuple[Mapping[str, str], Mapping[str, str]]
"""What stands in the YAML in the place of which word, and what the environment of the reader has to hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """All of it may be pickled, for server and reader are processes of their own."""

    name: str
    of: str
    """Connector of the catalogue, or a page of docs/connectors."""
    opens: Callable[[Path, int], Iterator[int]]
    """Opens what `it.yaml` of a folder describes; yields how many objects came, or so many that were sent."""
    yaml: str | Callable[[int], str]
    """Of so many objects, with ADDRESS or FOLDER in the place of where they are."""
    peer: Callable[[], Any] | None = None
    """Makes the server, as `tests.connectors.peer.running` serves it."""
    fill: Callable[[Any, int], None] | None = None
    """Puts so many objects into the server."""
    lay: Callable[[Path, int], None] | None = None
    """Lays so many objects into a folder."""
    serves: Callable[[Path, int], AbstractContextManager[Served]] | None = None
    """Serves so many objects otherwise than by HTTP, with a folder to work in."""
    secrets: Mapping[str, str]
    """What the environment of the reader has to hold."""
    part: int = 1
    """One of so many objects is read..."""
    why: str = ""
    """...for this reason, and what else is to be known of the line."""

    def count(self, objects: int) -> int:
        """Return how many objects are read of it where others read *objects*."""
        return max(1, objects // self.part)

    def text(self, count: int, *, address: str, folder: Path) -> str:
        """Return the YAML."""
        told = self.yaml if isinstance(self.yaml, str) else self.yaml(count)
        return told.replace("ADDRESS", address).replace("FOLDER", str(folder))


def line(name: str, of: str = "", *, secrets: Mapping[str, str] | None = None, **told: Any) -> Line:
    """Return a line; its secret is the peer's, and its connector called as itself, where nothing else is said."""
    return Line(name=name, of=of or name, secrets={"SECRET": SECRET} if secrets is None else secrets, **told)


def rows(peer: Any, count: int) -> None:
    """Put *count* records into a peer at once; its users would have entered them one by one."""
    peer.rows = {n: Row(n, f"Site {n}", BEGAN + timedelta(seconds=n), n) for n in range(1, count + 1)}
    peer.now, peer.most = BEGAN + timedelta(seconds=count + 1), 5000


def moment(number: int) -> str:
    """Return when an object changed."""
    return (BEGAN + timedelta(seconds=number)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
