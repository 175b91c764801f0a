"""Presidio's analyzer over the language model that is fetched already, with our recognizers and nothing of the network's."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from hub.domain.errors import FatalError
from hub.domain.fingerprint import fingerprint
from hub.domain.redaction import PLACEHOLDER, Finding, Identifier
from hub.nlp.redact import contact, people, personal, subjects, unblinding

VERSION = "1"
"""Raised with every change of a recognizer."""

_FINDERS: dict[Identifier, Callable[[str], Iterable[subjects.Place]]] = {
    # where two kinds claim the same words and are of one length, the earlier wins
    Identifier.MAIL: contact.mails,
    Identifier.BIRTH: personal.births,
    Identifier.RECORD: personal.records,
    Identifier.INITIALS: personal.initials,
    Identifier.PHONE: contact.phones,
    Identifier.ADDRESS: contact.addresses,
    Identifier.SUBJECT: subjects.subjects,
    Identifier.NAME: people.cued_names,
    Identifier.UNBLINDING: unblinding.unblinding,
}
_RANK = {kind: rank for rank, kind in enumerate(_FINDERS)}
_MODEL_NAME = "PERSON"
_BATCH = 64


class PresidioRedactor:
    """`Redactor` for English. The analyzer is made at the first text (about 1.5 s)."""

    def __init__(self, model_dir: Path, *, revision: str) -> None:
        self._model_dir = model_dir
        self.fingerprint = fingerprint("redact", VERSION, revision)

    def find(
        self, texts: Sequence[str], *, staff: Sequence[str] = (), quick: bool = False
    ) -> list[tuple[Finding, ...]]:
        """Return what was found in each text; see `Redactor.find`."""
        known = people.Staff(staff)
        raw = map(_by_patterns, texts) if quick else self._analyzed(texts)
        found = [_of_no_staff(text, placed, known) for text, placed in zip(texts, raw, strict=True)]
        values = _telling(texts, found)
        return [_settled([*one, *_again(text, values)]) for text, one in zip(texts, found, strict=True)]

    def _analyzed(self, texts: Sequence[str]) -> Iterator[list[Finding]]:
        """Yield what Presidio finds in each text; the model reads them in batches, which takes half the time."""
        analyzer = self._analyzer
        read = analyzer.nlp_engine.process_batch(texts, language="en", batch_size=_BATCH)
        for text, (_, seen) in zip(texts, read, strict=True):
            results = analyzer.analyze(text, language="en", score_threshold=0.0, nlp_artifacts=seen) if text else []
            yield [place for result in results if (place := _place(text, result)) is not None]

    @cached_property
    def _analyzer(self) -> Any:
        from hub.nlp.redact.analyzer import analyzer

        try:
            return analyzer(self._model_dir, _FINDERS)
        except OSError as error:
            text = f"{self._model_dir}: no language model here; run: hub models fetch spacy-en-sm"
            raise FatalError(text) from error


def _by_patterns(text: str) -> list[Finding]:
    return [Finding(kind, *place) for kind, finder in _FINDERS.items() for place in finder(text)]


def _of_no_staff(text: str, found: Iterable[Finding], staff: people.Staff) -> list[Finding]:
    """Return findings without staff; what stands in brackets from an earlier redaction is no finding."""
    masked = [match.span() for match in PLACEHOLDER.finditer(text)]
    return [
        one
        for one in found
        if not (one.kind in (Identifier.NAME, Identifier.MAIL) and staff.has(text[one.start : one.end]))
        and (one.kind is Identifier.UNBLINDING or not any(one.start < end and start < one.end for start, end in masked))
    ]


def _place(text: str, result: Any) -> Finding | None:
    if result.entity_type != _MODEL_NAME:
        return Finding(Identifier(result.entity_type), result.start, result.end)
    place = people.model_name(text, result.start, result.end)
    return Finding(Identifier.NAME, *place) if place else None


def _telling(texts: Sequence[str], found: Sequence[Sequence[Finding]]) -> dict[str, Identifier]:
    """Return values that are identifiers wherever they stand: long enough to mean nothing else."""
    values: dict[str, Identifier] = {}
    for text, findings in zip(texts, found, strict=True):
        for one in findings:
            value = text[one.start : one.end]
            figures = len(re.findall(r"\d", value))
            # four figures alone may be a year or a count elsewhere; part of a spoken list may be anything
            plain = value.isdigit() and (figures < 5)
            name = one.kind is Identifier.NAME and len(value) > 3
            if name or (one.kind not in (Identifier.UNBLINDING, Identifier.NAME) and figures >= 4 and not plain):
                values[value] = one.kind
    return values


def _again(text: str, values: dict[str, Identifier]) -> list[Finding]:
    if not values:
        return []
    pattern = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, sorted(values, key=len, reverse=True)))})(?![\w-])")
    return [Finding(values[match.group()], *match.span()) for match in pattern.finditer(text)]


def _settled(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return identifiers apart from each other (the longer wins, then the rank of its kind) and unblinding sentences."""
    chosen: list[Finding] = []
    sentences: list[Finding] = []
    for one in sorted(set(findings), key=lambda f: (f.start - f.end, _RANK[f.kind], f.start)):
        if one.kind is Identifier.UNBLINDING:
            sentences.append(one)
        elif all(one.end <= other.start or one.start >= other.end for other in chosen):
            chosen.append(one)
    return tuple(sorted((*chosen, *sentences), key=lambda f: (f.start, -f.end, f.kind)))
