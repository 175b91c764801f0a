"""Recordings and documents in a folder, each under its SHA-256."""

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from hub.domain.errors import FatalError, RejectedError

_CHUNK_BYTES = 1 << 20


class FolderBlobs:
    """`BlobStore` on a local folder: `ab/abcdef...`, written beside and renamed, so a blob is whole or absent."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, source: Path) -> str:
        """Copy *source* in, reading it once; see `BlobStore.put`."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            return self._copy(source)
        except OSError as error:
            raise FatalError(f"{source}: could not be kept in {self._folder} ({error.strerror})") from error

    def path(self, sha256: str) -> Path:
        """Return the file of a blob; see `BlobStore.path`."""
        path = self._path(sha256)
        if not path.is_file():
            raise RejectedError(f"{sha256}: no such recording or document is kept in {self._folder}")
        if _sha256(path) != sha256:
            raise RejectedError(f"{path}: its bytes have changed since it was stored; restore it from a backup")
        return path

    def names(self) -> Iterator[str]:
        """Return what is kept; see `BlobStore.names`."""
        found = self._folder.glob("??/*") if self._folder.is_dir() else ()
        yield from sorted(path.name for path in found if path.is_file())

    def save(self, sha256: str, target: Path) -> None:
        """Write a blob elsewhere; see `BlobStore.save`."""
        shutil.copyfile(self.path(sha256), target)

    def remove(self, sha256: str) -> None:
        """Remove a blob; see `BlobStore.remove`.

        A file system may keep traces that only an encrypted disk makes unreadable.
        """
        try:
            self._path(sha256).unlink(missing_ok=True)
        except OSError as error:
            raise FatalError(f"{sha256}: could not be removed ({error.strerror})") from error

    def _path(self, sha256: str) -> Path:
        return self._folder / sha256[:2] / sha256

    def _copy(self, source: Path) -> str:
        descriptor, name = tempfile.mkstemp(dir=self._folder, prefix=".incoming-")
        incoming = Path(name)
        digest = hashlib.sha256()
        try:
            with os.fdopen(descriptor, "wb") as target, source.open("rb") as stream:
                while chunk := stream.read(_CHUNK_BYTES):
                    digest.update(chunk)
                    target.write(chunk)
                target.flush()
                os.fsync(target.fileno())
            final = self._path(digest.hexdigest())
            final.parent.mkdir(exist_ok=True)
            shutil.move(incoming, final)
        finally:
            incoming.unlink(missing_ok=True)
        return digest.hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
