"""Birth dates, record numbers and initials: identifiers that only their surroundings tell apart from other figures."""

import re
from collections.abc import Iterator

from hub.nlp.redact.subjects import Place

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Sept|Oct|Nov|Dec)[a-z]*\.?"
_NUMBER = r"(?:[0-3]?\d(?:st|nd|rd|th)?)"
_DAY = (
    rf"(?:\d{{4}}-\d{{1,2}}-\d{{1,2}}|\d{{1,2}}[/.-]\d{{1,2}}[/.-](?:\d{{4}}|\d{{2}})|"
    rf"(?:the )?{_NUMBER}[ -](?:of )?{_MONTH}[ ,-]*(?:\d{{4}}|\d{{2}}\b)|{_MONTH} (?:the )?{_NUMBER},? \d{{4}}|"
    rf"{_MONTH},? (?:19|20)\d\d|(?:the )?{_NUMBER} (?:of )?{_MONTH}|{_MONTH} {_NUMBER}|(?:19|20)\d\d)"
)
_BIRTH = re.compile(
    r"\b(?:born|birth ?dates?|dates? of birth|birth ?days?|birth ?years?|years? of birth|d\.?o\.?b\.?|b\.)"
    rf"(?:[^.;\d]|\.(?=\S)){{0,40}}?(?P<day>{_DAY})(?!\w)",
    re.IGNORECASE,
)
_BIRTH_AFTER = re.compile(
    rf"(?P<day>{_DAY}),? (?:is|as|was|being) (?:the|his|her|their) (?:birth|date of birth|d\.?o\.?b)", re.IGNORECASE
)
_RECORD = re.compile(
    r"\b(?:medical record|health record|patient record|hospital|chart|clinic|patient file|insurance|health card|social security|"
    r"national insurance|nhs|passport|national id|id card|driving licen[cs]e|policy|account|accession|case file)"
    r"(?: (?:number|no\.?|nr\.?|id|#))+[ :#]*(?:(?:is|was|of|reads?|said|=|which is|for \w+ is) )*"
    r"(?P<id>(?=[\w/-]*\d)[A-Z]{0,4}[-/ ]?\d[\dA-Z]*(?:[-/ ](?=[\dA-Z]*\d)[\dA-Z]+)*)"
    r"|\b(?:MRN|SSN|NHS|PESEL|NIR|CPF|EHR id|NINO)[ :#]*(?:(?:number|no\.?|is|was|of|=) ?)*"
    r"(?P<id2>(?=[\w/-]*\d)[A-Z]{0,4}[-/ ]?\d[\dA-Z]*(?:[-/ ](?=[\dA-Z]*\d)[\dA-Z]+)*)"
    r"|(?<![\w-])(?P<id3>\d{3}-\d{2}-\d{4})(?![\w-])",
    re.IGNORECASE,
)
_UPPER = r"(?:(?:[A-Z]\.[ ]?){2,4}|[A-Z](?:[ -][A-Z]){1,3}|[A-Z]{2,4})"
_INITIALS = re.compile(
    rf"\b(?i:initials?|initialled|initialed)\b(?: (?i:are|is|were|was|of the (?:patient|subject)|on the \w+))*[ :,]*[\"'“(]?(?P<id>{_UPPER})(?![\w])"
    rf"|(?P<id2>{_UPPER})[\"'”)]? (?i:are|were|is|as) (?i:the|his|her|their) (?i:initials)\b"
    rf"|\b(?i:patient|subject|participant)[ ,(]+(?P<id3>(?:[A-Z]\.[ ]?){{2,4}}|[A-Z](?:-[A-Z]){{1,2}})(?![\w-])"
)


def births(text: str) -> Iterator[Place]:
    """Yield days (or years) that are said to be somebody's birth."""
    for pattern in (_BIRTH, _BIRTH_AFTER):
        yield from (match.span("day") for match in pattern.finditer(text))


def records(text: str) -> Iterator[Place]:
    """Yield numbers of medical records, insurances and identity papers."""
    for match in _RECORD.finditer(text):
        yield match.span(match.lastgroup or 0)


def initials(text: str) -> Iterator[Place]:
    """Yield initials of subjects."""
    for match in _INITIALS.finditer(text):
        start, end = match.span(match.lastgroup or 0)
        yield start, start + len(text[start:end].rstrip())
