"""How well scores find what annotators of free talk marked: by utterance, by item, and among the strongest items."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hub.nlp.extract.belief import JOINED_FREELY
from hub.nlp.learned.groups import groups
from models.training.corpora import SECTIONS, Marked

JOINED = 3
"""Marked utterances at most so far apart are one gold item."""
KIND = {"actions": "action", "decisions": "decision", "problems": "risk"}
"""As which kind the hub joins a section's utterances."""
STRONGEST = {"actions": 5, "decisions": 10, "problems": 10}


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts over meetings: utterances, items (wanted, proposed, right), sentences (all, among the strongest)."""

    utterances: tuple[int, int, int]
    items: tuple[int, int, int]
    sentences: tuple[int, int]

    @property
    def by_utterance(self) -> float:
        """F1 by utterance."""
        return f1(*self.utterances)

    @property
    def by_item(self) -> float:
        """F1 by item."""
        return f1(*self.items)

    @property
    def among_strongest(self) -> float:
        """Share of the gold sentences that one of the strongest items of their meeting touches."""
        return self.sentences[1] / self.sentences[0] if self.sentences[0] else 0.0


def f1(wanted: int, proposed: int, right: int) -> float:
    """Return the harmonic mean of precision and recall, 0 where nothing is right."""
    return 2 * right / (wanted + proposed) if right else 0.0


def figures(meetings: Sequence[Marked], scores: Sequence[Any], section: str) -> Figures:
    """Return the figures of one *section*; *scores* has one row of numbers a meeting, scaled as in the hub's `Scores`.

    Items are utterances joined as the hub joins them in free talk; a gold item pairs with one of them.
    """
    counts = [_one(m, list(map(float, row)), section) for m, row in zip(meetings, scores, strict=True)]
    add = [[sum(values) for values in zip(*part, strict=True)] for part in zip(*counts, strict=True)]
    return Figures(tuple(add[0]), tuple(add[1]), tuple(add[2]))


def _one(
    meeting: Marked, scores: list[float], section: str
) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    column = SECTIONS[section]
    gold = [place for place, row in enumerate(meeting.labels) if row[column] == 1]
    hits = [place for place, score in enumerate(scores) if score >= 0]
    utterances = (len(gold), len(hits), len(set(gold) & set(hits)))
    ranked = groups(scores, floor=-99.0, joining=JOINED_FREELY[KIND[section]])
    wanted, proposed = joined(gold), [group.span for group in ranked if group.score >= 0]
    right = _paired(wanted, proposed)
    shown = [group.span for group in ranked[: STRONGEST[section]]]
    sentences = meeting.sentences[section]
    found = sum(any(place in span for place in sentence for span in shown) for sentence in sentences)
    return utterances, (len(wanted), len(proposed), right), (len(sentences), found)


def joined(places: Sequence[int]) -> list[range]:
    """Return spans of places at most three apart."""
    spans: list[range] = []
    for place in places:
        if spans and place - spans[-1][-1] <= JOINED:
            spans[-1] = range(spans[-1].start, place + 1)
        else:
            spans.append(range(place, place + 1))
    return spans


def _paired(wanted: Sequence[range], proposed: Sequence[range]) -> int:
    left = list(wanted)
    for span in proposed:
        hit = next((one for one in left if one.start < span.stop and span.start < one.stop), None)
        if hit is not None:
            left.remove(hit)
    return len(wanted) - len(left)


def threshold(meetings: Sequence[Marked], scores: Sequence[Any], section: str, *, times: float = 1.0) -> float:
    """Return the score at which F1 by utterance is highest; *times* as many hits for a lower one."""
    column = SECTIONS[section]
    ranked = sorted(
        (
            (float(s), row[column])
            for m, part in zip(meetings, scores, strict=True)
            for s, row in zip(part, m.labels, strict=True)
        ),
        reverse=True,
    )
    wanted = sum(mark == 1 for _, mark in ranked)
    right, best, at = 0, 0.0, 0
    for count, (_, mark) in enumerate(ranked, 1):
        right += mark == 1
        if f1(wanted, count, right) > best:
            best, at = f1(wanted, count, right), count
    return ranked[min(len(ranked), max(1, int(at * times))) - 1][0]
