"""The report of `hub validate` as a page for people: what was checked, what was found, what to do, and its seal."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

_FOLDER = Path(__file__).parent / "templates"


def page(report: dict[str, Any], *, sha256: str, signature: str, key: str) -> str:
    """Return the page; *sha256* is that of the sealed JSON, which the page only shows."""
    templates = Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return templates.get_template("validation.html").render(report=report, sha256=sha256, signature=signature, key=key)
