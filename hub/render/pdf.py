"""Minutes as PDF, printed by WeasyPrint from the HTML page."""

import logging

from hub.domain.errors import FatalError
from hub.ports import Wording
from hub.render.fonts import missing_fonts
from hub.render.html import page
from hub.render.view import View


def pdf(shown: View, words: Wording) -> bytes:
    """Return the PDF. FatalError with the install line when Pango or the font of the locale's script is missing."""
    lacking = missing_fonts(shown.locale)
    if lacking:
        raise FatalError(f"PDF in {shown.locale}: no font for its script; run: apt-get install {' '.join(lacking)}")
    return printed(page(shown, words, printed=True))


def printed(html: str) -> bytes:
    """Return an HTML page as PDF. FatalError with the install line when Pango is missing."""
    for name in ("weasyprint", "fontTools", "fontTools.subset"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        from weasyprint import HTML
    except OSError as error:
        needed = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"
        raise FatalError(f"PDF: the Pango library is missing; run: apt-get install {needed}") from error
    written: bytes = HTML(string=html).write_pdf()
    return written
