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
    "de": r"\b(?:nicht|kein\w*|nie|niemals|niemand\w*|nichts|weder|noch|ohne|nirgends)\b",
    "nl": r"\b(?:niet|geen|nooit|niemand|niets|noch|zonder|nergens)\b",
    "pl": r"\b(?:nie|nigdy|nikt|nikogo|nic|ani|bez|żad\w+)\b",
    "ca": r"\b(?:no|mai|cap|ningú|res|ni|sense|tampoc)\b",
}
_DENIAL = {language: re.compile(pattern, re.IGNORECASE) for language, pattern in _DENIALS.items()}
_SHORT, _LONG = 0.45, 2.4  # length of target to source in characters; measured on CoCoA-MT references: 0.5 to 2.1
_MIN_LENGTH = 25
_RUN = 4  # words in a row that stay as they were: no coincidence between related languages
_MARK = re.compile(r"\bXq[a-j]+z\b")
_SCRIPT = {
    "ja": r"[\u3040-\u30ff\u4e00-\u9fff]",
    "zh": r"[\u4e00-\u9fff]",
    "hi": r"[\u0900-\u097f]",
    "ar": r"[\u0600-\u06ff]",
}
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_ENGLISH = re.compile(r"\b(?:the|of|and|will|was|were|with|that|this|from|which|have|has|been|should)\b", re.IGNORECASE)


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
    yield from _left(source, text, origin, target)
    dense = 2.5 if target.startswith(("ja", "zh")) else 1.0  # a sign says more than a letter
    share = dense * len(text) / max(len(source), 1)
    if len(source) >= _MIN_LENGTH and not _SHORT <= share <= _LONG:
        yield f"length: {share:.1f} times the source"


def _left(source: str, text: str, origin: str, target: str) -> Iterator[str]:
    """Yield a run of words that stands as it stood in the source, and a text in the wrong script or language."""
    words = [word.casefold() for word in _WORD.findall(source) if not _MARK.fullmatch(word)]
    said = " ".join(word.casefold() for word in _WORD.findall(text))
    runs = (" ".join(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1))
    if (run := next((run for run in runs if f" {run} " in f" {said} "), None)) is not None:
        yield f"left as it was: {run}..."
    letters = re.sub(r"[\W\d_]", "", _MARK.sub("", text))
    script = _SCRIPT.get(target.split("-", maxsplit=1)[0])
    if script and letters and len(re.findall(script, letters)) < len(letters) / 2:
        yield f"hardly in the script of {target}"
    elif origin == "en" and not script and len(_ENGLISH.findall(_MARK.sub("", text))) >= 3:
        yield "still reads as English"


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
