"""A regulator's site: an RSS feed with ETag and Last-Modified, an Atom and a JSON twin, a table, robots.txt."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import format_datetime
from html import escape
from typing import Any

from tests.connectors.peer import Answer, Asked, Peer, Row

_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0"><channel><title>News</title><language>en-US</language>\n'
_TAIL = "</channel></rss>"
_ITEM = re.compile(r"<item>.*?</item>\n", re.DOTALL)


@dataclass
class Regulator(Peer):
    """Notices with a title."""

    robots: str | None = "User-agent: *\nDisallow: /private\n"

    def page(self, asked: Asked) -> Answer:
        rows = [row for row in self.rows.values() if not row.removed]
        if asked.path == "/robots.txt":
            return Answer(404) if self.robots is None else Answer(200, self.robots.encode())
        tag = f'"{max((row.mark for row in rows), default=0)}"'
        changed = format_datetime(max((row.changed for row in rows), default=self.now), usegmt=True)
        known = asked.headers.get("if-none-match")
        if known == tag or (known is None and asked.headers.get("if-modified-since") == changed):  # RFC 9110, 13.2.2
            return Answer(304)
        return Answer(200, self._body(asked.path, rows), {"ETag": tag, "Last-Modified": changed})

    def altered(self, body: bytes, alter: Callable[[list[Any]], list[Any]]) -> bytes:
        return (_HEAD + "".join(alter(_ITEM.findall(body.decode()))) + _TAIL).encode()

    def _body(self, path: str, rows: list[Row]) -> bytes:
        if path == "/news.atom":
            entries = "".join(
                f"<entry><id>tag:{row.number}</id><title>{escape(str(row.what))}</title>"
                f'<link href="{self._link(row)}"/><updated>{row.changed.isoformat()}</updated></entry>'
                for row in rows
            )
            return (
                f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr-CA"><title>N</title>{entries}</feed>'.encode()
            )
        if path == "/news.json":
            return json.dumps(
                {
                    "results": [
                        {"nr": str(row.number), "head": row.what, "at": self._link(row), "day": "2026-03-02"}
                        for row in rows
                    ]
                }
            ).encode()
        if path == "/table":
            shown = "".join(
                f'<tr><td>{row.number}</td><td>{escape(str(row.what))}</td><td>2026-Mar-02</td><td><a href="/d/{row.number}.pdf">PDF</a></td></tr>'
                for row in rows
            )
            return f"<html><table><tr><th>S.no</th><th>Title</th><th>Release Date</th><th>PDF</th></tr>{shown}</table></html>".encode()
        return (_HEAD + "".join(map(self.item, rows)) + _TAIL).encode()

    def item(self, row: Row) -> str:
        title = f"<title>{escape(row.what)}</title>" if isinstance(row.what, str) else ""
        stamp = format_datetime(row.changed, usegmt=True)
        link = escape(self._link(row) + "?utm_source=rss")
        return f'<item><guid isPermaLink="false">N-{row.number}</guid>{title}<link>{link}</link><pubDate>{stamp}</pubDate></item>\n'

    def _link(self, row: Row) -> str:
        return f"https://regulator.example/n/{row.number}"
