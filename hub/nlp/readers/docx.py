"""A transcript saved from Teams as DOCX: paragraphs of name, time and text."""

import zipfile
from pathlib import Path

from hub.domain.errors import RejectedError
from hub.nlp.readers.cue import Bends, Cue
from hub.nlp.readers.plain import plain_cues

_LARGEST_BYTES = 300_000_000
_WORST_RATIO = 200
_TEXT = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def docx_cues(path: Path, bends: Bends) -> list[Cue]:
    """Return the cues of a DOCX. RejectedError when it is none, or unpacks to more than a document could hold."""
    return plain_cues("\n".join(_lines(path)), bends)


def _lines(path: Path) -> list[str]:
    from lxml import etree

    try:
        with zipfile.ZipFile(path) as archive:
            entry = archive.getinfo("word/document.xml")
            if entry.file_size > _LARGEST_BYTES or entry.file_size > _WORST_RATIO * max(entry.compress_size, 1):
                raise RejectedError(f"{path}: unpacks to {entry.file_size} bytes; that is no transcript")
            body = archive.read(entry)
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError, NotImplementedError) as error:
        raise RejectedError(f"{path}: is no Word document that can be read ({error})") from error
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise RejectedError(f"{path}: its text is damaged ({error.msg})") from error
    return [line for paragraph in root.iter(f"{_TEXT}p") for line in _paragraph(paragraph).split("\n")]


def _paragraph(paragraph: object) -> str:
    out = []
    for node in paragraph.iter():  # type: ignore[attr-defined]  # lxml's elements have no types here
        if node.tag == f"{_TEXT}t":
            out.append(node.text or "")
        elif node.tag in (f"{_TEXT}br", f"{_TEXT}cr"):
            out.append("\n")
        elif node.tag == f"{_TEXT}tab":
            out.append("  ")
    return "".join(out)
