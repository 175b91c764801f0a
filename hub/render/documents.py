"""Minutes as md, html, docx, pdf or json."""

from collections.abc import Callable
from functools import partial

from hub.domain import wire
from hub.domain.errors import UsageError
from hub.domain.minutes import Minutes
from hub.ports import Wording
from hub.render.layout import layout
from hub.render.legal import legal
from hub.render.view import view

FORMATS = ("md", "html", "docx", "pdf", "json")


class DocumentRenderer:
    """`Renderer` for all formats; *wording* gives the words and forms of a locale.

    *style*, *paper* and *region* are what `hub.render.layout.layout` takes.
    """

    def __init__(
        self, *, wording: Callable[[str], Wording], style: str = "auto", paper: str = "auto", region: str = "GB"
    ) -> None:
        self._wording = wording
        self._layout = partial(layout, style=style, paper=paper, region=region)

    def render(self, minutes: Minutes, *, locale: str, format: str) -> bytes:
        """Return the whole document; see `Renderer.render`. UsageError for another format."""
        if format == "json":
            return (wire.dumps(minutes, indent=1) + "\n").encode(errors="replace")
        words = self._wording(locale)
        shown = legal(view(minutes, words, self._layout(locale)))
        if format == "md":
            from hub.render.markdown import markdown

            return markdown(shown, words).encode()
        if format == "html":
            from hub.render.html import page

            return page(shown, words).encode()
        if format == "pdf":
            from hub.render.pdf import pdf

            return pdf(shown, words)
        if format == "docx":
            from hub.render.docx import docx

            return docx(shown, words, started_at=minutes.meeting.started_at)
        raise UsageError(f"{format}: not a format of the hub; use one of {', '.join(FORMATS)}")
