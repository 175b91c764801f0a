"""The keys that secrets are encrypted under at rest."""

import contextlib
import os
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet, MultiFernet

from hub.domain.errors import FatalError, UsageError


def open_cipher(keys: str | None, key_file: Path) -> MultiFernet:
    """Return the cipher of *keys* (Fernet keys, newest first, separated by commas), else of the one in *key_file*.

    The file is made where it is not there; it holds a key a line, the newest first.
    UsageError when the keys are none, FatalError when the file holds none.
    """
    if keys is not None:
        try:
            return MultiFernet([Fernet(key.strip()) for key in keys.split(",")])
        except ValueError as error:
            raise UsageError("HUB_TOKEN_KEYS: holds no Fernet keys (32 bytes each in URL-safe base64)") from error
    try:
        return MultiFernet([Fernet(key) for key in _of(key_file).split()])
    except (ValueError, OSError) as error:
        raise FatalError(f"{key_file}: gives no key; restore it from a backup, or set HUB_TOKEN_KEYS") from error


def add_key(key_file: Path) -> None:
    """Put a new key before those of *key_file*: what is encrypted from now on is under it."""
    _replace(key_file, b"\n".join((Fernet.generate_key(), _of(key_file))))


def leave_newest(key_file: Path) -> None:
    """Forget all keys of *key_file* but the newest."""
    _replace(key_file, _of(key_file).split()[0])


def _replace(path: Path, content: bytes) -> None:
    descriptor, aside = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    Path(aside).replace(path)


def _of(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        descriptor, aside = tempfile.mkstemp(prefix=f"{path.name}.", dir=path.parent)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(Fernet.generate_key())
            stream.flush()
            os.fsync(stream.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(aside, path)  # whole or not at all, and the first of two stays
        Path(aside).unlink()
    return path.read_bytes().strip()
