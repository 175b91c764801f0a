"""Footnotes for python-docx, which has none: the part of ECMA-376 section 17.11 that minutes need."""

from typing import Any
from xml.sax.saxutils import escape

_PART = "/word/footnotes.xml"
_KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
_SPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_SMALL = '<w:sz w:val="16"/><w:szCs w:val="16"/>'


class FootNotes:
    """Collects notes and adds them to the document as a part of its own."""

    def __init__(self, document: Any, *, rtl: bool) -> None:
        self._document = document
        self._rtl = rtl
        self._notes: list[str] = []

    def add(self, where: str, quote: str, english: str = "") -> int:
        """Add a note, return its number; *where* says who and when, *quote* what was said, *english* what it means."""
        number = len(self._notes) + 1
        mark = '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteRef/></w:r>'
        turned = ("<w:pPr><w:bidi/></w:pPr>", "<w:rtl/>") if self._rtl else ("", "")
        said = _run(f" {where}: ", turned[1]) + _run(f"“{quote}”", '<w:lang w:val="en-GB"/>')
        if english:
            said += _run(f" (EN: “{english}”)", '<w:lang w:val="en-GB"/>')
        self._notes.append(f'<w:footnote w:id="{number}"><w:p>{turned[0]}{mark}{said}</w:p></w:footnote>')
        return number

    def close(self) -> None:
        """Write the part; nothing is added where there are no notes."""
        from docx.opc.packuri import PackURI
        from docx.opc.part import Part

        if not self._notes:
            return
        ruled = (("separator", -1), ("continuationSeparator", 0))
        lines = "".join(
            f'<w:footnote w:type="{kind}" w:id="{number}"><w:p><w:r><w:{kind}/></w:r></w:p></w:footnote>'
            for kind, number in ruled
        )
        body = f'<w:footnotes xmlns:w="{_SPACE}">{lines}{"".join(self._notes)}</w:footnotes>'
        blob = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{body}'.encode()
        main = self._document.part
        main.relate_to(Part(PackURI(_PART), _KIND, blob, main.package), _RELATION)


def _run(text: str, properties: str) -> str:
    return f'<w:r><w:rPr>{_SMALL}{properties}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def reference(paragraph: Any, number: int) -> None:
    """Set the raised number of a footnote at the end of *paragraph*."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    run = paragraph.add_run()
    run.font.superscript = True
    mark = OxmlElement("w:footnoteReference")
    mark.set(qn("w:id"), str(number))
    run._r.append(mark)  # noqa: SLF001 - python-docx has no call for footnotes
