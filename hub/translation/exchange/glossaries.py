"""Glossaries as TBX (ISO 30042, the core of it) and as CSV: terms out and in."""

import csv
import io
from collections.abc import Iterable
from typing import Any

from hub.domain.errors import RejectedError
from hub.domain.memory import Pair, Term
from hub.translation.exchange.xml import LANGUAGE, carried, named, parsed, said, speaks

_SPACE = "urn:iso:std:iso:30042:ed-2"
_COLUMNS = ("source", "target", "note")


def tbx(terms: Iterable[Term], *, pair: Pair) -> bytes:
    """Return *terms* of *pair* as a TBX file (ISO 30042:2019, TBX-Core, style DCA)."""
    from lxml import etree

    root = etree.Element(
        f"{{{_SPACE}}}tbx", {"type": "TBX-Core", "style": "dca", LANGUAGE: pair.source}, {None: _SPACE}
    )
    head = _below(root, "tbxHeader", "fileDesc")
    _below(head, "sourceDesc", "p").text = "Liaison hub"
    body = _below(root, "text", "body")
    for number, term in enumerate(terms, 1):
        entry = _below(body, "conceptEntry")
        entry.set("id", f"t{number}")
        if term.note:
            _below(entry, "note").text = carried(term.note)
        for locale, words in ((pair.source, [term.source]), (pair.target, term.target.split("|"))):
            section = _below(entry, "langSec")
            section.set(LANGUAGE, locale)
            for word in words:
                _below(section, "termSec", "term").text = carried(word.strip())
    made: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return made


def read_tbx(body: bytes, *, name: str, pair: Pair, study: str) -> tuple[list[Term], int]:
    """Return the terms of *pair* in a TBX file, of 2019 or older (martif), and how many entries had none.

    Further terms of the target language become alternatives. RejectedError when it is no TBX.
    """
    found: list[Term] = []
    entries = named(parsed(body, name=name, root=("tbx", "martif")), "conceptEntry", "termEntry")
    for entry in entries:
        sides = [_words(entry, locale) for locale in (pair.source, pair.target)]
        if not all(sides):
            continue
        note = " ".join(said(one) for one in named(entry, "note")[:1])
        found += [Term(pair, source, "|".join(sides[1]), study, note) for source in sides[0]]
    return found, len(entries) - sum(
        bool(_words(entry, pair.source) and _words(entry, pair.target)) for entry in entries
    )


def table(terms: Iterable[Term]) -> bytes:
    """Return *terms* as CSV in UTF-8 with the columns source, target, note."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(_COLUMNS)
    rows.writerows((term.source, term.target, term.note) for term in terms)
    return out.getvalue().encode()


def read_table(body: bytes, *, name: str, pair: Pair, study: str) -> tuple[list[Term], int]:
    """Return the terms of a CSV file and how many rows had none; its first row names the columns.

    A column is named source, target or note, or by its locale. RejectedError without both, or for another encoding.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RejectedError(f"{name}: not a text in UTF-8 (byte {error.start})") from error
    rows = csv.reader(io.StringIO(text), delimiter=";" if ";" in text.partition("\n")[0] else ",")
    head = [cell.strip().casefold() for cell in next(rows, [])]
    places = {column: _column(head, column, pair) for column in _COLUMNS}
    if places["source"] is None or places["target"] is None:
        raise RejectedError(f"{name}: its first row has to name the columns source and target (or the two locales)")
    found: list[Term] = []
    empty = 0
    for row in rows:
        cells = [row[place].strip() if place is not None and place < len(row) else "" for place in places.values()]
        if cells[0] and cells[1]:
            found.append(Term(pair, cells[0], cells[1], study, cells[2]))
        else:
            empty += bool(row)
    return found, empty


def _column(head: list[str], column: str, pair: Pair) -> int | None:
    other = {"source": pair.source.casefold(), "target": pair.target.casefold()}.get(column, column)
    return next((place for place, name in enumerate(head) if name in (column, other)), None)


def _below(element: Any, *names: str) -> Any:
    from lxml import etree

    for name in names:
        element = etree.SubElement(element, f"{{{_SPACE}}}{name}")
    return element


def _words(entry: Any, locale: str) -> list[str]:
    sections = [one for one in named(entry, "langSec", "langSet") if speaks(one.get(LANGUAGE) or "", locale)]
    return [text for section in sections for term in named(section, "term") if (text := said(term))]
