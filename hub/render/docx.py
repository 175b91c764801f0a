"""Minutes as a Word document: real footnotes, page number fields, right to left where the locale is."""

import io
import re
from datetime import UTC, datetime
from typing import Any

from hub.ports import Wording
from hub.render.docx_notes import FootNotes, reference
from hub.render.fonts import family
from hub.render.marks import Note, Text
from hub.render.steady import steady
from hub.render.summary import Section, Sentence
from hub.render.view import Table, View

_ILLEGAL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_COMPLEX = {"ar": "Noto Sans Arabic", "hi": "Noto Sans Devanagari"}
_EAST = {"ja": "Noto Sans CJK JP", "zh-Hans": "Noto Sans CJK SC"}


def docx(shown: View, words: Wording, *, started_at: datetime | None) -> bytes:
    """Return the document; its own dates are the meeting's, so that equal minutes give equal bytes."""
    document = _Writer(shown, words).written()
    when = (started_at or datetime(2000, 1, 1, tzinfo=UTC)).astimezone(UTC).replace(tzinfo=None)
    properties = document.core_properties
    properties.title, properties.author, properties.language = _legal(shown.title), "Liaison hub", shown.locale
    properties.created = properties.modified = when
    properties.last_modified_by, properties.revision = "Liaison hub", 1
    out = io.BytesIO()
    document.save(out)
    return steady(out.getvalue())


