"""Turns a template and what it shows into a page."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from hub.web.reader import LANGUAGES, Reader

HERE = Path(__file__).parent


class Pages:
    """The templates of hub/web/templates; what is undefined is an error, what is shown is escaped."""

    def __init__(self) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=select_autoescape(default=True, default_for_string=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.do"],
        )

    def show(
        self,
        template: str,
        reader: Reader,
        *,
        place: str = "",
        status: int = 200,
        told: Sequence[tuple[str, str]] = (),
        **view: Any,
    ) -> HTMLResponse:
        """Return the page; *place* is the part of the hub that it belongs to, *told* are (kind, sentence) on top."""
        known = {"reader": reader, "words": reader.words, "place": place, "told": told, "locales": LANGUAGES.items()}
        return HTMLResponse(self._templates.get_template(template).render(known | view), status)
