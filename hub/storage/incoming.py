"""Pieces of uploads in a folder, each upload a file of its own."""

import os
import re
from pathlib import Path

from hub.domain.errors import FatalError, StaleError, UsageError

_NAME = re.compile(r"[A-Za-z0-9_-]{8,64}")


class FolderIncoming:
    """`Incoming` in *folder*, which workers of one upload share."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def size(self, id: str) -> int:
        """Return the bytes that are there; see `Incoming.size`."""
        path = self.path(id)
        return path.stat().st_size if path.is_file() else 0

    def write(self, id: str, offset: int, piece: bytes) -> int:
        """Append a piece; see `Incoming.write`."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self.path(id).open("ab") as stream:
                if stream.tell() != offset:
                    raise StaleError(f"the upload holds {stream.tell()} bytes; go on from there")
                stream.write(piece)
                stream.flush()
                os.fsync(stream.fileno())
                return stream.tell()
        except OSError as error:
            raise FatalError(f"{self._folder}: an upload could not be kept ({error.strerror})") from error

    def path(self, id: str) -> Path:
        """Return the file; see `Incoming.path`."""
        if not _NAME.fullmatch(id):
            raise UsageError(f"{id}: is no name of an upload")
        return self._folder / id

    def remove(self, id: str) -> None:
        """Remove the file; see `Incoming.remove`."""
        self.path(id).unlink(missing_ok=True)
