"""Documents of a vault: filed once for each content, in versions, moved on in their lifecycle."""

import csv
import hashlib
import io
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath
from typing import Any, BinaryIO

from hub.connectors.veeva import rows, vql
from hub.connectors.veeva.answers import first_error, judged
from hub.connectors.veeva.client import Vault
from hub.connectors.veeva.config import Filing, VaultKind, Veeva
from hub.connectors.veeva.staging import stage
from hub.connectors.wire import pieces
from hub.domain.errors import RejectedError, RetryableError
from hub.domain.papers import Filed, Paper

_MOST = 4 * 2**30
_OURS = frozenset({"title", "version", "status", "sha256", "artifact"})
"""Fields of a document that its filing tells by itself."""


class VaultFiling:
    """`hub.ports.Filing` in one vault."""

    def __init__(
        self, config: Veeva, filing: Filing, rule: VaultKind, vault: Vault, sleep: Callable[[float], None]
    ) -> None:
        self._config = config
        self._filing = filing
        self._rule = rule
        self._vault = vault
        self._sleep = sleep

    def file(self, paper: Paper, content: BinaryIO) -> Filed:
        """File a version; see `Filing.file`. A content is known by its MD5, which is what a vault keeps of it."""
        there = self._all(f"external_id__v = {vql.quoted(paper.key)}")
        print_ = _md5(content)
        same = [one for one, md5 in there if md5 == print_]
        filed = same[-1] if same else self._added(paper, content, there[-1][0].external_id if there else None)
        if self._filing.action is not None and self._state(filed) != "steady":
            major, minor = filed.version.split(".")
            place = f"objects/documents/{filed.external_id}/versions/{major}/{minor}"
            self._vault.ask("PUT", f"{place}/lifecycle_actions/{self._filing.action}", form={})
            filed = Filed(filed.external_id, self._newest(filed), new=filed.new)
        return filed

    def versions(self, external_id: str) -> Sequence[Filed]:
        """Return the versions of a document, oldest first."""
        return [one for one, _ in self._all(f"id = {_number(external_id)}")]

    def fetch(self, filed: Filed, target: BinaryIO) -> None:
        """Write the source file of a version into *target*."""
        major, _, minor = filed.version.partition(".")
        path = f"objects/documents/{_number(filed.external_id)}/versions/{int(major)}/{int(minor)}/file"
        self._vault.download(path, target, most=_MOST)

    def _all(self, condition: str) -> list[tuple[Filed, str]]:
        """Return the versions that a condition fits, oldest first, each with the MD5 of its file."""
        fields = ["id", "major_version_number__v", "minor_version_number__v", "md5checksum__v"]
        found = []
        for row in self._vault.query_all(vql.select(fields, "ALLVERSIONS documents", [condition])):
            try:
                number = (int(row["major_version_number__v"]), int(row["minor_version_number__v"]))
                found.append((number, Filed(str(row["id"]), f"{number[0]}.{number[1]}"), str(row["md5checksum__v"])))
            except (KeyError, TypeError, ValueError) as error:
                raise RetryableError(f"{self._config.name}: a document's version cannot be read") from error
        return [(filed, md5) for _, filed, md5 in sorted(found, key=lambda one: one[0])]

    def _added(self, paper: Paper, content: BinaryIO, known: str | None) -> Filed:
        content.seek(0)
        if known is not None:
            files = {"file": (paper.name, content)}
            told = self._vault.ask(
                "POST", f"objects/documents/{known}", form={"createDraft": "uploadedContent"}, files=files
            )
            parts = [told.body.get(name) for name in ("major_version_number__v", "minor_version_number__v")]
            if not all(isinstance(part, int) for part in parts):
                raise RetryableError(f"{self._config.name}: a version is made, and the answer does not say which")
            return Filed(known, f"{parts[0]}.{parts[1]}", new=True)
        body = self._body(paper)
        if paper.size >= self._filing.large_mib * 2**20:
            return Filed(self._from_staging(paper, content, body), "0.1", new=True)
        told = self._vault.ask("POST", "objects/documents", form=body, files={"file": (paper.name, content)})
        return Filed(self._id(told.body), "0.1", new=True)

    def _from_staging(self, paper: Paper, content: BinaryIO, body: dict[str, str]) -> str:
        path = f"{self._filing.folder}/{paper.sha256[:32]}{PurePosixPath(paper.name).suffix[:12]}"
        stage(self._vault, path, content, paper.size, sleep=self._sleep)
        out = io.StringIO()
        row = {"file": path, **body}
        writer = csv.DictWriter(out, list(row), lineterminator="\n")
        writer.writeheader()
        writer.writerow(row)
        headers = {"Content-Type": "text/csv"}
        told = self._vault.ask("POST", "objects/documents/batch", headers=headers, content=out.getvalue().encode())
        first = told.rows[0] if told.rows else {}
        if not isinstance(first, dict) or first.get("responseStatus") != "SUCCESS":
            kind, message = first_error(first)
            raise judged(f"{self._config.name}: {paper.key}", kind, self._vault.redacted(message))
        return self._id(first)

    def _body(self, paper: Paper) -> dict[str, str]:
        artifact = self._filing.artifacts.get(str(paper.fields.get("artifact")))
        if artifact is None:
            raise RejectedError(
                f"{self._config.name}: artifact {paper.fields.get('artifact')} is not among filing.artifacts"
            )
        mapped = [name for name, value in self._rule.fields.items() if not value.read_only and name not in _OURS]
        ours = {name: paper.fields[name] for name in mapped if paper.fields.get(name) is not None}
        body = {
            "name__v": str(paper.fields.get("title") or paper.name)[:100],
            "type__v": artifact.type,
            "subtype__v": artifact.subtype or "",
            "classification__v": artifact.classification or "",
            "lifecycle__v": self._filing.lifecycle,
            "major_version_number__v": "0",
            "minor_version_number__v": "1",
            "external_id__v": paper.key,
            **rows.body("document", self._rule, ours),
        }
        return {name: str(value) for name, value in body.items() if value != ""}

    def _id(self, told: dict[str, Any]) -> str:
        if not isinstance(told.get("id"), int):
            raise RetryableError(f"{self._config.name}: a document is made, and the answer names no id")
        return str(told["id"])

    def _newest(self, filed: Filed) -> str:
        return self.versions(filed.external_id)[-1].version

    def _state(self, filed: Filed) -> str:
        """Return steady where a version is a major one, which only the lifecycle makes."""
        return "steady" if filed.version.endswith(".0") else "draft"


def _md5(content: BinaryIO) -> str:
    content.seek(0)
    digest = hashlib.md5(usedforsecurity=False)
    for piece in pieces(content, 2**20):
        digest.update(piece)
    return digest.hexdigest()


def _number(external_id: str) -> int:
    try:
        return int(external_id)
    except ValueError as error:
        raise RejectedError(f"{external_id[:40]!r} is no id of a document of a vault") from error
