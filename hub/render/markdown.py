"""Minutes as Markdown with footnotes."""

import re

from hub.ports import Wording
from hub.render.marks import Note, Text
from hub.render.summary import Section
from hub.render.view import Row, Table, View

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#])")


def markdown(shown: View, words: Wording) -> str:
    """Return the document; footnotes stand at its end."""
    lines = [f"# {_plain(shown.title)}", "", f"**{_plain(shown.status)}**", ""]
    lines += [f"- {_plain(name)}: {_plain(value)}" for name, value in shown.header]
    if shown.silent:
        lines += ["", words.text("No speech was found in this recording.")]
    if shown.alerts:
        lines += ["", f"**{words.text('To be looked at at once')}**", ""]
        lines += [f"- {kind}: “{_plain(quote)}” ({_plain(where)})" for kind, quote, where in shown.alerts]
    for part in shown.layout.order:
        lines += _part(part, shown, words)
    if any(any(row) for row in shown.signatures):
        lines += ["", f"## {words.text('Signatures')}", "", *_grid(shown.signature_columns, shown.signatures)]
    lines += ["", f"## {words.text('About these minutes')}", "", *(f"- {_text(line, words)}" for line in shown.about)]
    if shown.aside:
        lines += ["", f"## {words.text('Passages for a person to look at')}", ""]
        lines += [f"- {kind}: “{_plain(quote)}” – {_plain(reason)}" for kind, quote, reason in shown.aside]
    if shown.models:
        lines += ["", f"{words.text('Models')}: {_plain('; '.join(shown.models))}"]
    lines += [
        "",
        *(f"[^{note.number}]: {_plain(note.where)}: “{_plain(note.quote)}”{_english(note)}" for note in shown.notes),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _part(part: str, shown: View, words: Wording) -> list[str]:
    if part == "people":
        return ["", f"## {words.text('Attendance')}", "", *_grid(shown.people_columns, shown.people)]
    if part == "summary":
        said = [line for section in shown.summary for line in _section(section, words)]
        return [
            "",
            f"## {words.text('Summary')}",
            *_headline(shown, words),
            *(said or ["", words.text("None recorded.")]),
        ]
    table = next((table for table in shown.tables if table.name == part), None)
    if table is None:
        return []
    return ["", f"## {_plain(table.heading)}", "", *_items(table, words)]


def _headline(shown: View, words: Wording) -> list[str]:
    if not shown.headline:
        return []
    said = " ".join(f"{_text(text, words)}{_mark(note)}" for text, note in shown.headline)
    return ["", f"**{words.text('In brief')}:** {said}"]


def _section(section: Section, words: Wording) -> list[str]:
    head = ["", f"### {_text(section.title, words)} ({section.about}){_mark(section.note)}"] if section.title else []
    said = [f"- {_text(text, words)}{_mark(note)}" for text, note in section.sentences]
    return [*head, *(["", *said] if said else [])]


def _english(note: Note) -> str:
    return f" (EN: “{_plain(note.english)}”)" if note.english else ""


def _items(table: Table, words: Wording) -> list[str]:
    if not table.rows:
        return [words.text("None recorded.")]
    return _raw_grid(table.columns, [_cells(row, words) for row in table.rows])


def _cells(row: Row, words: Wording) -> list[str]:
    further = [_text(cell, words) for cell in row.cells]
    beside = "".join(f"<br>*{_plain(said)}*" for said in row.beside)
    return [row.number, _text(row.text, words) + _mark(row.note) + beside, *further]


def _grid(columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> list[str]:
    return _raw_grid(columns, [[_plain(cell) for cell in row] for row in rows])


def _raw_grid(columns: tuple[str, ...], rows: list[list[str]]) -> list[str]:
    head = [f"| {' | '.join(_plain(column) for column in columns)} |", f"|{'---|' * len(columns)}"]
    return head + [f"| {' | '.join(row)} |" for row in rows]


def _text(text: Text, words: Wording) -> str:
    marks = [f"*{words.text('This passage is in English.')}*"] if text.foreign else []
    marks += [f"*{_plain(words.text('Please check: {reason}', reason=text.check))}*"] if text.check else []
    marks += [f"*({words.text('unsure')})*"] if text.unsure else []
    return " ".join([_plain(text.text), *marks])


def _mark(note: Note | None) -> str:
    return f"[^{note.number}]" if note else ""


def _plain(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
