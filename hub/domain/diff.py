"""What differs between two versions of minutes, by word."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

from hub.domain import wire
from hub.domain.versions import Draft, items_of

_PARTS = re.compile(r"\w+|\s+|[^\w\s]")
_SHOWN = ("text", "owner", "due", "category", "severity", "likelihood")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of words: *kind* is same, out or in."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class FieldDiff:
    """One field of an item, with its words marked."""

    field: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class ItemDiff:
    """What became of one item (or of the summary, with the kind "summary"): added, removed or changed."""

    kind: str
    item: str
    change: str
    fields: tuple[FieldDiff, ...]


def compare(before: Draft, after: Draft) -> tuple[ItemDiff, ...]:
    """Return what differs, in the order of the document; nothing where nothing does."""
    return tuple(_differences(before, after))


def words(old: str, new: str) -> tuple[Piece, ...]:
    """Return both texts as one, what went out before what came in."""
    a, b = _PARTS.findall(old), _PARTS.findall(new)
    pieces: list[Piece] = []
    for kind, a0, a1, b0, b1 in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
        if kind == "equal":
            pieces.append(Piece("same", "".join(a[a0:a1])))
            continue
        if a1 > a0:
            pieces.append(Piece("out", "".join(a[a0:a1])))
        if b1 > b0:
            pieces.append(Piece("in", "".join(b[b0:b1])))
    return tuple(pieces)


def _differences(before: Draft, after: Draft) -> Iterator[ItemDiff]:
    old, new = "\n".join(before.minutes.summary), "\n".join(after.minutes.summary)
    if old != new:
        yield ItemDiff("summary", "", "changed", (FieldDiff("text", words(old, new)),))
    olds, news = ({one.id: wire.plain(one) for one in items_of(draft.minutes)} for draft in (before, after))
    kinds = {mark.item: mark.kind for mark in (*before.marks, *after.marks)}
    for item in dict.fromkeys([*olds, *news]):
        was, now = olds.get(item, {}), news.get(item, {})
        fields = tuple(
            FieldDiff(name, words(str(was.get(name) or ""), str(now.get(name) or "")))
            for name in _SHOWN
            if (was.get(name) or "") != (now.get(name) or "")
        )
        if fields:
            change = "added" if not was else "removed" if not now else "changed"
            yield ItemDiff(kinds.get(item, ""), item, change, fields)
