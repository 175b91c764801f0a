"""Speech without signs, as some recognizers write it: where sentences end, and which segments run on."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from hub.domain.transcript import Segment
from hub.nlp.extract.lexicon import words

_FEWEST = 4
"""Segments of some length from which it can be told whether a transcript has signs."""
_SIGNED = 0.2
"""Share of segments with a sign inside or at the end, below which it has none."""
_SIGN = re.compile(r"[.?!…](?:\s|$)")
_SHORTEST = 3
_SUBJECTS = words("i you we they he she it that there this")
_MARKERS = words("and but so well yeah yes no okay ok right then um uh er because")
_HANGS = words(
    """
    the a an my your our their his her its to of and but or with for in on at by from about into that which who what
    because if when so is are was were be been i you we they he she it i'm i'll it's that's we're they're will would can
    could should may might must do does did don't have has had not as than like um uh er then every each no some any
    """
)
_TAKES_CLAUSE = words(
    "say think know mean reckon guess believe hope suppose see tell feel suggest propose want ask hear remember expect "
    "wish find make let help show understand notice worry doubt agree decide promise imagine bet"
)
_UNDER = words(
    """
    if when while until till before after that which who what how why where than as though although since unless whether
    once like for to of with by from in on at about the a an my your our not n't is are was were be am do does did have has
    had will would can could should may might must 's 're 've 'm 'll 'd just also really only even still think sure afraid
    worried or
    """
)
_HANGING_CLAUSES = frozenset({"relcl", "acl", "advcl", "pcomp", "csubj"})
_FINITE = frozenset({"VBP", "VBZ", "VBD", "MD"})


def is_bare(segments: Sequence[Segment]) -> bool:
    """Tell whether the text of *segments* was written without signs at the ends of sentences."""
    long = [segment.text for segment in segments if len(segment.text.split()) > _SHORTEST]
    signed = sum(_SIGN.search(text) is not None for text in long)
    return len(long) >= _FEWEST and signed < _SIGNED * len(long)


def hangs(text: str) -> bool:
    """Tell whether *text* breaks off at a word that asks for another ("we have to", "it's the")."""
    last = text.lower().replace("’", "'").split()[-1:]
    return bool(last) and last[0] in _HANGS


def sentences(span: Any) -> Iterator[Any]:
    """Yield *span* cut before each subject and verb that open a main clause of their own; stutters are not cut."""
    begin = span.start
    for token in span:
        cut = _before_markers(token, begin)
        if cut - begin >= _SHORTEST and span.end - token.i >= _SHORTEST and _opens(token, span):
            yield span.doc[begin:cut]
            begin = cut
    yield span.doc[begin : span.end]


def _opens(token: Any, span: Any) -> bool:
    """Tell whether *token* is the subject of a main clause, going by what stands before it and by its verb."""
    if token.lower_ not in _SUBJECTS or token.i + 1 >= span.end or token.nbor().tag_ not in _FINITE:
        return False
    before = _word_before(token, span.start)
    if before is None or before.lower_ in _UNDER or before.lemma_.lower() in _TAKES_CLAUSE or _stutters(token, span):
        return False
    verb = token.head
    if token.lower_ in {"that", "this"} and token.dep_ not in {"nsubj", "nsubjpass"}:
        return False
    if verb.dep_ in _HANGING_CLAUSES:
        return False
    return not (verb.dep_ == "ccomp" and verb.head.i < token.i and verb.head.lemma_.lower() in _TAKES_CLAUSE)


def _before_markers(token: Any, begin: int) -> int:
    """Return the place of the first of the markers that lead up to *token* ("so well it's")."""
    place = token.i
    while place - 1 > begin and token.doc[place - 1].lower_ in _MARKERS:
        place -= 1
    return int(place)


def _word_before(token: Any, begin: int) -> Any | None:
    place = _before_markers(token, begin) - 1
    return token.doc[place] if place >= begin else None


def _stutters(token: Any, span: Any) -> bool:
    """Tell whether the words are said twice ("they they", "it's it's")."""
    doc, place = token.doc, token.i
    return any(
        place - length >= span.start
        and [t.lower_ for t in doc[place - length : place]] == [t.lower_ for t in doc[place : place + length]]
        for length in (1, 2, 3)
    )
