"""A vault's Direct Data: a full file and quarter-hourly increments, in parts with their MD5; some are not made yet."""

import csv
import hashlib
import io
import tarfile
from datetime import datetime, timedelta
from typing import Any

from tests.connectors.peer import BEGAN, Answer, Asked
from tests.connectors.vendors.veeva import VaultServer, success


class DirectVault(VaultServer):
    """A vault that makes files of what its users did."""

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        self.files: list[dict[str, Any]] = []
        self.blobs: dict[str, bytes] = {}
        self.part_size = 700
        self.made_to = BEGAN

    def make(self, *, full: bool = False, failing: bool = False, odd: dict[str, str] | None = None) -> str:
        """Make a file of what changed since the last one."""
        begin, self.made_to = self.made_to, self.made_to + timedelta(minutes=15)
        name = f"1776-{self.made_to:%Y%m%d-%H%M}-{'F' if full else 'N'}"
        kind = "full_directdata" if full else "incremental_directdata"
        times = {"start_time": _minute(begin), "stop_time": _minute(self.made_to)}
        if failing:
            self.files.append(
                {"name": name, "extract_type": kind, "error": {"next_retry": _minute(self.made_to)}, **times}
            )
            return name
        rows = [self.shown(row) for row in self.rows.values() if not row.removed and (full or row.changed > self.last)]
        gone = [{"id": known} for known, at in self.gone if not full and at > self.last]
        self.last = self.now
        content = archive(rows if odd is None else [*rows, odd], gone, self.object)
        parts = [content[at : at + self.part_size] for at in range(0, len(content), self.part_size)]
        details = []
        for number, part in enumerate(parts, 1):
            self.blobs[f"{name}.{number:03d}"] = part
            md5 = hashlib.md5(part, usedforsecurity=False).hexdigest()
            details.append({"name": f"{name}.{number:03d}", "filepart": number, "md5checksum": md5})
        self.files.append({"name": name, "extract_type": kind, "filepart_details": details, **times})
        return name

    last: datetime = BEGAN

    def other(self, asked: Asked, path: str) -> Answer:
        if path == "services/directdata/files":
            since = asked.params.get("start_time", "")
            chosen = [one for one in self.files if one["extract_type"] == asked.params["extract_type"]]
            found = [one for one in chosen if one["start_time"] >= since]
            return success(responseDetails={"total": len(found)}, data=found)
        if path.startswith("services/directdata/files/"):
            blob = self.blobs[path.rpartition("/")[2]]
            return Answer(200, blob, {"Content-Type": "application/octet-stream;charset=UTF-8"})
        return super().other(asked, path)


def archive(rows: list[dict[str, Any]], gone: list[dict[str, Any]], object: str) -> bytes:
    """Return a Direct Data archive."""
    names = {"updates": f"Object/{object}.csv", "deletes": f"Object/{object}_deletes.csv"}
    tables = {"updates": rows, "deletes": gone}
    listed = [
        {"extract": f"Object.{object}", "type": kind, "records": str(len(tables[kind])), "file": names[kind]}
        for kind in names
    ]
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as made:
        for name, table in [("manifest.csv", listed), *((names[kind], tables[kind]) for kind in names)]:
            content = _csv(table)
            info = tarfile.TarInfo(name)
            info.size = len(content)
            made.addfile(info, io.BytesIO(content))
    return out.getvalue()


def _csv(table: list[dict[str, Any]]) -> bytes:
    out = io.StringIO()
    columns = list(dict.fromkeys(name for row in table for name in row)) or ["id"]
    writer = csv.DictWriter(out, columns)
    writer.writeheader()
    writer.writerows({name: ",".join(v) if isinstance(v, list) else v for name, v in row.items()} for row in table)
    return out.getvalue().encode("utf-8-sig")


def _minute(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%MZ")
