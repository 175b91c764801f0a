"""A repository of study definitions: each had by its id, and put back whole."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.connectors.peer import Answer, Asked, Peer, Row, told


@dataclass
class Repository(Peer):
    """Definitions by id; with an ETag where *marks*, which the standard does not ask for."""

    studies: dict[str, Any] = field(default_factory=dict)
    marks: bool = False
    weak: bool = False
    """Its marks are weak ones, on which If-Match never holds (RFC 9110, 13.1.1)."""

    def page(self, asked: Asked) -> Answer:
        known = asked.path.removeprefix("/v4/studyDefinitions/")
        if known not in self.studies:
            return told(404, {"detail": "no such study"})
        return told(200, self.studies[known], {"ETag": self._mark(known)} if self.marks else None)

    def _mark(self, known: str) -> str:
        return (
            f'{"W/" if self.weak else ""}"{hashlib.sha256(json.dumps(self.studies[known]).encode()).hexdigest()[:12]}"'
        )

    def _once(self, asked: Asked) -> Answer:
        known = asked.path.removeprefix("/v4/studyDefinitions/")
        condition = asked.headers.get("if-match")
        if self.marks and (condition is not None if self.weak else condition != self._mark(known)):
            return told(412, {"detail": "changed meanwhile"})
        self.studies[known] = json.loads(asked.body)
        self.taken.append((asked.method, known))
        return told(200, known)


STUDIES = ("d-1", "d-2", "d-3")


@dataclass
class Sites(Repository):
    """Three definitions; the sites that users enter lie in them by turns, and are gone from them where they are removed."""

    auth: str = "basic"

    def shown_id(self, number: int) -> str:
        return f"{STUDIES[number % len(STUDIES)]}|S-{number}"

    def number(self, id: str) -> int:
        return int(id.rpartition("S-")[2])

    def page(self, asked: Asked) -> Answer:
        known = asked.path.removeprefix("/v4/studyDefinitions/")
        if known not in STUDIES:
            return told(404, {"detail": "no such study"})
        rows = [row for row in self.rows.values() if not row.removed and self.shown_id(row.number).startswith(known)]
        sites = [_site(row) for row in rows]
        code = {"code": "C54149", "decode": "Sponsor"}
        organizations = [{"id": "o", "name": "AC", "type": code, "managedSites": sites}]
        version = {"id": "v", "titles": [], "organizations": organizations}
        return told(200, {"study": {"id": "s", "name": "s", "versions": [version]}})

    def altered(self, body: bytes, alter: Callable[[list[Any]], list[Any]]) -> bytes:
        told = json.loads(body)
        holder = told["study"]["versions"][0]["organizations"][0]
        holder["managedSites"] = [_as_site(one) for one in alter(holder["managedSites"])]
        return json.dumps(told).encode()


def _site(row: Row) -> dict[str, Any]:
    return {"id": f"s-{row.number}", "name": f"S-{row.number}", "label": row.what}


def _as_site(one: Any) -> Any:
    """Return an item of the kit, which has the names of its own dialect, as the site that it stands for."""
    return {"label" if name == "what" else name: value for name, value in one.items()} if isinstance(one, dict) else one
