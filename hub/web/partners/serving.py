"""The two partners on ports of their own, and what their users do in them."""

import secrets
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2
import uvicorn

from hub.domain.errors import FatalError
from hub.web.partners.app import create_partner
from hub.web.partners.profiles import CRO, SPONSOR, Profile
from hub.web.partners.store import Store

FOLDER = Path(__file__).parent
_STARTED_S = 20.0


@dataclass(frozen=True, slots=True)
class Partner:
    """A running partner; its users write to the store past the hub."""

    profile: Profile
    store: Store
    address: str
    secret: str
    yaml: str
    """How the hub is to read it, with the address it really has."""

    def enter(self, collection: str, **fields: Any) -> str:
        """Create a record as a user does and return its id."""
        row = self.store.write(collection, None, fields, key=None)
        return f"{self.profile.prefix}{row.number if row else 0}"

    def edit(self, collection: str, record: str, **fields: Any) -> None:
        """Change a record as a user does."""
        self.store.write(collection, int(record.removeprefix(self.profile.prefix)), fields, key=None)

    def all(self, collection: str) -> list[dict[str, Any]]:
        """Return what its users see, each record with its id."""
        rows = self.store.page(collection, since="", mark=0, offset=0, limit=-1)
        return [{"id": f"{self.profile.prefix}{row.number}", **row.body} for row in rows if not row.deleted]


@contextmanager
def partners(folder: Path, *, clock: Callable[[], datetime]) -> Iterator[tuple[Partner, Partner]]:
    """Run the sponsor's and the CRO's system, their files in *folder*, until the block ends."""
    with _running(SPONSOR, "sponsor", 8801, folder, clock) as sponsor, _running(CRO, "cro", 8802, folder, clock) as cro:
        yield sponsor, cro


@contextmanager
def _running(profile: Profile, name: str, usual: int, folder: Path, clock: Callable[[], datetime]) -> Iterator[Partner]:
    folder.mkdir(parents=True, exist_ok=True)
    store, secret = Store(folder / f"{name}.db", clock=clock), secrets.token_urlsafe(24)
    listening = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    config = uvicorn.Config(create_partner(profile, store, secret=secret), log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        _await(address, profile.name)
        told = (FOLDER / f"{name}.yaml").read_text(encoding="utf-8").replace(f"http://127.0.0.1:{usual}", address)
        yield Partner(profile, store, address, secret, told)
    finally:
        server.should_exit = True
        thread.join(_STARTED_S)
        listening.close()


def _await(address: str, name: str) -> None:
    until = time.monotonic() + _STARTED_S
    while time.monotonic() < until:
        try:
            httpx2.get(f"{address}/health", timeout=1).raise_for_status()
        except httpx2.HTTPError:
            time.sleep(0.05)
        else:
            return
    raise FatalError(f"{name} did not start on {address}")
