"""A system of files, made of its YAML."""

from collections.abc import Callable
from datetime import UTC, datetime

from hub.connectors.files.source import open_files
from hub.connectors.rest.tokens import Tokens
from hub.ports import System


def opened(text: str, _tokens: Callable[[], Tokens] | None) -> System:
    """Make the system of its YAML. UsageError names the first key that is wrong."""
    files = open_files(text, clock=lambda: datetime.now(UTC))
    return System(files.name, files.kinds, source=files, every_s=files.every_s)
