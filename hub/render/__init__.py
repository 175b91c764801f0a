"""Minutes as documents: md, html, docx, pdf and json."""
