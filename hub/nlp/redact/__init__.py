"""What must not leave a meeting: Presidio's analyzer with recognizers of our own, one kind a file."""

from hub.nlp.redact.redactor import PresidioRedactor

__all__ = ["PresidioRedactor"]
