"""Direct Data: a vault's own files of everything that changed in a quarter of an hour, read instead of asked for."""

import contextlib
import csv
import hashlib
import json
import tarfile
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hub.connectors.veeva import rows
from hub.connectors.veeva.client import Vault
from hub.connectors.veeva.config import VaultKind, Veeva
from hub.connectors.wire import pieces
from hub.domain.changes import Change, Page, Reject
from hub.domain.errors import RejectedError, RetryableError

_SIZE = 1000
_MOST = 64 * 2**30
_MANIFEST = "manifest.csv"
Rows = Iterator[dict[str, str]]


class DirectReading:
    """Reads kinds from files: the newest full one first, then every increment after it, in their order."""

    def __init__(self, config: Veeva, vault: Vault, clock: Callable[[], datetime]) -> None:
        self._config = config
        self._vault = vault
        self._clock = clock
        self._folder = TemporaryDirectory(prefix="direct-data-")
        self._open: tuple[str, Rows] | None = None
        """A place in a file and what comes from there on."""

    def close(self) -> None:
        """Remove what was fetched."""
        self._folder.cleanup()

    def pull(self, kind: str, cursor: str | None) -> Page:
        """Return the next rows of the file at *cursor*; see `Source.pull`."""
        rule = self._config.kinds.get(kind)
        if rule is None:
            raise RejectedError(f"{self._config.name}: {kind} is not among its kinds")
        state: dict[str, Any] = {"stop": None, "file": None, "row": 0, **(json.loads(cursor) if cursor else {})}
        file = self._file(state)
        if file is None:
            return Page((), json.dumps({"stop": state["stop"]}))
        begin = int(state["row"]) if state["file"] == file["name"] else 0
        page, more = self._rows(rule, file, begin)
        found = [_read(kind, rule, row, f"{file['name']}, row {begin + n}") for n, row in enumerate(page, 1)]
        after = {"stop": state["stop"], "file": file["name"], "row": begin + len(page)}
        if not more:
            after = {"stop": file["stop_time"]}
        changes = tuple(one for one in found if isinstance(one, Change))
        rejects = tuple(one for one in found if isinstance(one, Reject))
        return Page(changes, json.dumps(after), more=True, rejects=rejects)

    def since(self, kind: str, at: datetime) -> str | None:
        """Return a cursor that begins with the increment of a time."""
        if kind not in self._config.kinds:
            return None
        return json.dumps({"stop": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%MZ")})

    def _file(self, state: dict[str, Any]) -> dict[str, Any] | None:
        """Return the file to read now; None where there is no newer one yet."""
        if state["stop"] is None:
            files = self._listed({"extract_type": "full_directdata"})
            chosen = next((one for one in files if one["name"] == state["file"]), None) or (
                files[-1] if files else None
            )
            if chosen is None:
                raise RetryableError(f"{self._config.name}: has no full Direct Data file yet", retry_after_s=900.0)
            return chosen
        files = self._listed({"extract_type": "incremental_directdata", "start_time": state["stop"]})
        return next((one for one in files if _time(one["stop_time"]) > _time(state["stop"])), None)

    def _listed(self, params: Mapping[str, str]) -> list[dict[str, Any]]:
        found = [one for one in self._vault.get("services/directdata/files", params).rows if isinstance(one, dict)]
        for one in found:
            if "error" in one:  # what comes after it would leave it out
                raise RetryableError(
                    f"{self._config.name}: Direct Data file {one.get('name')} is not made yet",
                    retry_after_s=self._wait(one["error"]),
                )
            if not all(isinstance(one.get(name), str) for name in ("name", "stop_time")):
                raise RetryableError(f"{self._config.name}: a Direct Data file is not told as a vault does")
        return sorted(found, key=lambda one: _time(one["stop_time"]))

    def _wait(self, error: Any) -> float:
        told = error.get("next_retry") if isinstance(error, dict) else None
        with contextlib.suppress(ValueError, TypeError):
            left_s = (datetime.fromisoformat(str(told)) - self._clock()).total_seconds()
            return max(left_s, 60.0)
        return 900.0

    def _rows(self, rule: VaultKind, file: dict[str, Any], begin: int) -> tuple[list[dict[str, str]], bool]:
        """Return up to a page of rows from *begin* on, and whether others follow."""
        place = f"{file['name']} {rule.object} {begin}"
        if self._open is None or self._open[0] != place:
            self._open = (place, islice(self._all(rule, file), begin, None))
        reading, self._open = self._open[1], None  # one that failed has nothing more to give
        page = list(islice(reading, _SIZE))
        self._open = (f"{file['name']} {rule.object} {begin + len(page)}", reading) if len(page) == _SIZE else None
        return page, len(page) == _SIZE

    def _all(self, rule: VaultKind, file: dict[str, Any]) -> Rows:
        """Yield the rows of one object in a file: what changed, then what was deleted, marked so."""
        name, path = f"Object.{rule.object}", self._fetched(file)
        try:
            with tarfile.open(path, "r:gz") as archive:
                for kind in ("updates", "deletes"):
                    for member in _paths(archive, name, kind):
                        for row in _csv(archive, member):
                            yield {**row, "": "gone"} if kind == "deletes" else row
        except (tarfile.TarError, EOFError, OSError, KeyError, csv.Error, UnicodeDecodeError) as error:
            path.unlink(missing_ok=True)
            why = " ".join(str(error).split())[:200]
            raise RetryableError(
                f"{self._config.name}: Direct Data file {file['name']} cannot be read: {why}"
            ) from error

    def _fetched(self, file: dict[str, Any]) -> Path:
        """Return the file on this machine, its parts joined, each with the MD5 that the vault states."""
        path = Path(self._folder.name) / hashlib.sha256(str(file["name"]).encode()).hexdigest()[:32]
        if path.exists():
            return path
        for old in path.parent.iterdir():
            old.unlink()
        part = path.with_suffix(".part")
        details = file.get("filepart_details")
        with part.open("w+b") as out:
            for one in details if isinstance(details, list) else []:
                begin = out.tell()
                self._vault.download(f"services/directdata/files/{one.get('name')}", out, most=_MOST)
                out.seek(begin)
                if _md5(out) != one.get("md5checksum"):
                    raise RetryableError(f"{self._config.name}: Direct Data part {one.get('name')} came altered")
        part.rename(path)
        return path


def _paths(archive: tarfile.TarFile, extract: str, kind: str) -> list[str]:
    listed = [row for row in _csv(archive, _MANIFEST) if row.get("extract") == extract and row.get("type") == kind]
    return [row["file"] for row in listed if row.get("file") and row.get("records") != "0"]


def _csv(archive: tarfile.TarFile, path: str) -> Rows:
    member = archive.extractfile(path)
    if member is None:
        raise KeyError(path)
    with member:
        lines = (line.decode("utf-8-sig" if number == 0 else "utf-8") for number, line in enumerate(member))
        yield from csv.DictReader(lines)


def _read(kind: str, rule: VaultKind, row: dict[str, Any], place: str) -> Change | Reject:
    """Return what a row says; an empty cell is a field without a value."""
    gone = row.pop("", None) == "gone"
    if None in row:  # more cells than columns
        return Reject(kind, place, "has more cells than there are columns", json.dumps(str(row)).encode())
    if gone and row.get("id"):
        return Change(kind, row["id"], {}, deleted=True, raw=json.dumps(row).encode())
    told = {name: None if value == "" else _typed(value) for name, value in row.items()}
    return rows.read(kind, rule, told, place)


def _typed(value: Any) -> Any:
    return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def _md5(content: Any) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    for piece in pieces(content, 2**20):
        digest.update(piece)
    return digest.hexdigest()


def _time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise RetryableError(f"Direct Data: {text[:40]!r} is no time") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
