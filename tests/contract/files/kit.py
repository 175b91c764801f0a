"""A folder of exports, what lies in it, and what a files source makes of it."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LONG_AGO = NOW - timedelta(hours=1)


class HeldClock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


SITE = {
    "files": "sites_*.csv",
    "format": "csv",
    "id": "Site No",
    "fields": {"number": "Site No", "name": "Name", "target": {"column": "Target", "type": "integer"}},
}


def put(folder: Path, name: str, content: bytes | str, at: datetime = LONG_AGO) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


def everything(source, cursor=None, kind="site"):
    changes, rejects = [], []
    for _ in range(1000):
        page = source.pull(kind, cursor)
        assert len(page.changes) + len(page.rejects) <= 1000
        changes += page.changes
        rejects += page.rejects
        cursor = page.cursor
        if not page.more:
            return changes, rejects, cursor
    raise AssertionError("the pages never end")


def ids(changes):
    return [change.external_id for change in changes]


HEAD = "Site No,Name,Target\n"
