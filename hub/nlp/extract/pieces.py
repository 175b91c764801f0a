"""Run-on sentences cut into the clauses that each say one thing, for speech is punctuated by commas or not at all."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from hub.domain.transcript import Transcript
from hub.nlp.extract.lexicon import words
from hub.nlp.extract.utterances import Utterance

_SHORTEST = 3
_LONG = 11
_JOINERS = words("and but so or then")
_SUBORDINATE = words(
    "because since although though if unless when while until before after which who that where as than whether so "
    "even like once whose whom what how why"
)
_CONDITIONS = words("if unless when while because since although as once until even")
_SUBJECTS = frozenset({"nsubj", "nsubjpass", "expl", "csubj"})


def pieces(utterances: Sequence[Utterance], transcript: Transcript) -> tuple[Utterance, ...]:
    """Return *utterances*, those that splice sentences by commas cut into them; numbered anew, quotes stay slices."""
    lengths = {segment.id: len(segment.text) for segment in transcript.segments}
    out: list[Utterance] = []
    for utterance in utterances:
        for part in _parts(utterance, lengths):
            out.append(replace(part, index=len(out)))
    return tuple(out)


def _parts(utterance: Utterance, lengths: dict[str, int]) -> Iterator[Utterance]:
    sent = utterance.sent
    if len(utterance.text.split()) < _LONG or not sent.doc.has_annotation("DEP"):
        yield utterance
        return
    starts = [sent.start, *_cuts(sent), sent.end]
    for begin, end in pairwise(starts):
        yield _slice(utterance, sent.doc[begin:end], lengths)


def _cuts(sent: Any) -> list[int]:
    """Return the places of the tokens that open a new main clause after a comma or a dash."""
    found: list[int] = []
    last = comma = sent.start
    for token in sent:
        if token.text not in {",", ";", "-", "–", "—", "..."} or token.i + 1 >= sent.end:
            continue
        begin = token.i + 1
        waits, comma = _waits(sent.doc[comma:begin]), begin
        rest = sent.doc[begin : sent.end]
        if begin - last < _SHORTEST + 1 or len(rest) < _SHORTEST + 1 or waits or not _opens(rest):
            continue
        if _says(sent.doc[last:begin]):
            found.append(begin)
            last = begin
    return found


def _waits(part: Any) -> bool:
    """Tell whether *part* is a clause with "if" or "when" that the next one completes."""
    opened = next((token for token in part if token.lower_ not in _JOINERS and not token.is_punct), None)
    return opened is not None and opened.lower_ in _CONDITIONS


def _opens(rest: Any) -> bool:
    """Tell whether *rest* begins with a subject and its verb, as a sentence of its own does."""
    first = rest[0]
    if first.lower_ in _JOINERS - {"so"}:
        first = rest[1]
    if first.lower_ in {"if", "unless", "when"}:
        return first.dep_ in {"mark", "advmod"} and first.head.head.i > first.head.i
    if first.lower_ in _SUBORDINATE:
        if first.lower_ not in {"that", "what"} or first.dep_ not in _SUBJECTS or first.head.i < first.i:
            return False
        return first.head.dep_ not in {"relcl", "acl"}
    for token in rest[:8]:
        if token.dep_ in _SUBJECTS and token.head.i > token.i and token.left_edge.i <= first.i + 1:
            referring = any(word.lower_ in {"them", "these", "which"} for word in token.subtree)
            return token.head.dep_ not in {"relcl", "acl"} and not referring
        if token.is_punct:
            return False
    return False


def _says(span: Any) -> bool:
    """Tell whether *span* is a main clause already; a clause with "if" or "when" waits for its main clause."""
    if len(span) < _SHORTEST:
        return False
    if _waits(span):
        return any(token.dep_ in _SUBJECTS and _after_comma(token, span) for token in span)
    return any(token.dep_ in _SUBJECTS and token.head in span for token in span)


def _after_comma(token: Any, span: Any) -> bool:
    return any(other.text == "," and other.i < token.i for other in span)


def _slice(utterance: Utterance, span: Any, lengths: dict[str, int]) -> Utterance:
    """Return *span* of the sentence as an utterance of its own."""
    text = span.text.strip()
    offset = utterance.sent.doc.text.index(utterance.text, utterance.sent.start_char)
    begin = span.start_char + len(span.text) - len(span.text.lstrip()) - offset
    first, start = _place(utterance, begin, lengths)
    last, end = _place(utterance, begin + len(text) - 1, lengths)
    return replace(
        utterance,
        segments=utterance.segments[first : last + 1],
        text=text,
        start_char=start,
        end_char=end + 1,
        sent=span,
    )


def _place(utterance: Utterance, offset: int, lengths: dict[str, int]) -> tuple[int, int]:
    """Return the segment (by place) and the character in it at *offset* of the sentence."""
    place = offset + utterance.start_char
    for number, name in enumerate(utterance.segments):
        if place < lengths[name] or number == len(utterance.segments) - 1:
            return number, place
        place -= lengths[name] + 1
    return 0, offset
