"""The files connector keeps the contract: as full exports, and as files of what changed."""

import json
import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from hub.connectors.files.config import read_config
from hub.connectors.files.places import FolderPlace
from hub.connectors.files.source import FileSource
from hub.domain.changes import Capabilities
from tests.connectors.contract import SourceContract

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@dataclass
class Exports:
    """A system that writes a file of JSON lines after every change: of all records, or of the one that changed."""

    folder: Path
    full: bool
    rows: dict[str, object] = field(default_factory=dict)
    written: int = 0

    def enter(self, what: str) -> str:
        known = f"T-{len(self.rows) + 1}"
        self._set(known, what)
        return known

    def edit(self, known: str, what: str) -> None:
        self._set(known, what)

    def remove(self, known: str) -> None:
        del self.rows[known]
        self._write([{"id": known, "gone": "yes"}])

    def spoil(self, known: str) -> None:
        self._set(known, ["no", "text"])

    def held(self) -> dict[str, object]:
        return dict(self.rows)

    def _set(self, known: str, what: object) -> None:
        self.rows[known] = what
        self._write([{"id": known, "gone": "no", "what": what}])

    def _write(self, changed: list[dict[str, object]]) -> None:
        rows = (
            [{"id": known, "gone": "no", "what": what} for known, what in self.rows.items()] if self.full else changed
        )
        self.written += 1
        path = self.folder / f"todo_{self.written:06}.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        at = (NOW - timedelta(hours=1) + timedelta(seconds=self.written)).timestamp()
        os.utime(path, (at, at))


class FilesContract(SourceContract):
    full = False

    @pytest.fixture
    def world(self, tmp_path):
        (tmp_path / "in").mkdir()
        return Exports(tmp_path / "in", self.full)

    @pytest.fixture
    def opened(self, world):
        kind = {
            "files": "todo_*.jsonl",
            "format": "jsonl",
            "id": "id",
            "fields": {"title": {"column": "what", "required": True}},
        }
        if not self.full:
            kind["deleted"] = {"column": "gone", "values": ["yes"]}
        told = {
            "connector": "files",
            "name": "exports",
            "folder": str(world.folder),
            "settle_s": 0,
            "full_export": self.full,
            "kinds": {"action_item": kind},
        }
        made = []

        def build():
            made.append(
                FileSource(read_config(yaml.safe_dump(told)), FolderPlace(world.folder), clock=lambda: NOW, page_rows=3)
            )
            return made[-1]

        yield build
        for one in made:
            one.close()


class TestFullExports(FilesContract):
    capabilities = Capabilities(complete_listing=True)
    full = True


class TestChangesAsTheyCome(FilesContract):
    capabilities = Capabilities(deletes=True)
