"""The keys that secrets are encrypted under at rest."""

import contextlib
import os
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet, MultiFernet

from hub.domain.errors import FatalError, UsageError


def open_cipher(keys: str | None, key_file: Path) -> MultiFernet:
    """Return the cipher of *keys* (Fernet keys, newest first, separated by commas), else of the one in *key_file*.

    The file is made where it is not there. UsageError when the keys are none, FatalError when the file holds none.
    """
    if keys is not None:
        try:
            return MultiFernet([Fernet(key.strip()) for key in keys.split(",")])
        except ValueError as error:
            raise UsageError("HUB_TOKEN_KEYS: holds no Fernet keys (32 bytes each in URL-safe base64)") from error
    try:
        return MultiFernet([Fernet(_of(key_file))])
    except (ValueError, OSError) as error:
        raise FatalError(f"{key_file}: gives no key; restore it from a backup, or set HUB_TOKEN_KEYS") from error


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
