"""Where files lie: a folder of this machine (and, in `sftp`, of another)."""

import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from hub.domain.errors import FatalError, RetryableError

_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Found:
    """One file of a listing."""

    name: str
    size: int
    mtime: float
    """Seconds since 1970, by the clock of the place."""
    stamp: str
    """Changes whenever the file does, as far as the place can tell without reading it."""


class Place(Protocol):
    """A flat folder of files."""

    def each(self) -> Iterator[Found]:
        """Yield every ordinary file, as the place tells them; errors as of `files`, from the first or a later one."""

    def files(self) -> list[Found]:
        """Return every ordinary file. FatalError naming the folder when it is not there or we are not let in."""

    def open(self, name: str, *, max_bytes: int) -> BinaryIO | None:
        """Return the file for reading and seeking, None when it is gone; at most *max_bytes* are fetched."""


class Keeping(Place, Protocol):
    """A folder that also takes files."""

    def put(self, name: str, content: BinaryIO) -> None:
        """Write a file, whole or not at all, in the place of one of that name; `/` in *name* makes folders.

        FatalError where we may not write there, RetryableError where it is not known whether it was written.
        """


class FolderPlace:
    """A folder of this machine; links are left alone, so that nothing outside is read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def files(self) -> list[Found]:
        """Return every ordinary file of the folder."""
        return list(self.each())

    def each(self) -> Iterator[Found]:
        """Yield every ordinary file of the folder."""
        try:
            with os.scandir(self._folder) as entries:
                for entry in entries:
                    state = _state(entry)
                    if state and stat.S_ISREG(state.st_mode):
                        yield _found(entry.name, state)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise FatalError(f"{self._folder} is no folder: create it or correct the source's YAML") from error
        except PermissionError as error:
            raise FatalError(f"{self._folder} may not be listed by this user") from error
        except OSError as error:
            raise RetryableError(f"{self._folder} could not be listed ({error.strerror})") from error

    def open(self, name: str, *, max_bytes: int) -> BinaryIO | None:
        """Return the file itself."""
        del max_bytes
        try:
            return os.fdopen(os.open(self._folder / name, os.O_RDONLY | os.O_NOFOLLOW), "rb")
        except FileNotFoundError:
            return None
        except PermissionError as error:
            raise FatalError(f"{self._folder / name} may not be read by this user") from error
        except OSError as error:
            raise RetryableError(f"{self._folder / name} could not be opened ({error.strerror})") from error

    def put(self, name: str, content: BinaryIO) -> None:
        """Write a file beside its name first, and then under it."""
        path = self._folder / name
        part = path.with_name(f".{path.name}.part")
        try:
            if not self._folder.is_dir():
                raise FileNotFoundError
            path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as out:
                shutil.copyfileobj(content, out, _PIECE)
                out.flush()
                os.fsync(out.fileno())
            part.replace(path)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise FatalError(f"{self._folder} is no folder: create it or correct the YAML") from error
        except PermissionError as error:
            raise FatalError(f"{self._folder} may not be written by this user") from error
        except OSError as error:
            raise RetryableError(f"{path} could not be written ({error.strerror})") from error


def _state(entry: "os.DirEntry[str]") -> os.stat_result | None:
    try:
        return entry.stat(follow_symlinks=False)
    except FileNotFoundError:  # gone since it was listed
        return None


def _found(name: str, state: os.stat_result) -> Found:
    # the inode and its change time tell of a replacement even where the time of the content was set back
    stamp = f"{state.st_mtime_ns}-{state.st_size}-{state.st_ctime_ns}-{state.st_ino}"
    return Found(name, state.st_size, state.st_mtime, stamp)
