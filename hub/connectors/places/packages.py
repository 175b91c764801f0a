"""Packages that go out to a place: each version of a document with a slip that says what it is."""

import hashlib
import io
import json
import math
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Literal

from pydantic import Field

from hub.connectors.declared import read_declared
from hub.connectors.places.config import Where
from hub.connectors.rest.tokens import Tokens
from hub.domain.changes import Capabilities, Finding
from hub.domain.errors import HubError, RejectedError
from hub.domain.papers import Filed, Paper
from hub.ports import System

_LARGEST = 4 << 30
_LASTS_S, _FOLLOWS_S = 60.0, 5.0
_NAME = re.compile(r".*\.(?P<key>[0-9a-f]{16})\.v(?P<number>\d+)-(?P<sha256>[0-9a-f]{16})\.(?!slip\.json$)[^.]+")
_SLIP = ".slip.json"


class Packages(Where):
    """A place that documents go out to."""

    name: str = Field(min_length=1)
    connector: Literal["place"] = "place"


class PlaceFiling:
    """`Filing` and `Inspector`. What lies in the place is all that is known: a version is there once its file is.

    The slip, a JSON file with key, version, hash and fields, is written first, so that a document is never without it.
    While one document follows the other within seconds the place is looked through once a minute and not for each,
    which would make a square of many.
    """

    capabilities = Capabilities()
    remembers_s = 150.0
    """What another process puts there is not seen for less than half of that; see `hub.services.sync.alone`."""

    def __init__(self, config: Packages, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._config = config
        self._place = config.opened()
        self._monotonic = monotonic
        self._versions: dict[str, tuple[str, ...]] = {}
        """By document, as they were at the last look and have come since."""
        self._until = self._follows = -math.inf

    def file(self, paper: Paper, content: BinaryIO) -> Filed:
        """Put a version into the place; see `Filing.file`."""
        known = hashlib.sha256(paper.key.encode()).hexdigest()[:16]
        there = self._lately(known)
        mark = paper.sha256[:16]
        for version in there:
            if version.endswith(f"-{mark}"):
                return Filed(known, version)
        version = f"{1 + max((int(one.partition('-')[0]) for one in there), default=0)}-{mark}"
        stem = f"{_plain(PurePosixPath(paper.name).stem)}.{known}.v{version}"
        with tempfile.TemporaryFile() as copy:
            _checked(content, copy, paper)
            until, self._until = self._until, -math.inf  # where it fails on the way, what is there is not known
            self._place.put(f"{stem}{_SLIP}", io.BytesIO(self._slip(paper, version)))
            self._place.put(f"{stem}.{_ending(paper.name)}", copy)
        self._until, self._versions[known] = until, (*there, version)
        self._follows = self._monotonic() + _FOLLOWS_S
        return Filed(known, version, new=True)

    def versions(self, external_id: str) -> Sequence[Filed]:
        """Return the versions that lie there, oldest first."""
        return [Filed(external_id, version) for version in self._listed(external_id)]

    def fetch(self, filed: Filed, target: BinaryIO) -> None:
        """Write the bytes of a version that lies there into *target*."""
        name = self._listed(filed.external_id).get(filed.version)
        stream = self._place.open(name, max_bytes=_LARGEST) if name else None
        if stream is None:
            raise RejectedError(f"{self._config.name}: version {filed.version} of {filed.external_id} is not there")
        with stream:
            stream.seek(0)
            shutil.copyfileobj(stream, target)

    def check(self) -> Iterator[Finding]:
        """List the place; nothing is written there, so a missing right to write shows with the first package."""
        try:
            found = self._place.files()
        except HubError as error:
            yield Finding("place", problem=str(error))
            return
        yield Finding("place", seen=f"{self._config.told}: {len(found)} files")

    def discover(self) -> Mapping[str, Any]:
        """Return where the place is."""
        return {"place": self._config.told}

    def _listed(self, key: str) -> dict[str, str]:
        """Return the names of a document's files by version, oldest first."""
        found = [told for one in self._place.each() if (told := _NAME.fullmatch(one.name)) and told["key"] == key]
        found.sort(key=lambda told: (int(told["number"]), told["sha256"]))
        return {f"{told['number']}-{told['sha256']}": told[0] for told in found}

    def _lately(self, key: str) -> tuple[str, ...]:
        """Return the versions of a document as of the last look, with what was put there since."""
        if self._monotonic() > min(self._until, self._follows):
            self._versions = {}
            for one in self._place.each():
                if told := _NAME.fullmatch(one.name):
                    known = self._versions.get(told["key"], ())
                    self._versions[told["key"]] = (*known, f"{told['number']}-{told['sha256']}")
            self._until = self._monotonic() + _LASTS_S
        self._follows = self._monotonic() + _FOLLOWS_S
        return tuple(sorted(self._versions.get(key, ()), key=lambda one: int(one.partition("-")[0])))

    def _slip(self, paper: Paper, version: str) -> bytes:
        told = {
            "key": paper.key,
            "version": version,
            "name": paper.name,
            "media_type": paper.media_type,
            "size": paper.size,
            "sha256": paper.sha256,
            "fields": dict(paper.fields),
        }
        return json.dumps(told, ensure_ascii=False, indent=1, default=str).encode()


def opened(text: str, _tokens: Callable[[], Tokens] | None) -> System:
    """Make the system of its YAML."""
    config = read_declared(Packages, text, "place system")
    filing = PlaceFiling(config)
    return System(config.name, (), None, inspector=filing, filing=filing)


def _checked(content: BinaryIO, copy: BinaryIO, paper: Paper) -> None:
    """Copy *content*, held against the hash that it is filed with before anything of it goes out."""
    content.seek(0)
    digest = hashlib.sha256()
    while piece := content.read(1 << 20):
        digest.update(piece)
        copy.write(piece)
    if digest.hexdigest() != paper.sha256:
        raise RejectedError(f"{paper.name}: its bytes have not the hash that it is filed with")
    copy.seek(0)


def _plain(name: str) -> str:
    return (re.sub(r"[^A-Za-z0-9_-]+", "_", name).strip("_") or "document")[:80]


def _ending(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "", PurePosixPath(name).suffix)[:10].lower() or "bin"
