"""The head for meetings of a trial: scripted talks, read with what free talk would say of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hub.nlp.extract.leanings import leanings
from hub.nlp.extract.shapes import shapes
from hub.nlp.extract.surroundings import surroundings
from hub.nlp.learned.groups import BESIDE, groups
from hub.nlp.learned.scorer import KINDS, TRIAL_LABELS, WORD_PARTS, Scorer, beside, trial_numbers, word_matrix
from hub.nlp.learned.trees import Trees
from hub.nlp.learned.words import Said, said
from models.training.scripted import Talk
from models.training.split import hand
from models.training.weigh import boosted, flat, packed, regression, trial_terms

STRENGTH = 0.1
WORDS = 3.0
TREES = 300
LEAST_ALSO, LEAST_APART, LEAST_ITEMS = 0.2, 0.5, 8
LEAST_PRECISION = (0.55, 0.5, 0.5, 0.5)
"""Of what the scores add to the grammar's actions, decisions, risks, issues in the draft, so much stands right; they
take more of the grammar's items out than they add.
"""
SURER = (0.0, 0.4, 0.0, 0.0)
"""So much higher than that an item of the draft scores: of the decisions in meetings by authors whom no weights had
seen, more than these did not stand right. Chosen on authors 10 and 11, judged on 12 and 13.
"""
UNKNOWN, LEAST_WORDS = -1, 5
SECTIONS = ("actions", "decisions", "risks", "issues")


@dataclass(frozen=True, slots=True)
class Read:
    """A talk as sentences with *marks* (1, 0; `UNKNOWN`): action, decision, risk or issue, which (1 a risk).

    *sentences* are its words as they were said, *cued* the segments of the grammar's items.
    """

    talk: Talk
    sentences: tuple[str, ...]
    said: tuple[Said, ...]
    segments: tuple[frozenset[str], ...]
    marks: Any
    dense: Any
    cued: dict[str, tuple[frozenset[str], ...]]


@dataclass(frozen=True, slots=True)
class Tools:
    """The hub's own parts: *split* cuts a transcript into sentences, *extract* finds the cues' items."""

    split: Callable[[Any], Sequence[Any]]
    extract: Callable[[Any], Any]


def read(talk: Talk, tools: Tools, scorer: Scorer) -> Read:
    """Return *talk* with its features and what the grammar finds in it."""
    spoken = tools.split(talk.transcript)
    heard = tuple(said(u.speaker, u.text, shapes(u.sent)) for u in spoken)
    segments = tuple(frozenset(u.segments) for u in spoken)
    marks = np.array([_marks(talk, u) for u in spoken])
    dense = trial_numbers(heard, scorer.talk(heard), leanings(spoken, talk.transcript), surroundings(spoken))
    minutes = tools.extract(talk.transcript)
    cued = {name: tuple(frozenset(i.evidence.segments) for i in getattr(minutes, name)) for name in SECTIONS}
    return Read(talk, tuple(u.text for u in spoken), heard, segments, marks, dense, cued)


def _marks(talk: Talk, utterance: Any) -> list[int]:
    """Return the marks of `COLUMNS`; an answer or a scrap beside a risk or an issue is neither one nor none."""
    cited = set(utterance.segments)
    marks = {
        name: int(any(cited & m for m in talk.matters[name])) if name in talk.matters else UNKNOWN for name in SECTIONS
    }
    matter = max(marks["risks"], marks["issues"])
    if matter == 1 and not _is_core(talk, utterance):
        matter = UNKNOWN
    only = matter == 1 and marks["risks"] != marks["issues"]
    return [marks["actions"], marks["decisions"], matter, marks["risks"] if only else UNKNOWN]


def _is_core(talk: Talk, utterance: Any) -> bool:
    """Tell whether the sentence says the matter: long enough, and of the one who brought it up."""
    order = {segment.id: segment for segment in talk.transcript.segments}
    whose = [m for name in ("risks", "issues") for m in talk.matters.get(name, ()) if m & set(utterance.segments)]
    first = {order[min(m, key=list(order).index)].speaker for m in whose}
    return len(utterance.text.split()) >= LEAST_WORDS and utterance.speaker in first


def fit(reads: Sequence[Read], *, seed: int) -> tuple[dict[str, Any], list[Any]]:
    """Return the arrays of the trial head, and for each talk its logits (`TRIAL_LABELS`) by weights of other writers.

    What the trees learn from are word scores of other writers' talks; those came from weights that knew this one's.
    """
    hands = [hand(r.talk.name) for r in reads]
    words: list[Any] = [None] * len(reads)
    for one, others, own in _apart(hands):
        weights = regressions([reads[at] for at in others], seed=seed)
        for at in own:
            words[at] = _told(weights, reads[at])
        print(f"hand {one}: {len(own)} talks told by the words of {len(others)}")
    seen = [beside(told, r.dense) for told, r in zip(words, reads, strict=True)]
    found: list[Any] = [None] * len(reads)
    for _, others, own in _apart(hands):
        grown = _grown([reads[at] for at in others], [seen[at] for at in others], seed=seed)
        for at in own:
            found[at] = _asked(grown, seen[at])
    return regressions(reads, seed=seed) | _grown(reads, seen, seed=seed), found


def _apart(hands: Sequence[int]) -> Iterator[tuple[int, list[int], list[int]]]:
    """Yield each hand with the places of the talks of others and of its own."""
    for one in sorted(set(hands)):
        yield one, [at for at, h in enumerate(hands) if h != one], [at for at, h in enumerate(hands) if h == one]


def regressions(reads: Sequence[Read], *, seed: int) -> dict[str, Any]:
    """Return the arrays of the word regressions."""
    known = trial_terms([r.said for r in reads])
    places = {term: place for place, term in enumerate(known)}
    rows, marks = _stack([_rows(r, places) for r in reads]), np.vstack([r.marks for r in reads])
    fitted, bias = [], []
    for column in range(len(TRIAL_LABELS)):
        heard = marks[:, column] != UNKNOWN
        model = regression(rows[heard], marks[heard, column], strength=STRENGTH, seed=seed)
        fitted.append(model.coef_[0])
        bias.append(model.intercept_[0])
    weights = np.stack(fitted, axis=1)
    return {
        "trial_terms": packed(known),
        "trial_words": (WORDS * weights[: len(known)]).astype(np.float16),
        "trial_numbers": weights[len(known) :].astype(np.float32),
        "trial_bias": np.array(bias, np.float32),
    }


def _rows(r: Read, places: dict[str, int]) -> Any:
    from scipy.sparse import csr_matrix, hstack

    return hstack([word_matrix(r.said, places) * WORDS, csr_matrix(r.dense)]).tocsr()


def _stack(parts: Sequence[Any]) -> Any:
    from scipy.sparse import vstack

    return vstack(parts).tocsr()


def _told(held: dict[str, Any], r: Read) -> Any:
    """Return what the regressions say of *r*."""
    places = {term: at for at, term in enumerate(bytes(held["trial_terms"]).decode().split("\n"))}
    words = word_matrix(r.said, places) @ held["trial_words"].astype(np.float32)
    return words + r.dense @ held["trial_numbers"] + held["trial_bias"]


def _grown(reads: Sequence[Read], seen: Sequence[Any], *, seed: int) -> dict[str, Any]:
    """Return the arrays of the trees over what is *seen* of each talk."""
    rows, marks = np.vstack(seen), np.vstack([r.marks for r in reads])
    held: dict[str, Any] = {}
    for column, label in enumerate(TRIAL_LABELS):
        heard = marks[:, column] != UNKNOWN
        held |= flat(boosted(rows[heard], marks[heard, column], seed=seed, trees=TREES), label)
    return held


def _asked(held: dict[str, Any], seen: Any) -> Any:
    trees = (Trees(*(held[f"{label}_{part}"] for part in WORD_PARTS)) for label in TRIAL_LABELS)
    return np.stack([one.score(seen) for one in trees], axis=1)


def item_curve(found: Sequence[tuple[Read, Any]], column: int) -> list[tuple[float, int, int]]:
    """Return (score, right so far, wrong so far) of the items that the scores add to the cues', the surest first."""
    items = [
        item
        for r, logits in found
        if SECTIONS[column] in r.talk.matters
        for item in _added(r, logits[:, column].tolist(), SECTIONS[column])
    ]
    items.sort(key=lambda item: -item[0])
    right = wrong = 0
    curve = []
    for score, good in items:
        right, wrong = right + good, wrong + (not good)
        curve.append((score, right, wrong))
    return curve


