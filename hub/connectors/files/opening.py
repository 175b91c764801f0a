"""A system of files, made of its YAML."""

from collections.abc import Callable
from datetime import UTC, datetime

from hub.connectors.files.source import open_files
from hub.connectors.rest.tokens import Tokens
from hub.connectors.tried import Tried
from hub.connectors.troubles import Advice
from hub.ports import System

_ADVICE = Advice("folder, or host and folder of sftp", "user, key or password of sftp", "list and read on the folder")


def opened(text: str, _tokens: Callable[[], Tokens] | None) -> System:
    """Make the system of its YAML. UsageError names the first key that is wrong."""
    files = open_files(text, clock=lambda: datetime.now(UTC))
    looked = Tried(files, files.kinds, _ADVICE, named=files.named)
    return System(files.name, files.kinds, source=files, every_s=files.every_s, inspector=looked)
