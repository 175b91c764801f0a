"""Messages of Teams channels as versions for the log."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

from hub.connectors.chat.texts import file_names, text
from hub.domain.communications import Kind, Said

_UNSPOKEN = ("systemEventMessage", "chatEvent", "typing", "unknownFutureValue")
"""What Teams tells by itself, of members, calls and names."""
_BREAKS = ("br", "p", "div", "li", "tr", "blockquote")


def read(entry: Mapping[str, Any]) -> Said | None:
    """Return what a message says, None where nobody says anything. ValueError or TypeError where it cannot be read."""
    kind = entry.get("messageType", "message")
    if kind in _UNSPOKEN:
        return None
    if kind != "message":
        raise ValueError("messageType")
    known_as = text(entry.get("id"), "id", most=100)
    if not known_as:
        raise ValueError("id")
    author, author_id = _author(entry.get("from"))
    said = Said(
        id=known_as,
        thread=text(entry.get("replyToId") or known_as, "replyToId", most=100),
        author=author,
        at=moment(entry.get("createdDateTime")),
        text="",
        author_id=author_id,
    )
    if entry.get("deletedDateTime"):
        gone = moment(entry["deletedDateTime"])
        return replace(said, kind=Kind.DELETED, version="deleted", changed_at=gone)
    said = replace(said, text=_words(entry), files=file_names(entry.get("attachments"), "attachments"))
    if entry.get("lastEditedDateTime"):
        edited = moment(entry["lastEditedDateTime"])
        return replace(said, kind=Kind.EDITED, version=edited.isoformat(), changed_at=edited)
    return said


def moment(told: Any) -> datetime:
    """Return a time that Graph tells. ValueError or TypeError where it is none."""
    if not isinstance(told, str):
        raise TypeError("time")
    found = datetime.fromisoformat(told)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)


def _words(entry: Mapping[str, Any]) -> str:
    body = entry.get("body")
    if not isinstance(body, dict):
        raise TypeError("body")
    content = text(body.get("content") or "", "body")
    words = plain(content) if body.get("contentType") == "html" else content
    subject = text(entry.get("subject") or "", "subject", most=1000)
    return f"{subject}\n{words}".strip() if subject else words


def plain(markup: str) -> str:
    """Return the words of HTML, a line for each paragraph."""
    reader = _Words()
    reader.feed(markup)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.found).splitlines())
    return "\n".join(line for line in lines if line)


class _Words(HTMLParser):
    """Gathers what is written between the tags."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a new line where a block begins; say what a picture stands for."""
        if tag in _BREAKS:
            self.found.append("\n")
        if tag in ("img", "emoji") and (alt := dict(attrs).get("alt")):
            self.found.append(alt)

    def handle_data(self, data: str) -> None:
        """Take words."""
        self.found.append(data)


def _author(told: Any) -> tuple[str, str]:
    """Return name and id of who speaks; of an app where no person does, empty where neither is told."""
    for role in ("user", "application", "device"):
        one = told.get(role) if isinstance(told, dict) else None
        if isinstance(one, dict):
            known = text(one.get("id") or "", "from", most=100)
            return text(one.get("displayName") or known, "from", most=300), known
    return "", ""
