"""Packages that go: one document each, whole or absent, sent again under the same number where it is not known."""

import fcntl
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from hub.connectors.ems import mapping
from hub.connectors.ems.config import Ems
from hub.connectors.ems.integrity import sri
from hub.connectors.ems.package import MANIFEST, FileEntry, ObjectEntry, write
from hub.connectors.files.places import Keeping
from hub.connectors.wire import pieces
from hub.domain.errors import FatalError, RejectedError, RetryableError
from hub.domain.papers import Filed, Paper

_BOOK = ".sent"
"""Folder with what was sent, one file for each document: the receiver may take packages away."""


class Outbox:
    """`hub.ports.Filing` into one folder, and on from there where packages are to be put elsewhere."""

    def __init__(
        self, config: Ems, folder: Path, clock: Callable[[], datetime], *, forward: Keeping | None = None
    ) -> None:
        self._config = config
        self._folder = folder
        self._clock = clock
        self._forward = forward

    def file(self, paper: Paper, content: BinaryIO) -> Filed:
        """Put a package for a version into the outbox; see `Filing.file`.

        What is to be sent is noted before: after a crash the package goes again under its number, and a receiver that
        keeps to EMS takes the same transfer and object once.
        """
        try:
            with self._book(paper.key) as book:
                known = next((one for one in book if one["sha256"] == paper.sha256), None)
                if known is not None and known["sent"]:
                    return Filed(paper.key, known["version"])
                if known is None:
                    known = self._noted(book, paper)
                self._sent(paper, content, known)
                self._forwarded(known)
                known["sent"] = True
                return Filed(paper.key, known["version"], new=True)
        except OSError as error:
            raise RetryableError(f"{self._folder}: a package could not be written ({error.strerror})") from error

    def versions(self, external_id: str) -> Sequence[Filed]:
        """Return the versions that were sent, oldest first."""
        return [Filed(external_id, one["version"]) for one in self._read(external_id) if one["sent"]]

    def fetch(self, filed: Filed, target: BinaryIO) -> None:
        """Write the bytes of a version that still lies in the outbox into *target*."""
        for one in self._read(filed.external_id):
            path = self._folder / one["transfer"] / "files" / one["name"]
            if one["version"] == filed.version and path.is_file():
                with path.open("rb") as source:
                    shutil.copyfileobj(source, target)
                return
        raise RejectedError(f"{self._config.name}: version {filed.version} of {filed.external_id} is not in the outbox")

    def _noted(self, book: list[dict[str, Any]], paper: Paper) -> dict[str, Any]:
        said = paper.fields.get("version")
        taken = {one["version"] for one in book}
        version = str(said) if said and str(said) not in taken else f"{len(book) + 1}.0"
        at = self._clock().astimezone(UTC)
        while (transfer := mapping.transfer_id(at)) and not self._reserved(transfer):
            at += timedelta(seconds=1)
        name = re.sub(r"[^A-Za-z0-9._-]", "_", paper.name).lstrip(".") or "document"
        known = {"transfer": transfer, "version": version, "sha256": paper.sha256, "name": name[-100:], "sent": False}
        self._entry(paper, known)  # what cannot be sent is refused before it is noted
        book.append(known)
        self._keep(paper.key, book)
        return known

    def _reserved(self, transfer: str) -> bool:
        """Take a number that no other package has or had."""
        try:
            (self._folder / _BOOK / transfer).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True

    def _sent(self, paper: Paper, content: BinaryIO, known: dict[str, Any]) -> None:
        path = self._folder / known["transfer"]
        if path.exists():
            return
        part = self._folder / f".{known['transfer']}.part"
        shutil.rmtree(part, ignore_errors=True)
        (part / "files").mkdir(parents=True)
        _copied(content, part / "files" / known["name"], paper.sha256)
        write(part / MANIFEST, self._batch(known["transfer"]), [self._entry(paper, known)])
        _durable(part / MANIFEST)
        part.rename(path)

    def _forwarded(self, known: dict[str, Any]) -> None:
        """Put a package to the other place, its manifest last: what comes before it is no package yet."""
        if self._forward is None:
            return
        path = self._folder / known["transfer"]
        files = sorted(one for one in path.rglob("*") if one.is_file())
        for one in sorted(files, key=lambda file: file.name == MANIFEST):
            with one.open("rb") as content:
                self._forward.put(f"{known['transfer']}/{one.relative_to(path)}", content)

    def _batch(self, transfer: str) -> dict[str, str]:
        return {
            "STUDYID": self._config.study,
            "TRANSFERSOURCEID": self._config.source or "",
            "TRANSFERID": transfer,
            "SPECIFICATIONID": self._config.specification or "",
            "TMFRMVERSION": self._config.model.version,
        }

    def _entry(self, paper: Paper, known: dict[str, Any]) -> ObjectEntry:
        fields = paper.fields
        number = str(fields.get("artifact"))
        if number not in self._config.model.artifacts:
            raise RejectedError(f"{self._config.name}: artifact {number} is not among model.artifacts")
        country, site = fields.get("country_id"), fields.get("site_id")
        if (country or site) and not re.fullmatch("[A-Z]{3}", str(country)):
            raise RejectedError(f"{self._config.name}: country_id {country!r} is no ISO 3166 alpha-3 code")
        values = {
            "OBJECTID": paper.key,
            "OBJECTLEVEL": "Site" if site else "Country" if country else "Trial",
            "COUNTRYID": str(country or ""),
            "SITEID": str(site or ""),
            "UNIQUEID": str(self._config.model.artifacts[number]),
            "ARTIFACTNUMBER": number,
            "OBJECTVERSION": known["version"],
            "OBJECTVERSIONSTATE": mapping.state_of(fields.get("status")),
            "OBJECTTITLE": str(fields.get("title") or paper.name),
            "OBJECTCOPY": "Yes",
            "ARTIFACTDATE": mapping.shown_day(str(fields["dated"])) if fields.get("dated") else "",
        }
        file = {"INTEGRITY": sri(paper.sha256), "FILENAME": known["name"], "CONTENTURL": f"files/{known['name']}"}
        return ObjectEntry(values, (FileEntry({**file, "FILEDESCRIPTION": "Record"}),))

    @contextmanager
    def _book(self, key: str) -> Iterator[list[dict[str, Any]]]:
        """Give what was sent of a document, alone; it is kept where the block ends well."""
        if not self._folder.is_dir():
            raise FatalError(f"{self._folder} is no folder: create it or correct outbox")
        (self._folder / _BOOK).mkdir(exist_ok=True)
        with (self._folder / _BOOK / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            book = self._read(key)
            yield book
            self._keep(key, book)

    def _page(self, key: str) -> Path:
        return self._folder / _BOOK / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.json"

    def _read(self, key: str) -> list[dict[str, Any]]:
        path = self._page(key)
        if not path.is_file():
            return []
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return list(told["versions"])

    def _keep(self, key: str, book: list[dict[str, Any]]) -> None:
        path = self._page(key)
        part = path.with_suffix(".part")
        part.write_text(json.dumps({"key": key, "versions": book}), encoding="utf-8")
        _durable(part)
        part.rename(path)


def _copied(content: BinaryIO, path: Path, sha256: str) -> None:
    content.seek(0)
    digest = hashlib.sha256()
    with path.open("wb") as out:
        for piece in pieces(content, 2**20):
            digest.update(piece)
            out.write(piece)
    if digest.hexdigest() != sha256:
        raise RejectedError(f"{path.name}: its bytes have not the hash that it is filed with")
    _durable(path)


def _durable(path: Path) -> None:
    with path.open("rb") as written:
        os.fsync(written.fileno())
