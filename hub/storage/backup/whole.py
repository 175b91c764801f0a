"""A backup of a hub: its database, recordings and documents, keys and set-up; restored and proved whole."""

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import Engine

from hub.domain.errors import FatalError, RejectedError, UsageError
from hub.ports import BlobStore, Clock
from hub.storage.audit import AuditTrail
from hub.storage.backup import database, manifest
from hub.storage.backup.manifest import Manifest
from hub.storage.engine import reading

KEPT = (
    "blobs", "keys", "systems", "platforms", "webhooks", "chats", "mailboxes", "calendars", "plans", "copies",
    "communications", "outgoing", "evaluation",
)  # fmt: skip
"""Folders of HUB_HOME that go along; fetched models can be fetched again, half uploads are sent again."""
FILES = ("hub.toml", "mail.yaml", "audit-checkpoints.jsonl")
_HOME = "home"


@dataclass(frozen=True, slots=True)
class Found:
    """What a backup holds, or what a restored hub was found to hold."""

    files: int
    rows: int
    entries: int
    """Entries of the audit trail."""


def back_up(
    engine: Engine,
    home: Path,
    trail: AuditTrail,
    target: Path,
    *,
    clock: Clock,
    blobs: BlobStore | None = None,
    set_up: Mapping[str, Path] = MappingProxyType({}),
) -> Found:
    """Copy all that the hub keeps into the new folder *target*; the hub may go on working.

    *blobs* is given where recordings and documents lie elsewhere than in *home*: all of them are fetched from there.
    *set_up* are folders of KEPT, and `mail.yaml`, by name where they may lie elsewhere; restored, they lie in the home.

    The database is copied first and as of one moment; what it names by hash is written before it and never changed,
    so that the copy made after it holds all of that. UsageError where *target* is there, FatalError: a full disk.
    """
    if target.exists() and any(target.iterdir()):
        raise UsageError(f"{target}: is there already; name a new folder")
    try:
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        revision, rows, head = database.save(engine, target)
        _copy_home(home, target / _HOME)
        _copy_set_up(set_up, target / _HOME)
        if blobs is not None:
            _fetch(blobs, target / _HOME / "blobs")
        made = Manifest(
            clock().astimezone(UTC).isoformat(timespec="seconds"),
            engine.dialect.name,
            revision,
            manifest.hashes(target),
            rows,
            head,
            trail.public_key(),
        )
        made = replace(made, signature=trail.sign(made.content())[0])
        made.write(target)
    except OSError as error:
        raise FatalError(f"{target}: the backup could not be written ({error.strerror})") from error
    return Found(len(made.files), sum(rows.values()), head[0])


def look_at(folder: Path) -> Manifest:
    """Return what a backup says of itself, once every file of it was found to be as it was.

    RejectedError names the file that is not, or says that the manifest is not the one that was signed.
    """
    known = manifest.read(folder)
    if not signed_by(known.key, known.content(), known.signature):
        raise RejectedError(f"{folder}: its manifest is not the one that was signed")
    manifest.check(folder, known)
    for blob in (folder / _HOME / "blobs").rglob("*"):
        if blob.is_file() and blob.name != manifest.hash_of(blob):
            raise RejectedError(f"{blob}: its bytes are not those of its name; the hub held it damaged already")
    return known


def restore(
    folder: Path,
    home: Path,
    url: str,
    reopened: Callable[[], tuple[Engine, AuditTrail]],
    *,
    blobs: BlobStore | None = None,
) -> Found:
    """Put a backup back into an empty *home* and database, then prove it: rows of every table, and the whole trail.

    With *blobs* recordings and documents go there, and each is read back from there and compared. UsageError where
    something is there already; RejectedError as `look_at`; FatalError where what was put back is not what the backup
    says.
    """
    known = look_at(folder)
    if home.exists() and any((home / name).exists() for name in (*KEPT, "hub.db")):
        raise UsageError(f"{home}: a hub is there; restore into an empty HUB_HOME")
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    _copy_home(folder / _HOME, home)
    if blobs is not None:
        _hand_over(folder / _HOME / "blobs", blobs)
    database.put_back(url, folder, known.revision)
    engine, trail = reopened()
    with reading(engine) as connection:
        rows = database.rows_of(connection)
    wrong = [name for name, count in known.rows.items() if rows.get(name) != count]
    if wrong:
        raise FatalError(f"{', '.join(sorted(wrong))}: another number of rows than in the backup")
    verdict = trail.verify()
    if not verdict.whole or verdict.entries != known.head[0]:
        raise FatalError(f"the audit trail is not whole: {verdict.harm or 'its end is another one'}")
    return Found(len(known.files), sum(rows.values()), verdict.entries)


def signed_by(key: str, content: bytes, signature: str) -> bool:
    """Tell whether the owner of a public key (hex) signed *content*."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), content)
    except (InvalidSignature, ValueError):
        return False
    return True


def _fetch(blobs: BlobStore, folder: Path) -> None:
    """Let *folder* hold just what the store has: a copy in the hub's own folder may be spoilt, or of what is gone."""
    names = set(blobs.names())
    for path in [path for path in folder.rglob("*") if path.is_file()]:
        if path.name not in names or manifest.hash_of(path) != path.name:
            path.unlink()
    for name in sorted(names):
        target = folder / name[:2] / name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            blobs.save(name, target)


def _hand_over(folder: Path, blobs: BlobStore) -> None:
    with tempfile.TemporaryDirectory(prefix="hub-restored-") as scratch:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            blobs.put(path)
            blobs.save(path.name, Path(scratch) / path.name)  # which holds it against its hash
            (Path(scratch) / path.name).unlink()


def _copy_set_up(set_up: Mapping[str, Path], target: Path) -> None:
    for name, source in set_up.items():
        if source.is_dir():
            shutil.copytree(source, target / name, dirs_exist_ok=True)
        elif source.is_file():
            shutil.copy2(source, target / name)


def _copy_home(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in KEPT:
        if (source / name).is_dir():
            ignored = shutil.ignore_patterns(".incoming-*")
            shutil.copytree(source / name, target / name, ignore=ignored, dirs_exist_ok=True)
    for name in FILES:
        if (source / name).is_file():
            shutil.copy2(source / name, target / name)
    keys = target / "keys"
    for path in [keys, *keys.glob("*")] if keys.is_dir() else []:
        os.chmod(path, 0o700 if path.is_dir() else 0o600)  # noqa: PTH101 - a copy is not to be read by others
