"""What can be checked in a translation without understanding it."""

import re
from collections import Counter
from collections.abc import Iterator

from hub.translation import dates

_DENIALS = {
    "en": r"\b(?:not|no|never|none|nobody|nothing|neither|nor|without|cannot)\b|n['’]t\b",
    "es": r"\b(?:no|nunca|jamás|ning[uú]n[ao]?s?|nadie|nada|ni|sin|tampoco)\b",
    "pt": r"\b(?:não|nunca|jamais|nenhum[a]?s?|nenhuns|ninguém|nada|nem|sem)\b",
    "fr": r"\b(?:ne|non|pas|jamais|aucune?s?|personne|rien|ni|sans|guère)\b|\bn['’]",
    "it": r"\b(?:non|no|mai|nessun[ao]?|nulla|niente|né|senza|neanche|nemmeno)\b|\bnessun['’]",
    "ca": r"\b(?:no|mai|cap|ningú|res|ni|sense|tampoc)\b",
}
_DENIAL = {language: re.compile(pattern, re.IGNORECASE) for language, pattern in _DENIALS.items()}
_SHORT, _LONG = 0.45, 2.4  # length of target to source in characters; measured on CoCoA-MT references: 0.5 to 2.1
_MIN_LENGTH = 25


def losses(source: str, text: str, *, origin: str, target: str) -> Iterator[str]:
    """Yield what got lost between two sentences with their placeholders still in: reasons not to show *text*."""
    if not text.strip():
        yield "the engine gave nothing back"
        return
    gone = Counter(re.findall(r"\d+", source)) - Counter(re.findall(r"\d+", text))
    if gone:
        yield f"number lost: {', '.join(gone)}"
    come = Counter(re.findall(r"\d+", text)) - Counter(re.findall(r"\d+", source))
    if come:
        yield f"number that is not in the source: {', '.join(come)}"
    if origin == "en":
        yield from _days_lost(source, text, target)
    before, after = _denials(source, origin), _denials(text, target)
    if before and after == 0:
        yield "negation lost"


def doubts(source: str, text: str, *, origin: str, target: str, unknown: tuple[str, ...]) -> Iterator[str]:
    """Yield what a person has to look at in a translation that may be shown."""
    if unknown:
        yield f"words the engine does not know: {', '.join(unknown)}"
    if _denials(source, origin) == 0 and _denials(text, target):
        yield "negation that is not in the source"
    if origin == "en" and re.search(r"\bXq[a-j]+z['’]s\b", source):
        yield "a possessive behind a name: see whether it still belongs"
    share = len(text) / max(len(source), 1)
    if len(source) >= _MIN_LENGTH and not _SHORT <= share <= _LONG:
        yield f"length: {share:.1f} times the source"


def _denials(text: str, locale: str) -> int | None:
    """Count negating words; None where the language's are not known."""
    pattern = _DENIAL.get(locale.split("-", maxsplit=1)[0])
    return len(pattern.findall(text)) if pattern else None


def _days_lost(source: str, text: str, target: str) -> Iterator[str]:
    """Yield days that are not there: whole names; by their first four letters where the source has a plural."""
    said = text.lower()
    for word, plural in re.findall(rf"\b({'|'.join(dates.WEEKDAYS)})(s?)\b", source):
        name = dates.weekday_name(word, target).lower()
        there = name[:4] in said if plural else re.search(rf"\b{name}\b", said)
        if not there:
            yield f"day lost: {word}"
    for match in re.finditer(rf"\b(?:{'|'.join(dates.MONTHS)})\b", source):
        word = match.group()
        verb = word in {"May", "March"} and not match.start()
        if not verb and dates.month_name(word, target).lower()[:4] not in said:
            yield f"month lost: {word}"
