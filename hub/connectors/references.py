"""Secrets by reference, so that no YAML holds one."""

import os
from pathlib import Path

from hub.domain.errors import FatalError


def secret_of(reference: str) -> str:
    """Return what `env:NAME` or `file:/path` refers to. FatalError naming the reference when it is not there."""
    scheme, _, rest = reference.partition(":")
    if scheme == "env":
        value = os.environ.get(rest, "")
    elif scheme == "file":
        value = _content(Path(rest), reference)
    else:
        raise FatalError("a secret is named as env:NAME or file:/path")
    if not value:
        raise FatalError(f"{reference} holds no secret")
    return value


def _content(path: Path, reference: str) -> str:
    try:
        return path.read_text("utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise FatalError(f"{reference} cannot be read") from error
