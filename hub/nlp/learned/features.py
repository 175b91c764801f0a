"""What the scorer looks at: words of an utterance and its neighbours, place in the meeting, cues around it."""

import math
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Any

import numpy as np

from hub.nlp.learned.cues import CUES
from hub.nlp.learned.words import Said, pairs, word_set

REACH = 3
"""Neighbours on each side whose words count."""
NEIGHBOUR_WEIGHT, SHAPE_WEIGHT = 0.6, 0.7
TENTHS = 10
WINDOWS = (3, 10)
PLACE_FREE = slice(5, 15)
"""Columns of `numbers` that tell nothing of the place in the meeting, nor what it is about."""
_TRIAL = word_set("""
    site sites patient patients subject subjects sponsor cro enrolment enrollment protocol consent monitor visit visits
    query queries database lock edc safety sae deviation deviations kit kits depot dose ethics study trial amendment
    randomised randomized cra tmf investigator investigators screening
""")


def terms(meeting: Sequence[Said], place: int) -> Iterator[tuple[str, float]]:
    """Yield the terms of an utterance with weights: its words, pairs and shapes, and its neighbours' words by side."""
    own = set(pairs(meeting[place].words))
    yield from _even(own, 1.0)
    yield from _even(meeting[place].shapes, SHAPE_WEIGHT)
    before = {f"<{word}" for other in meeting[max(0, place - REACH) : place] for word in other.words}
    after = {f">{word}" for other in meeting[place + 1 : place + 1 + REACH] for word in other.words}
    yield from _even(before, NEIGHBOUR_WEIGHT)
    yield from _even(after, NEIGHBOUR_WEIGHT)


def _even(found: Collection[str], weight: float) -> Iterator[tuple[str, float]]:
    share = weight / math.sqrt(len(found)) if found else 0.0
    return ((term, share) for term in found)


def numbers(meeting: Sequence[Said]) -> Any:
    """Return the plain numbers of each utterance, one row each, all about 0 to 1."""
    counts = np.array([len(entry.words) for entry in meeting], float)
    through = (np.cumsum(counts) - counts) / max(1.0, counts.sum())
    left = counts.sum() - np.cumsum(counts)
    speakers = Counter(entry.speaker for entry in meeting)
    trial = trial_share(meeting)
    rows = []
    for place, entry in enumerate(meeting):
        before = meeting[place - 1].speaker if place else None
        after = meeting[place + 1].speaker if place + 1 < len(meeting) else None
        tenth = min(TENTHS - 1, int(through[place] * TENTHS))
        rows.append(
            [
                through[place],
                through[place] ** 4,
                math.exp(-left[place] / 150),
                math.exp(-left[place] / 600),
                math.exp(-(counts[:place].sum()) / 150),
                math.log1p(counts[place]) / 4,
                float(counts[place] <= 2),
                float(entry.speaker == before),
                float(entry.speaker == after),
                speakers[entry.speaker] / len(meeting),
                counts[place - 1] / 20 if place else 0.0,
                counts[place + 1] / 20 if place + 1 < len(meeting) else 0.0,
                len(set(entry.words)) / max(1.0, counts[place]),
                math.log1p(len(meeting)) / 8,
                counts.mean() / 20,
                trial,
                *(1.0 if tenth == n else 0.0 for n in range(TENTHS)),
            ]
        )
    return np.array(rows, np.float32).reshape(len(meeting), -1)


def trial_share(meeting: Sequence[Said]) -> float:
    """Return how much of the talk is in the words of clinical trials, 0 to 1."""
    found = sum(word in _TRIAL for entry in meeting for word in entry.words)
    return min(1.0, 20 * found / max(1, sum(len(entry.words) for entry in meeting)))


def cue_counts(meeting: Sequence[Said]) -> Any:
    """Return for each utterance which cues stand in it, and how often in the 3 and 10 before and after."""
    own = np.array(
        [[bool(cue.search(text)) for cue in CUES] for text in (" ".join(entry.words) for entry in meeting)], np.float32
    ).reshape(len(meeting), len(CUES))
    return np.hstack([own, *(around(own, width, side) for width in WINDOWS for side in (-1, 1))])


def around(own: Any, width: int, side: int) -> Any:
    """Return the mean of the rows of *own* in the *width* rows before (-1) or after (1) each row."""
    total = np.vstack([np.zeros((1, own.shape[1])), np.cumsum(own, axis=0)])
    n = len(own)
    rows = np.arange(n)
    first, last = (
        (np.maximum(0, rows - width), rows) if side < 0 else (np.minimum(n, rows + 1), np.minimum(n, rows + 1 + width))
    )
    return ((total[last] - total[first]) / width).astype(np.float32)


def shifted(scores: Any, step: int) -> Any:
    """Return *scores* of the utterance *step* places on, with the lowest value past the ends."""
    out = np.full_like(scores, scores.min() if len(scores) else 0.0)
    count = len(scores) - abs(step)
    if count > 0:
        out[max(0, -step) : max(0, -step) + count] = scores[max(0, step) : max(0, step) + count]
    return out


def stacked(scores: Any, plain_numbers: Any, cues: Any) -> Any:
    """Return what the trees see: numbers, cues, and the word scores of the utterance and of those around it."""
    near = [shifted(scores, step) for step in range(-4, 5)]
    windows = [around(np.maximum(scores, -6) + 6, width, side) for width in WINDOWS for side in (-1, 1)]
    ranks = np.argsort(np.argsort(-scores, axis=0), axis=0)
    return np.hstack([plain_numbers, cues, *near, *windows, np.log1p(ranks).astype(np.float32)])
