"""Minutes as one HTML page that needs nothing beside it; the PDF is printed from it."""

import re
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hub.ports import Wording
from hub.render.fonts import FAMILIES, family
from hub.render.view import View

_FOLDER = Path(__file__).parent / "templates"


def page(shown: View, words: Wording, *, printed: bool = False) -> str:
    """Return the whole page. *printed* adds what only paper needs: page numbers and the running title."""
    fonts = [family(shown.locale), *(name for name in FAMILIES if name != family(shown.locale))]
    return templates().get_template("minutes.html").render(
        view=shown,
        words=words,
        printed=printed,
        fonts=", ".join(f'"{name}"' for name in fonts),
        style=(_FOLDER / "minutes.css").read_text(encoding="utf-8"),
        paper=(_FOLDER / "paper.css").read_text(encoding="utf-8"),
        running=_css_string(f"{shown.title} – {shown.status}"),
        page_of=_css_counters(words),
    )  # fmt: skip


def _css_counters(words: Wording) -> str:
    """Return "Page {page} of {pages}" as a CSS content value."""
    text = words.text("Page {page} of {pages}", page="\0", pages="\1").replace('"', "'")
    parts = text.replace("\0", '" counter(page) "').replace("\1", '" counter(pages) "')
    return f'"{parts}"'


def _css_string(text: str) -> str:
    """Return *text* as a CSS string; whatever could end it, or the style element, is written as an escape."""
    return '"' + re.sub(r"[\\\"<>&\n\r\f]", lambda found: f"\\{ord(found[0]):06x}", text) + '"'


@cache
def templates() -> Environment:
    """Return the templates of this folder: text is escaped, and what is not given is an error."""
    return Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
