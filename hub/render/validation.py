"""The report of `hub validate` as a page for people: what was checked, what was found, what to do, and its seal."""

from typing import Any

from hub.render.html import templates


def page(report: dict[str, Any], *, sha256: str, signature: str, key: str) -> str:
    """Return the page; *sha256* is that of the sealed JSON, which the page only shows."""
    return (
        templates().get_template("validation.html").render(report=report, sha256=sha256, signature=signature, key=key)
    )
