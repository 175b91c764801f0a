"""Our records to a partner as ODM documents: whole, valid, and the same one for the same key."""

import json
import os
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from hub.connectors.odm.config import Write
from hub.connectors.odm.writing import KINDS, Told, document, problems
from hub.connectors.rest.client import Asked, Client
from hub.domain.changes import Finding, Push, Receipt
from hub.domain.errors import FatalError, RejectedError, UsageError


class Sender:
    """`Target` of a partner."""

    def __init__(self, name: str, write: Write, client: Client, clock: Callable[[], datetime]) -> None:
        self._name = name
        self._write = write
        self._client = client
        self._clock = clock

    def check(self) -> Iterator[Finding]:
        """Say whether the schema can be read and our folders written; nothing is sent."""
        try:
            problems(b"<ODM/>", Path(self._write.schema_file))
        except UsageError as error:
            yield Finding("write.schema", problem=f"{error}; load CDISC's XSD and name its path")
        else:
            yield Finding("write.schema", seen="can be read")
        for key, folder in (("kept", self._write.kept), ("folder", self._write.folder)):
            if folder is not None:
                writable = Path(folder).is_dir() and os.access(folder, os.W_OK | os.X_OK)
                wrong = "" if writable else f"{folder} is no folder that the hub can write into"
                yield Finding(f"write.{key}", problem=wrong, seen="can be written")

    def push(self, change: Push, key: str) -> Receipt:
        """Send *change*. Errors as of `Target.push`."""
        if strange := sorted(set(change.fields) - KINDS.get(change.kind, frozenset())):
            raise RejectedError(f"{self._name}: ODM has no place for {strange[0]} of a {change.kind}")
        known_as = change.external_id or _new_id(change, key)
        known = self._known(change.kind, known_as)
        whole = Push(change.kind, known_as, {**known, **change.fields}, change.deleted)
        oid = str(uuid5(NAMESPACE_URL, key))
        told = Told(self._write.version, oid, self._clock(), self._write.metadata_version)
        content = document(told, known_as, whole)
        try:
            wrong = problems(content, Path(self._write.schema_file))
        except UsageError as error:  # nothing can be sent before a person has acted
            raise FatalError(f"{self._name}: {error}") from error
        if wrong:
            raise RejectedError(f"{self._name}: not sent, for it is no valid ODM {told.version}: {wrong[0]}")
        self._send(content, oid, key)
        self._keep(change.kind, known_as, whole.fields)
        return Receipt(known_as, None, dict(change.fields))

    def _send(self, content: bytes, oid: str, key: str) -> None:
        if self._write.path is not None:
            headers = {"Content-Type": "application/xml", "Idempotency-Key": key}
            self._client.fetch(Asked("POST", self._write.path, {}, headers, content=content))
            return
        self._put(Path(str(self._write.folder)) / f"{oid}.xml", content)

    def _known(self, kind: str, id: str) -> dict[str, Any]:
        path = self._place(kind, id)
        try:
            told: dict[str, Any] = json.loads(path.read_bytes()) if path.exists() else {}
        except (OSError, ValueError) as error:
            raise FatalError(f"{self._name}: {path.name} in {self._write.kept} cannot be read") from error
        return told

    def _keep(self, kind: str, id: str, fields: Mapping[str, Any]) -> None:
        self._put(self._place(kind, id), json.dumps(dict(fields), ensure_ascii=False).encode())

    def _place(self, kind: str, id: str) -> Path:
        return Path(self._write.kept) / f"{sha256(f'{kind}|{id}'.encode()).hexdigest()}.json"

    def _put(self, path: Path, content: bytes) -> None:
        """Write a file whole or not at all; nobody sees half of it."""
        unfinished = path.with_name(f".{path.name}.part")
        try:
            with unfinished.open("wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            unfinished.replace(path)
        except OSError as error:
            raise FatalError(f"{self._name}: {path.parent} cannot be written ({error.strerror})") from error


def _new_id(change: Push, key: str) -> str:
    """Return the id of a record that the partner does not have: what people know it by, else one of our own."""
    own = str(uuid5(NAMESPACE_URL, key))
    named = {"study": "protocol_number", "site": "number", "subject_status": "subject_number"}.get(change.kind)
    number = str(change.fields.get(named) or "") if named else own
    if change.kind == "query":
        return f"{change.fields.get('subject_id') or ''}|{own}"
    if not number:
        raise RejectedError(f"a {change.kind} without {named} has nothing to be known by")
    return f"{change.fields.get('study_id') or ''}|{number}" if change.kind == "subject_status" else number
