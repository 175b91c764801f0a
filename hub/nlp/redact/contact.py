"""Where a person can be reached: mail, phone, address."""

import re
from collections.abc import Iterator

from hub.nlp.redact.subjects import Place

_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII)
_MAIL_SAID = re.compile(
    r"\b[\w.]+ at (?:gmail|yahoo|hotmail|outlook|icloud|web|mail) dot (?:com|org|net|co|de|fr|es)\b", re.IGNORECASE
)
_PHONE = re.compile(
    r"(?<![\w./-])(?:"
    r"\+\d{1,3}(?:[ .\-/]?\(?\d{1,5}\)?){2,6}"
    r"|\(\d{2,5}\)[ .-]?\d{3,4}(?:[ .-]?\d{2,4}){1,2}"
    r"|\d{3}[-. ]\d{3}[-. ]\d{4}"
    r"|0\d{2,4}[ /-]\d{3,8}(?:[ -]?\d{2,4}){0,2}"
    r")(?![\w-]|[./]\d)"
)
_CALL = re.compile(
    r"\b(?:phone|mobile|cell|telephone|tel|number|call(?:ed|ing)?|reach(?:ed)?|ring|fax|left|whatsapp|sms|text(?:ed)?)\b",
    re.IGNORECASE,
)
_LOCAL = re.compile(r"(?<![\w./-])\d{3}[-. ]\d{4}(?![\w-]|[./]\d)")
_STREET = (
    r"(?:Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Square|Sq|Terrace|Crescent|Close|Way|Place|Pl|"
    r"Gardens|Grove|Hill|Row|Parkway|Pkwy|Highway|Hwy)"
)
_CAP = r"[A-ZÀ-ÖØ-Þ][\w'’.-]*"
_SMALL = r"(?:de|del|la|las|los|el|du|des|di|da|do|dos|der|van|den|les|l'|d')"
_TOWN = (
    r"(?:,? (?:[A-Z][a-z]+ )?[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b"  # Leeds LS1 4AP
    rf"|, {_CAP}(?: {_CAP})?,? [A-Z]{{2}} \d{{5}}(?:-\d{{4}})?"  # Boston, MA 02118
    rf"|,? \d{{4,5}} {_CAP}(?: {_CAP})?|, {_CAP}\b)?"  # 10115 Berlin
)
_ADDRESS = re.compile(
    rf"(?:\b\d{{1,5}}[A-Za-z]?,? (?:{_CAP} ){{1,3}}{_STREET}\b\.?(?:,? (?:Apt|Apartment|Flat|Unit|Suite)\.? ?\w+)?"
    rf"|\b(?:{_CAP}[- ])?{_CAP[:-1]}*?(?:straße|strasse|str\.|weg|allee|platz|gasse|laan|straat|gatan|vej) \d{{1,4}} ?[a-z]?\b"
    rf"|\b(?:Calle|Avenida|Avda\.?|Plaza|Paseo|Rua|Via|Viale|Piazza|Corso|ul\.|ulica|al\.) (?:{_SMALL} )*{_CAP}(?: (?:{_SMALL} )*{_CAP})*,? (?:n[.º°] ?)?\d{{1,4}}\b"
    rf"|\b\d{{1,4}}(?: bis| ter)?,? (?:rue|avenue|boulevard|place|chemin|allée|quai|impasse) (?:{_SMALL} ?)*{_CAP}(?:[ -](?:{_SMALL} ?)*{_CAP})*"
    rf"|\b[Pp]\.? ?[Oo]\.? ?[Bb]ox \d{{1,6}}){_TOWN}"
)
_POSTCODE = re.compile(r"\b(?:GIR 0AA|[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2})\b|\b[A-Z]{2} \d{5}(?:-\d{4})?\b")


def mails(text: str) -> Iterator[Place]:
    """Yield mail addresses, written or said."""
    for pattern in (_MAIL, _MAIL_SAID):
        yield from (match.span() for match in pattern.finditer(text))


def phones(text: str) -> Iterator[Place]:
    """Yield phone numbers; a short local one only where something says that it is one."""
    yield from (match.span() for match in _PHONE.finditer(text))
    if _CALL.search(text):
        yield from (match.span() for match in _LOCAL.finditer(text))


def addresses(text: str) -> Iterator[Place]:
    """Yield postal addresses and postal codes."""
    for pattern in (_ADDRESS, _POSTCODE):
        yield from (match.span() for match in pattern.finditer(text))
