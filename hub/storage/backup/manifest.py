"""What a backup says of itself: every file with its hash, every table with its rows, the end of the audit trail."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hub.domain.errors import RejectedError

NAME = "manifest.json"
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Manifest:
    """*files* are paths in the backup to SHA-256; *rows* tables to their count; *head* is the trail's last entry."""

    taken_at: str
    dialect: str
    revision: str
    files: Mapping[str, str]
    rows: Mapping[str, int]
    head: tuple[int, str]
    key: str = ""
    signature: str = field(default="", compare=False)

    def content(self) -> bytes:
        """Return what is signed: canonical JSON of all but the signature."""
        told = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "signature"}
        told |= {"files": dict(self.files), "rows": dict(self.rows), "head": list(self.head)}
        return json.dumps(told, sort_keys=True, separators=(",", ":")).encode()

    def write(self, folder: Path) -> None:
        """Write it into a backup."""
        whole: dict[str, Any] = json.loads(self.content()) | {"signature": self.signature}
        (folder / NAME).write_text(json.dumps(whole, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def read(folder: Path) -> Manifest:
    """Return the manifest of a backup. RejectedError where there is none that can be read."""
    try:
        told = json.loads((folder / NAME).read_text(encoding="utf-8"))
        return Manifest(**(told | {"head": (int(told["head"][0]), str(told["head"][1]))}))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise RejectedError(f"{folder}: holds no backup of the hub: its {NAME} cannot be read") from error


def hashes(folder: Path) -> dict[str, str]:
    """Return the SHA-256 of every file of a backup, but of its manifest."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / NAME)
    return {path.relative_to(folder).as_posix(): hash_of(path) for path in paths}


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def check(folder: Path, manifest: Manifest) -> None:
    """RejectedError that names the first file which is missing, altered or too many."""
    there = hashes(folder)
    for name in sorted({*there, *manifest.files}):
        if name not in there:
            raise RejectedError(f"{folder / name}: is missing from the backup")
        if name not in manifest.files:
            raise RejectedError(f"{folder / name}: is no part of the backup")
        if there[name] != manifest.files[name]:
            raise RejectedError(f"{folder / name}: is not as it was when the backup was taken")
