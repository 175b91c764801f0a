"""A vault's documents: versions, lifecycle actions, file staging with sessions that outlive a cut, audit trails."""

import csv
import hashlib
import io
import json
import re
from typing import Any
from urllib.parse import parse_qs

from tests.connectors.openapi import parts_of
from tests.connectors.peer import Answer, Asked
from tests.connectors.vendors.veeva import VaultServer, failure, moment, success
from tests.connectors.vendors.vql import Query

_SIGNATURES = re.compile(r"SELECT id, \(SELECT (?P<fields>[\w, ]+) FROM document_signature__sysr\) FROM documents")


class DocumentVault(VaultServer):
    """A vault with documents."""

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        self.documents: dict[int, list[dict[str, Any]]] = {}
        """Versions of each document, oldest first; `content` is its file."""
        self.staged: dict[str, bytes] = {}
        self.uploads: dict[str, dict[str, Any]] = {}
        self.jobs: dict[int, int] = {}
        """Job to how often it still says RUNNING."""
        self.job_takes = 0
        self.signatures: dict[str, list[dict[str, Any]]] = {}
        """By document."""
        self.trail: list[dict[str, Any]] = []

    def _query(self, asked: Asked, path: str) -> Answer:
        wanted = parse_qs(asked.body.decode()).get("q", [""])[0]
        inner = _SIGNATURES.fullmatch(wanted)
        if path != "query" or inner is None:
            return super()._query(asked, path)
        fields = tuple(one.strip() for one in inner["fields"].split(","))
        query = Query(fields, "document_signature__sysr", lambda _row: True, None, 1000, 0)
        rows = [
            {"id": int(known), "document_signature__sysr": json.loads(self._rows(query, signed, 0).body)}
            for known, signed in self.signatures.items()
        ]
        return success(responseDetails={"size": len(rows), "total": len(rows)}, data=rows)

    def known(self) -> list[str]:
        return [*super().known(), "documents", "ALLVERSIONS documents"]

    def records(self, object: str) -> list[dict[str, Any]]:
        if object == "ALLVERSIONS documents":
            return [self._plain(one) for versions in self.documents.values() for one in versions]
        if object == "documents":
            return [self._plain(versions[-1]) for versions in self.documents.values()]
        return super().records(object)

    def other(self, asked: Asked, path: str) -> Answer:
        for pattern, handler in self._routes():
            method, _, rest = pattern.partition(" ")
            if method == asked.method and (found := re.fullmatch(rest, path)):
                return handler(asked, *found.groups())
        return super().other(asked, path)

    def _routes(self) -> list[tuple[str, Any]]:
        return [
            ("POST objects/documents", self._create),
            ("POST objects/documents/batch", self._batch),
            (r"POST objects/documents/(\d+)", self._version),
            (r"GET objects/documents/(\d+)/versions/(\d+)/(\d+)/file", self._file),
            (r"PUT objects/documents/(\d+)/versions/(\d+)/(\d+)/lifecycle_actions/(\w+)", self._act),
            (r"GET services/file_staging/items/(.+)", self._items),
            ("GET services/file_staging/upload", lambda _: success(data=[_bare(one) for one in self.uploads.values()])),
            ("POST services/file_staging/upload", self._open),
            ("PUT services/file_staging/upload/(.+)", self._part),
            ("POST services/file_staging/upload/(.+)", self._commit),
            (r"GET services/jobs/(\d+)", self._job),
            (r"GET objects/deletions/documents", lambda _: success(responseDetails={"total": 0}, data=[])),
            (r"GET (audittrail/\w+|objects/documents/\d+/audittrail)", self._trail),
        ]

    def _plain(self, one: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in one.items() if name != "content"}

    def _create(self, asked: Asked) -> Answer:
        form, files = parts_of(asked)
        return success(id=self._made(form, files["file"]))

    def _batch(self, asked: Asked) -> Answer:
        rows = list(csv.DictReader(io.StringIO(asked.body.decode())))
        ids = [self._made(row, self.staged[row.pop("file")]) for row in rows]
        return success(data=[{"responseStatus": "SUCCESS", "id": known} for known in ids])

    def _made(self, fields: dict[str, Any], content: bytes) -> int:
        known = 700 + len(self.documents)
        self.documents[known] = []
        self._add(known, {**fields, "id": known, "binder__v": False}, content, (0, 1))
        return known

    def _add(self, known: int, fields: dict[str, Any], content: bytes, number: tuple[int, int]) -> None:
        self.now += self.tick
        self.taken.append(("POST", f"{known} {number[0]}.{number[1]}"))
        more = {
            "major_version_number__v": number[0],
            "minor_version_number__v": number[1],
            "md5checksum__v": hashlib.md5(content, usedforsecurity=False).hexdigest(),
            "status__v": "Approved" if number[1] == 0 else "Draft",
            "version_modified_date__v": moment(self.now),
            "content": content,
        }
        self.documents[known].append({**fields, **more})

    def _version(self, asked: Asked, known: str) -> Answer:
        form, files = parts_of(asked)
        if int(known) not in self.documents or form.get("createDraft") != "uploadedContent":
            return failure("INVALID_DATA", "no such document")
        last = self.documents[int(known)][-1]
        number = (last["major_version_number__v"], last["minor_version_number__v"] + 1)
        self._add(int(known), self._plain(last), files["file"], number)
        return success(major_version_number__v=number[0], minor_version_number__v=number[1])

    def _find(self, known: str, major: str, minor: str) -> dict[str, Any] | None:
        number = (int(major), int(minor))
        versions = self.documents.get(int(known), [])
        return next(
            (o for o in versions if (o["major_version_number__v"], o["minor_version_number__v"]) == number), None
        )

    def _file(self, _: Asked, known: str, major: str, minor: str) -> Answer:
        found = self._find(known, major, minor)
        if found is None:
            return failure("INVALID_DATA", "no such version")
        return Answer(200, found["content"], {"Content-Type": "application/octet-stream;charset=UTF-8"})

    def _act(self, _: Asked, known: str, major: str, minor: str, action: str) -> Answer:
        found = self._find(known, major, minor)
        if found is None or action != "approve__c" or minor == "0":
            return failure("OPERATION_NOT_ALLOWED", "not in this state")
        found |= {"major_version_number__v": int(major) + 1, "minor_version_number__v": 0, "status__v": "Approved"}
        return success(id=int(known))

    def _items(self, _: Asked, folder: str) -> Answer:
        inside = {path: data for path, data in self.staged.items() if path.startswith(f"/{folder}/")}
        return success(data=[{"kind": "file", "path": path, "size": len(data)} for path, data in inside.items()])

    def _open(self, asked: Asked) -> Answer:
        form = {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}
        known = f"upload{len(self.uploads)}--"
        self.uploads[known] = {
            "id": known,
            "path": form["path"],
            "size": int(form["size"]),
            "uploaded_parts": 0,
            "parts": [],
        }
        return success(data=_bare(self.uploads[known]))

    def _part(self, asked: Asked, known: str) -> Answer:
        upload = self.uploads[known]
        if asked.headers.get("x-vaultapi-filepartnumber") != str(upload["uploaded_parts"] + 1):
            return failure("INVALID_DATA", "parts come in order")
        upload["parts"].append(asked.body)
        upload["uploaded_parts"] += 1
        return success(data={"size": len(asked.body), "part_number": upload["uploaded_parts"]})

    def _commit(self, _: Asked, known: str) -> Answer:
        upload = self.uploads[known]
        content = b"".join(upload["parts"])
        if len(content) != upload["size"]:
            return failure("INVALID_DATA", "size differs")
        del self.uploads[known]
        self.staged[upload["path"]] = content
        self.jobs[len(self.jobs) + 100] = self.job_takes
        return success(data={"job_id": len(self.jobs) + 99})

    def _job(self, _: Asked, known: str) -> Answer:
        self.jobs[int(known)] -= 1
        return success(data={"id": int(known), "status": "RUNNING" if self.jobs[int(known)] >= 0 else "SUCCESS"})

    def _trail(self, asked: Asked, _: str) -> Answer:
        begin, end = asked.params["start_date"], asked.params["end_date"]
        found = [one for one in self.trail if begin <= one["timestamp"] <= end]
        offset, limit = int(asked.params["offset"]), min(int(asked.params["limit"]), self.most)
        details = {"offset": offset, "limit": limit, "size": len(found[offset : offset + limit]), "total": len(found)}
        return success(responseDetails=details, data=found[offset : offset + limit])


def _bare(upload: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in upload.items() if name != "parts"}
