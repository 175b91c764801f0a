"""Files for the user: all of them or none."""

import errno
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from hub.domain.errors import FatalError


def require_writable(folder: Path) -> None:
    """Make *folder* where it is missing and try to write in it, before long work starts. FatalError if not."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".hub-"):
            pass
    except OSError as error:
        raise _told(folder, error) from error


def write_all(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Write *files* (name to bytes) into *folder* and return their paths.

    All are written beside first and then renamed, so that a full disk leaves the former files as they were.
    """
    try:
        staging = Path(tempfile.mkdtemp(dir=folder, prefix=".hub-"))
    except OSError as error:
        raise _told(folder, error) from error
    try:
        for name, body in files.items():
            _write(staging / name, body)
        for name in files:
            (staging / name).replace(folder / name)
    except OSError as error:
        raise _told(folder, error) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return [folder / name for name in files]


def _write(path: Path, body: bytes) -> None:
    with path.open("wb") as stream:
        stream.write(body)
        stream.flush()
        os.fsync(stream.fileno())


def _told(folder: Path, error: OSError) -> FatalError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return FatalError(f"{folder}: the disk is full; nothing was written there. Free some space and run it again")
    return FatalError(
        f"{folder}: cannot be written ({error.strerror}); nothing was written there. Choose another --out"
    )