def _added(r: Read, scores: list[float], section: str) -> Iterator[tuple[float, bool]]:
    """Yield the score of each item that is none of the grammar's, and whether it is a matter."""
    own = r.cued[section]
    others = [cited for name in SECTIONS if name != section for cited in r.cued[name]]
    left = [matter for matter in r.talk.matters[section] if not any(matter & cited for cited in own)]
    for group in groups(scores, floor=-6.0):
        cited = frozenset().union(*(r.segments[row] for row in group.rows))
        near = frozenset().union(*(r.segments[row] for row in _beside(group.rows, len(scores))))
        if any(near & known for known in own) or any(r.segments[group.top] & known for known in others):
            continue
        hit = next((matter for matter in left if matter & cited), None)
        if hit is not None:
            left.remove(hit)
        yield group.score, hit is not None


def _beside(rows: Sequence[int], count: int) -> range:
    return range(max(0, min(rows) - BESIDE), min(count, max(rows) + 1 + BESIDE))


def thresholds(found: Sequence[tuple[Read, Any]]) -> tuple[list[float], list[float]]:
    """Return by kind the logit from which an item stands in the draft, and that from which it was "also said".

    In the draft as many as stand right with `LEAST_PRECISION`, less those that are not `SURER`; also said as many as
    with `LEAST_ALSO`.
    """
    draft, also = [], []
    for column in range(len(KINDS)):
        curve = item_curve(found, column)
        draft.append(lowest(curve, LEAST_PRECISION[column]) + SURER[column])
        also.append(min(draft[-1] - LEAST_APART, lowest(curve, LEAST_ALSO)))
    return draft, also


def lowest(curve: Sequence[tuple[float, int, int]], precision: float) -> float:
    """Return the lowest score at which the items so far stand right with *precision*."""
    held = [
        score for score, right, wrong in curve if right >= precision * (right + wrong) and right + wrong >= LEAST_ITEMS
    ]
    return min(held, default=curve[0][0])
