"""Secrets by reference, so that no YAML holds one."""

import os
from pathlib import Path
from typing import Annotated

from pydantic import Field

from hub.domain.errors import FatalError

Secret = Annotated[str, Field(pattern=r"^(env:.+|file:.+|keyring:[^/]+/.+)")]
"""A reference: `env:NAME`, `file:/path` or `keyring:SERVICE/USER`."""


def secret_of(reference: str) -> str:
    """Return what a reference stands for. FatalError naming the reference when it is not there."""
    scheme, _, rest = reference.partition(":")
    if scheme == "env":
        value = os.environ.get(rest, "")
    elif scheme == "file":
        value = _content(Path(rest), reference)
    elif scheme == "keyring":
        value = _kept(rest, reference)
    else:
        raise FatalError("a secret is named as env:NAME, file:/path or keyring:SERVICE/USER")
    if not value:
        raise FatalError(f"{reference} holds no secret")
    return value


def _content(path: Path, reference: str) -> str:
    try:
        return path.read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise FatalError(f"{reference} cannot be read") from error


def _kept(name: str, reference: str) -> str:
    import keyring
    from keyring.errors import KeyringError

    service, _, user = name.partition("/")
    try:
        return keyring.get_password(service, user) or ""
    except KeyringError as error:  # none on this machine, or locked
        raise FatalError(f"{reference}: the keyring does not open ({type(error).__name__})") from error
