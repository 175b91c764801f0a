"""How much the grammar leans to each kind, below the point where it would say so: numbers for what learns from them."""

from collections.abc import Iterator, Sequence
from typing import Any

from hub.domain.transcript import Transcript
from hub.nlp.extract import decisions, issues, risks
from hub.nlp.extract.assent import is_joke, opens_topic
from hub.nlp.extract.matters import is_small_talk, plain
from hub.nlp.extract.pieces import pieces
from hub.nlp.extract.utterances import Utterance

COLUMNS = 13


def leanings(utterances: Sequence[Utterance], transcript: Transcript) -> Any:
    """Return a row of `COLUMNS` numbers for each utterance: the most that one of its clauses says."""
    import numpy as np

    spoken = pieces(utterances, transcript)
    rows = np.zeros((len(utterances), COLUMNS), np.float32)
    for at, place in _whose(utterances, spoken):
        rows[at] = np.maximum(rows[at], _row(spoken, place))
    return rows


def _row(spoken: Sequence[Utterance], place: int) -> tuple[float, ...]:
    text = plain(spoken[place].text)
    idle = (float(is_joke(spoken, place)), float(opens_topic(text)), float(is_small_talk(text)))
    return (
        *decisions.leaning(spoken, place),
        *risks.leaning(spoken, place),
        *issues.leaning(spoken, place),
        *idle,
    )


def _whose(utterances: Sequence[Utterance], spoken: Sequence[Utterance]) -> Iterator[tuple[int, int]]:
    """Yield for each clause the place of its sentence and its own; both come in the same order."""
    at = 0
    for place, clause in enumerate(spoken):
        while not _is_of(clause, utterances[at]):
            at += 1
        yield at, place


def _is_of(clause: Utterance, utterance: Utterance) -> bool:
    sent = utterance.sent
    return (
        clause.sent.doc is sent.doc
        and sent.start <= clause.sent.start
        and clause.sent.end <= sent.end
        and set(clause.segments) <= set(utterance.segments)
    )
