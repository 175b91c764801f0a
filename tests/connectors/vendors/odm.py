"""A partner with ODM over HTTP: one document with its sites, an ETag for it, and a place to post to."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any

from tests.connectors.peer import Answer, Asked, Peer, Row

_HEAD = (
    '<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" ODMVersion="1.3.2" FileType="Snapshot" FileOID="f" '
    'CreationDateTime="2026-03-02T08:00:00"><AdminData StudyOID="S-1">\n'
)
_TAIL = "</AdminData></ODM>"
_LOCATION = re.compile(r"<Location\b.*?</Location>\n", re.DOTALL)


@dataclass
class OdmPartner(Peer):
    """Sites as `Location`."""

    def page(self, asked: Asked) -> Answer:
        shown = [self.location(row) for row in self.rows.values() if not row.removed]
        tag = f'"{max((row.mark for row in self.rows.values()), default=0)}"'
        if asked.headers.get("if-none-match") == tag:
            return Answer(304)
        return Answer(200, (_HEAD + "".join(shown) + _TAIL).encode(), {"ETag": tag})

    def location(self, row: Row) -> str:
        name = f'Name="{escape(row.what)}"' if isinstance(row.what, str) else ""
        return f'<Location OID="R-{row.number}" {name} LocationType="Site"></Location>\n'

    def altered(self, body: bytes, alter: Callable[[list[Any]], list[Any]]) -> bytes:
        return (_HEAD + "".join(alter(_LOCATION.findall(body.decode()))) + _TAIL).encode()

    def write(self, asked: Asked) -> Answer:
        self.taken.append((asked.method, asked.body.decode()))
        return Answer(202)
