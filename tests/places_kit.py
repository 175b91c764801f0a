"""The places of files, each for real: a folder, an SFTP server of paramiko's, OpenSSH, an S3 store."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.object_store import KEY, SECRET, object_store
from tests.openssh import openssh, settings
from tests.sftp_server import PASSWORD, sftp_server

KINDS = ("folder", "sftp", "openssh", "s3")


@contextmanager
def place(kind: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """Give what a YAML says of an empty place of that kind."""
    (folder / "place").mkdir()
    monkeypatch.setenv("ACME_SFTP", PASSWORD)
    monkeypatch.setenv("STORE_KEY", KEY)
    monkeypatch.setenv("STORE_SECRET", SECRET)
    if kind == "folder":
        yield {"folder": str(folder / "place")}
    elif kind == "sftp":
        with sftp_server(folder) as served:
            yield {"sftp": served.settings("/place")}
    elif kind == "openssh":
        with openssh(folder) as (port, host, key):
            monkeypatch.setenv("ACME_KEY", key)
            yield {"sftp": settings(port, host, folder / "place")}
    else:
        with object_store(folder / "store") as store:
            known = {"bucket": "trial", "prefix": "study/", "endpoint": store.endpoint, "region": "us-east-1"}
            known |= {"key": "env:STORE_KEY", "secret": "env:STORE_SECRET", "ca": str(store.ca)}
            yield {"s3": known}