class _Writer:
    """Sets a view into a Word document."""

    def __init__(self, shown: View, words: Wording) -> None:
        from docx import Document

        self._shown, self._words = shown, words
        self._rtl = shown.direction == "rtl"
        self._document = Document()
        self._set_styles()
        self._notes = FootNotes(self._document, rtl=self._rtl)

    def written(self) -> Any:
        shown, words = self._shown, self._words
        self._frame()
        self._line(words.text("Meeting minutes"), style="Subtitle")
        self._line(shown.title, style="Title")
        self._line(shown.status, bold=True)
        self._grid(None, [(name, value) for name, value in shown.header])
        if shown.silent:
            self._line(words.text("No speech was found in this recording."), bold=True)
        if shown.alerts:
            self._line(words.text("To be looked at at once"), bold=True)
        for kind, quote, where in shown.alerts:
            self._run(self._line(f"{kind}: ", style="List Bullet"), f"“{quote}” ({where})")
        for part in shown.layout.order:
            self._part(part)
        self._end()
        self._notes.close()
        return self._document

    def _part(self, part: str) -> None:
        shown, words = self._shown, self._words
        if part == "people" and shown.people:
            self._heading(words.text("Attendance"))
            self._grid(shown.people_columns, shown.people)
        elif part == "summary":
            self._heading(words.text("Summary"))
            if shown.headline:
                self._headline(shown.headline)
            for section in shown.summary:
                self._section(section)
            if not shown.summary:
                self._line(words.text("None recorded."))
        for table in shown.tables:
            if table.name == part:
                self._table(table)

    def _headline(self, said: tuple[Sentence, ...]) -> None:
        line = self._line("")
        self._run(line, f"{self._words.text('In brief')}:", bold=True)
        for text, note in said:
            self._run(line, " ")
            self._item(line, text, note)

    def _section(self, section: Section) -> None:
        if section.title is not None:
            head = self._document.add_heading("", level=2)
            self._item(head, section.title, section.note)
            self._run(head, f" ({section.about})", small=True)
            self._direct(head)
        for text, note in section.sentences:
            self._item(self._line("", style="List Bullet"), text, note)

    def _end(self) -> None:
        shown, words = self._shown, self._words
        if shown.aside:
            self._heading(words.text("Passages for a person to look at"))
            for kind, quote, reason in shown.aside:
                line = self._line(f"{kind}: ", style="List Bullet")
                self._run(line, f"“{quote}” – {reason}", foreign=True)
        self._heading(words.text("Signatures"))
        self._grid(shown.signature_columns, shown.signatures)
        self._heading(words.text("About these minutes"))
        for line in shown.about:
            self._item(self._line(""), line, None)
        if shown.models:
            self._line(f"{words.text('Models')}: {'; '.join(shown.models)}", small=True)

    def _set_styles(self) -> None:
        from docx.oxml.ns import qn
        from docx.shared import Mm, Pt

        section = self._document.sections[0]
        section.page_width, section.page_height = (Mm(length) for length in self._shown.layout.size_mm)
        section.left_margin = section.right_margin = Mm(22)
        normal = self._document.styles["Normal"]
        normal.font.name, normal.font.size = "Noto Sans", Pt(10)
        for style in self._document.styles:
            if getattr(style, "font", None) is None or style.element.rPr is None:
                continue
            fonts = style.element.rPr.get_or_add_rFonts()
            for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
                fonts.attrib.pop(qn(f"w:{theme}"), None)
            fonts.set(qn("w:ascii"), "Noto Sans")
            fonts.set(qn("w:hAnsi"), "Noto Sans")
            fonts.set(qn("w:eastAsia"), _EAST.get(self._shown.locale, "Noto Sans CJK SC"))
            fonts.set(qn("w:cs"), _COMPLEX.get(self._shown.locale, family(self._shown.locale)))

    def _frame(self) -> None:
        """Running head with the status, foot with the page numbers."""
        section = self._document.sections[0]
        head = section.header.paragraphs[0]
        self._run(head, f"{self._shown.title} – {self._shown.status}", small=True)
        self._direct(head)
        foot = section.footer.paragraphs[0]
        template = self._words.text("Page {page} of {pages}", page="\ue000", pages="\ue001")
        for part in re.split("([\ue000\ue001])", template):
            if part in ("\ue000", "\ue001"):
                _field(foot, "PAGE" if part == "\ue000" else "NUMPAGES")
            elif part:
                self._run(foot, part, small=True)
        self._direct(foot)

    def _heading(self, text: str) -> None:
        self._direct(self._document.add_heading(_legal(text), level=1))

    def _line(self, text: str, *, style: str | None = None, bold: bool = False, small: bool = False) -> Any:
        paragraph = self._document.add_paragraph(style=style)
        if text:
            self._run(paragraph, text, bold=bold, small=small)
        self._direct(paragraph)
        return paragraph

    def _item(self, paragraph: Any, text: Text, note: Note | None) -> None:
        words = self._words
        self._run(paragraph, text.text, foreign=text.foreign)
        if note is not None:
            reference(paragraph, self._notes.add(_legal(note.where), _legal(note.quote), _legal(note.english or "")))
        marks = [words.text("This passage is in English.")] if text.foreign else []
        marks += [words.text("unsure")] if text.unsure else []
        marks += [words.text("Please check: {reason}", reason=text.check)] if text.check else []
        for mark in marks:
            self._run(paragraph, f" [{mark}]", small=True)

    def _table(self, table: Table) -> None:
        self._heading(table.heading)
        if not table.rows:
            self._line(self._words.text("None recorded."))
            return
        grid = self._new_table(len(table.rows) + 1, len(table.columns))
        self._fill_head(grid, table.columns)
        for place, row in enumerate(table.rows, 1):
            cells = grid.rows[place].cells
            self._cell(cells[0], Text(row.number))
            self._cell(cells[1], row.text, row.note)
            for said in row.beside:
                further = cells[1].add_paragraph()
                self._run(further, said, small=True)
                self._direct(further)
            for cell, text in zip(cells[2:], row.cells, strict=True):
                self._cell(cell, text)
        _widths(grid, len(table.columns))

    def _grid(self, columns: tuple[str, ...] | None, rows: Any) -> None:
        grid = self._new_table(len(rows) + bool(columns), len(columns or rows[0]))
        if columns:
            self._fill_head(grid, columns)
        for place, row in enumerate(rows, bool(columns)):
            for cell, text in zip(grid.rows[place].cells, row, strict=True):
                self._cell(cell, Text(text))

    def _new_table(self, rows: int, columns: int) -> Any:
        from docx.oxml import OxmlElement

        grid = self._document.add_table(rows=rows, cols=columns)
        grid.style = "Table Grid"
        if self._rtl:
            # the schema wants it right behind the style
            grid._tbl.tblPr.tblStyle.addnext(OxmlElement("w:bidiVisual"))  # noqa: SLF001 - no call for it
        return grid

    def _fill_head(self, grid: Any, columns: tuple[str, ...]) -> None:
        from docx.oxml import OxmlElement

        for cell, text in zip(grid.rows[0].cells, columns, strict=True):
            self._run(cell.paragraphs[0], text, bold=True)
            self._direct(cell.paragraphs[0])
        grid.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 - no call for it

    def _cell(self, cell: Any, text: Text, note: Note | None = None) -> None:
        self._item(cell.paragraphs[0], text, note)
        self._direct(cell.paragraphs[0])

    def _run(
        self, paragraph: Any, text: str, *, bold: bool = False, small: bool = False, foreign: bool = False
    ) -> None:
        from docx.oxml import OxmlElement
        from docx.oxml.ns import qn
        from docx.shared import Pt

        run = paragraph.add_run(_legal(text))
        run.bold = run.font.cs_bold = bold or None
        if small:
            run.font.size = Pt(8)
        language = OxmlElement("w:lang")
        code = "en-GB" if foreign else self._shown.locale
        for name in ("val", "eastAsia", "bidi"):
            language.set(qn(f"w:{name}"), code)
        properties = run._r.get_or_add_rPr()  # noqa: SLF001 - python-docx has no call for it
        if self._rtl and not foreign:
            properties.append(OxmlElement("w:rtl"))
        properties.append(language)

    def _direct(self, paragraph: Any) -> None:
        from docx.oxml import OxmlElement

        if self._rtl:
            paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))  # noqa: SLF001 - no call for it


def _field(paragraph: Any, name: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)  # noqa: SLF001 - python-docx has no call for fields


_SIZES = {
    2: (12, 154),
    4: (12, 84, 35, 35),
    5: (12, 74, 28, 22, 30),
    6: (12, 58, 26, 20, 24, 26),
    7: (10, 46, 22, 18, 20, 22, 28),
}
"""Widths in millimetres of the columns of tables of items, by their count."""


def _widths(grid: Any, columns: int) -> None:
    from docx.shared import Mm

    grid.autofit = False
    sizes = _SIZES[columns]
    for row in grid.rows:
        for cell, size in zip(row.cells, sizes, strict=True):
            cell.width = Mm(size)


def _legal(text: str) -> str:
    return _ILLEGAL.sub("", text)
