"""Packages that came: each object verified and read once, the packages of an inbox in the order of their transfers."""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

from hub.connectors.ems import integrity, mapping
from hub.connectors.ems.config import NUMBER, Ems, Sender
from hub.connectors.ems.package import MANIFEST, ObjectEntry, missing, objects
from hub.domain.changes import Change, Page, Reject
from hub.domain.errors import FatalError, RejectedError, RetryableError

KIND = "document"
_SIZE = 200
"""Objects of a page."""
_LONGEST, _NAME = 1024, 255
"""Of a path in a package and of each part of it."""
_MOST = 3000
"""Packages of an inbox: which were read is kept in the cursor."""


class Inbox:
    """Reads the packages of one folder."""

    def __init__(self, config: Ems, folder: Path, sender: Sender, clock: Callable[[], datetime]) -> None:
        self._config = config
        self._folder = folder
        self._sender = sender
        self._clock = clock

    def pull(self, kind: str, cursor: str | None) -> Page:
        """Return the next objects; see `Source.pull`. A package that was altered since it was read is read again."""
        if kind != KIND:
            raise RejectedError(f"{self._config.name}: has no {kind}, only {KIND}")
        state: dict[str, Any] = {"done": [], "at": None, "from": 0}
        state |= json.loads(cursor) if cursor else {}
        packages = self._packages()
        there = set(packages.values())
        done = [one for one in state["done"] if one in there]
        read = set(done)
        waiting = [path for path, mark in packages.items() if mark not in read]
        found: list[Change | Reject] = []
        after: dict[str, Any] = {"done": done}
        while waiting and len(found) < _SIZE:
            path = waiting[0]
            begin = state["from"] if state["at"] == packages[path] else 0
            try:
                told, ended = self._read(path, begin, _SIZE - len(found))
            except RetryableError:
                if not found:
                    raise
                break  # what came before it is not kept waiting
            if ended:
                done.append(packages[waiting.pop(0)])
            else:
                after |= {"at": packages[path], "from": begin + _SIZE - len(found)}
            found += told
        changes = tuple(one for one in found if isinstance(one, Change))
        rejects = tuple(one for one in found if isinstance(one, Reject))
        return Page(changes, json.dumps(after), more=bool(waiting), rejects=rejects)

    def open(self, external_id: str, version: str) -> Path:
        """Return the file of a version of an object that came. RejectedError where there is none."""
        for path in reversed([*self._packages()]):
            entries = [one for one in objects(path / MANIFEST) if isinstance(one, ObjectEntry)]
            for entry in entries:
                if _is(entry, external_id, version):
                    return self._file(path, entry.files[0].values)
        raise RejectedError(f"{self._config.name}: no package holds version {version} of {external_id}")

    def versions(self, external_id: str) -> Iterator[str]:
        """Yield the versions of an object that came, in the order of their transfers."""
        for path in self._packages():
            for entry in objects(path / MANIFEST):
                if isinstance(entry, ObjectEntry) and entry.values.get("OBJECTID") == external_id:
                    yield entry.values.get("OBJECTVERSION", "")

    def _packages(self) -> dict[Path, str]:
        """Return each package's folder with a mark that changes whenever its exchange file does."""
        try:
            paths = [path.parent for path in sorted(self._folder.glob(f"*/{MANIFEST}")) if not path.parent.is_symlink()]
            marks = {path: _mark(path) for path in paths if not path.name.startswith(".")}
        except OSError as error:
            raise RetryableError(f"{self._folder} could not be looked through ({error.strerror})") from error
        if not self._folder.is_dir():
            raise FatalError(f"{self._folder} is no folder: create it or correct inbox")
        if len(marks) > _MOST:
            raise FatalError(f"{self._folder} holds {len(marks)} packages; move those that were read away")
        return marks

    def _read(self, path: Path, begin: int, room: int) -> tuple[list[Change | Reject], bool]:
        """Return up to *room* of a package's objects after *begin*, and whether it ended with them."""
        found: list[Change | Reject] = []
        try:
            with closing(objects(path / MANIFEST)) as entries:
                for number, entry in enumerate(entries):
                    if not isinstance(entry, ObjectEntry):
                        self._check_batch(entry)
                    elif number > begin + room:
                        return found, False
                    elif number > begin:
                        found.append(self._one(path, number, entry))
        except RejectedError as error:
            raw = (path / MANIFEST).read_bytes()[: 2**20]
            return [*found, Reject(KIND, f"{path.name}/{MANIFEST}", str(error), raw or b"empty")], True
        return found, True

    def _check_batch(self, batch: Mapping[str, str]) -> None:
        wanted = {
            "STUDYID": self._config.study,
            "TRANSFERSOURCEID": self._sender.source,
            "SPECIFICATIONID": self._sender.specification,
            "TMFRMVERSION": self._config.model.version,
        }
        for name, value in wanted.items():
            if batch.get(name) != value:
                raise RejectedError(
                    f"{name} is {batch.get(name)!r}, and {value!r} is agreed on; nothing of it is taken"
                )
        if not batch.get("TRANSFERID"):
            raise RejectedError("TRANSFERID is missing")

    def _one(self, path: Path, number: int, entry: ObjectEntry) -> Change | Reject:
        known = entry.values.get("OBJECTID") or None
        where = f"{path.name}, object {number}"
        try:
            if lacks := missing(entry):
                raise RejectedError(f"{', '.join(lacks)} missing")
            prints = [self._verified(path, one.values) for one in entry.files]
            fields = mapping.fields_of(self._config.study, entry, prints[0])
            self._check_number(fields["artifact"])
        except RejectedError as error:
            return Reject(KIND, where, " ".join(str(error).split())[:300], entry.raw, known)
        own = {name: value for name, value in entry.metadata.items() if name and name.lower() not in fields}
        version = f"{entry.values['OBJECTVERSION']} {prints[0][:16]}"
        return Change(KIND, str(known), {**own, **fields}, version, raw=entry.raw)

    def _check_number(self, number: str) -> None:
        if not re.fullmatch(NUMBER, number):
            raise RejectedError(f"ARTIFACTNUMBER {number!r} is none of the reference model")

    def _verified(self, path: Path, values: Mapping[str, str]) -> str:
        stated = integrity.stated(values.get("INTEGRITY", ""))
        with self._file(path, values).open("rb") as content:
            return integrity.verify(stated, content)

    def _file(self, path: Path, values: Mapping[str, str]) -> Path:
        """Return a file of a package, which lies in the package's own folder and is no link."""
        url = unquote(values.get("CONTENTURL", "")).replace("\\", "/")
        place = PurePosixPath(url)
        if not url or place.is_absolute() or ".." in place.parts or ":" in url or "\x00" in url:
            raise RejectedError(f"CONTENTURL {url[:80]!r} leads out of the package")
        if len(url) > _LONGEST or any(len(part.encode(errors="replace")) > _NAME for part in place.parts):
            raise RejectedError(f"CONTENTURL {url[:80]!r} is longer than a file's name can be")
        file = path.joinpath(*place.parts)
        if any(one.is_symlink() for one in (file, *file.parents) if one.is_relative_to(path) and one != path):
            raise RejectedError(f"{url[:80]} is a link")
        if not file.is_file():
            self._wait(path, url)
            raise RejectedError(f"{url[:80]} is not in the package")
        if file.stat().st_size > self._config.max_mib * 2**20:
            raise RejectedError(f"{url[:80]} is larger than max_mib")
        return file

    def _wait(self, path: Path, url: str) -> None:
        """RetryableError while a package may still be on its way."""
        age_s = self._clock().timestamp() - (path / MANIFEST).stat().st_mtime
        if age_s < self._config.settle_s:
            left_s = self._config.settle_s - max(0.0, age_s)
            raise RetryableError(f"{path.name}: {url[:80]} has not come yet", retry_after_s=min(left_s, 60.0))


def _mark(path: Path) -> str:
    state = (path / MANIFEST).stat()
    text = f"{path.name} {state.st_size} {state.st_mtime_ns} {state.st_ino}"
    return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:12]


def _is(entry: ObjectEntry, external_id: str, version: str) -> bool:
    return entry.values.get("OBJECTID") == external_id and entry.values.get("OBJECTVERSION") == version
