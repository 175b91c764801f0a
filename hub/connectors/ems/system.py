"""An exchange of eTMF packages, as its YAML says."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

from hub.connectors.ems.config import Ems, read_config
from hub.connectors.ems.inbox import KIND, Inbox
from hub.connectors.ems.outbox import Outbox
from hub.connectors.places.config import Where
from hub.connectors.rest.tokens import Tokens
from hub.domain.changes import Capabilities, Finding, Page
from hub.domain.errors import HubError, RejectedError
from hub.domain.papers import Filed, Paper
from hub.ports import System


class EmsSystem:
    """`Source`, `Filing` and `Inspector`."""

    capabilities = Capabilities()

    def __init__(self, config: Ems, clock: Callable[[], datetime]) -> None:
        self.config = config
        self._inbox = Inbox(config, config.inbox, config.sender, clock) if config.inbox and config.sender else None
        forward = config.forward.opened() if config.forward else None
        self._outbox = Outbox(config, config.outbox, clock, forward=forward) if config.outbox else None

    def pull(self, kind: str, cursor: str | None) -> Page:
        """Return the next documents of packages that came; see `Source.pull`."""
        if self._inbox is None:
            raise RejectedError(f"{self.config.name}: has no inbox")
        return self._inbox.pull(kind, cursor)

    def since(self, _kind: str, _at: datetime) -> str | None:
        """Packages cannot be asked for by time."""
        return None

    def file(self, paper: Paper, content: BinaryIO) -> Filed:
        """Put a package into the outbox; see `Filing.file`."""
        if self._outbox is None:
            raise RejectedError(f"{self.config.name}: has no outbox")
        return self._outbox.file(paper, content)

    def versions(self, external_id: str) -> Sequence[Filed]:
        """Return the versions that came, else those that were sent."""
        came = [Filed(external_id, one) for one in self._inbox.versions(external_id)] if self._inbox else []
        return came or (self._outbox.versions(external_id) if self._outbox else [])

    def fetch(self, filed: Filed, target: BinaryIO) -> None:
        """Write the bytes of a version that came, or that was sent and still lies there, into *target*."""
        if self._outbox is not None and self._outbox.versions(filed.external_id):
            self._outbox.fetch(filed, target)
            return
        if self._inbox is None:
            raise RejectedError(f"{self.config.name}: has no version {filed.version} of {filed.external_id}")
        with self._inbox.open(filed.external_id, filed.version).open("rb") as source:
            while piece := source.read(2**20):
                target.write(piece)

    def check(self) -> Iterator[Finding]:
        """Look at both folders and at the first packages."""
        for name, folder in (("inbox", self.config.inbox), ("outbox", self.config.outbox)):
            if folder is not None:
                yield Finding(name, **_folder(folder, writable=name == "outbox"))
        if self.config.forward is not None:
            yield _reached(self.config.forward)
        if self._inbox is not None:
            try:
                page = self._inbox.pull(KIND, None)
                wrong = f"; {len(page.rejects)} set aside: {page.rejects[0].reason}" if page.rejects else ""
                yield Finding("packages", seen=f"{len(page.changes)} documents on the first page{wrong}")
            except HubError as error:
                yield Finding("packages", problem=str(error))

    def discover(self) -> Mapping[str, Any]:
        """Return the study, and the artifacts that may be sent."""
        model = self.config.model
        return {"studies": [self.config.study], "model": model.version, "artifacts": dict(model.artifacts)}


def open_ems(text: str, *, clock: Callable[[], datetime]) -> EmsSystem:
    """Return the exchange that the YAML *text* describes. UsageError names the key that is wrong."""
    return EmsSystem(read_config(text), clock)


def opened(text: str, _tokens: Callable[[], Tokens] | None) -> System:
    """Make the system of its YAML."""
    ems = open_ems(text, clock=lambda: datetime.now(UTC))
    config = ems.config
    source = ems if config.inbox else None
    kinds = (KIND,) if source else ()
    return System(config.name, kinds, source, every_s=config.every_s, inspector=ems, filing=ems)


def _reached(where: Where) -> Finding:
    try:
        return Finding("forward", seen=f"{where.told}: {len(where.opened().files())} files")
    except HubError as error:
        return Finding("forward", problem=str(error))


def _folder(folder: Path, *, writable: bool) -> dict[str, str]:
    if not folder.is_dir():
        return {"problem": f"{folder} is no folder: create it, or correct the YAML"}
    if not os.access(folder, os.R_OK | os.X_OK | (os.W_OK if writable else 0)):
        return {"problem": f"{folder} may not be {'written' if writable else 'read'} by this user"}
    return {"seen": str(folder)}
