"""The head for meetings of a trial: scripted talks, read with what free talk would say of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from hub.nlp.extract.leanings import leanings
from hub.nlp.learned.groups import BESIDE, groups
from hub.nlp.learned.scorer import KINDS, Scorer, by_kind, trial_numbers, word_matrix
from hub.nlp.learned.words import Said, said
from models.training.scripted import Talk
from models.training.weigh import folds, packed, regression, trial_terms

FOLDS = 6
STRENGTH = 0.1
WORDS, VECTORS = 3.0, 4.0
LEAST_PRECISION, LEAST_ALSO, LEAST_APART, LEAST_ITEMS = 0.5, 0.2, 0.5, 8
UNKNOWN, LEAST_WORDS = -1, 5
SECTIONS = ("actions", "decisions", "risks", "issues")


@dataclass(frozen=True, slots=True)
class Read:
    """A talk as sentences with *marks* (1, 0; `UNKNOWN`): action, decision, risk or issue, which (1 a risk).

    *cued* are the segments of the grammar's items.
    """

    talk: Talk
    said: tuple[Said, ...]
    segments: tuple[frozenset[str], ...]
    marks: Any
    dense: Any
    vectors: Any
    cued: dict[str, tuple[frozenset[str], ...]]


@dataclass(frozen=True, slots=True)
class Tools:
    """The hub's own parts: *split* cuts a transcript into sentences, *encode* gives vectors, *extract* the cues."""

    split: Callable[[Any], Sequence[Any]]
    encode: Callable[[Sequence[str]], Any]
    extract: Callable[[Any], Any]


def read(talk: Talk, tools: Tools, scorer: Scorer) -> Read:
    """Return *talk* with its features and what the grammar finds in it."""
    spoken = tools.split(talk.transcript)
    heard = tuple(said(u.speaker, u.text) for u in spoken)
    segments = tuple(frozenset(u.segments) for u in spoken)
    marks = np.array([_marks(talk, u) for u in spoken])
    dense = trial_numbers(heard, scorer.talk(heard), leanings(spoken, talk.transcript))
    minutes = tools.extract(talk.transcript)
    cued = {name: tuple(frozenset(i.evidence.segments) for i in getattr(minutes, name)) for name in SECTIONS}
    return Read(talk, heard, segments, marks, dense, tools.encode([u.text for u in spoken]), cued)


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


def fit(reads: Sequence[Read], *, seed: int) -> dict[str, Any]:
    """Return the arrays of the trial head without and with sentence vectors."""
    known = trial_terms([r.said for r in reads])
    places = {term: place for place, term in enumerate(known)}
    held: dict[str, Any] = {"trial_terms": packed(known)}
    for head, meant in (("trial", False), ("meant", True)):
        fitted, bias = [], []
        rows = _stack([_rows(r, places, meant=meant) for r in reads])
        marks = np.vstack([r.marks for r in reads])
        for column in range(len(KINDS)):
            known_marks = marks[:, column] != UNKNOWN
            model = regression(rows[known_marks], marks[known_marks, column], strength=STRENGTH, seed=seed)
            fitted.append(model.coef_[0])
            bias.append(model.intercept_[0])
        held |= _unpacked(np.stack(fitted, axis=1), np.array(bias), head, len(known), reads[0].dense.shape[1])
    return held


def _rows(r: Read, places: dict[str, int], *, meant: bool) -> Any:
    from scipy.sparse import csr_matrix, hstack

    parts = [word_matrix(r.said, places) * WORDS, csr_matrix(r.dense)]
    return hstack([*parts, csr_matrix(r.vectors * VECTORS)] if meant else parts).tocsr()


def _stack(parts: Sequence[Any]) -> Any:
    from scipy.sparse import vstack

    return vstack(parts).tocsr()


def _unpacked(fitted: Any, bias: Any, head: str, words: int, dense: int) -> dict[str, Any]:
    out = {
        f"{head}_words": (WORDS * fitted[:words]).astype(np.float16),
        f"{head}_numbers": fitted[words : words + dense].astype(np.float32),
        f"{head}_bias": bias.astype(np.float32),
    }
    if len(fitted) > words + dense:
        out[f"{head}_vectors"] = (VECTORS * fitted[words + dense :]).astype(np.float16)
    return out


def logits(held: dict[str, Any], r: Read, *, meant: bool) -> Any:
    """Return the logits of *r* by the arrays of `fit`: of words alone, or the mean of both regressions."""
    places = {term: at for at, term in enumerate(bytes(held["trial_terms"]).decode().split("\n"))}
    rows = word_matrix(r.said, places)
    plain = rows @ held["trial_words"].astype(np.float32) + r.dense @ held["trial_numbers"] + held["trial_bias"]
    if not meant:
        return by_kind(plain)
    full = rows @ held["meant_words"].astype(np.float32) + r.dense @ held["meant_numbers"] + held["meant_bias"]
    return by_kind((plain + full + r.vectors @ held["meant_vectors"].astype(np.float32)) / 2)


def out_of_fold(reads: Sequence[Read], *, seed: int) -> list[dict[str, Any]]:
    """Return for each talk its logits by weights fitted without it, under `trial` and `meant`."""
    fold = folds([r.talk.name for r in reads], seed=seed, count=FOLDS)
    weights = [fit([r for r in reads if fold[r.talk.name] != k], seed=seed) for k in range(FOLDS)]
    return [
        {"read": r, **{h: logits(weights[fold[r.talk.name]], r, meant=h == "meant") for h in ("trial", "meant")}}
        for r in reads
    ]


def item_curve(found: Sequence[dict[str, Any]], head: str, column: int) -> list[tuple[float, int, int]]:
    """Return (score, right so far, wrong so far) of the items that the scores add to the cues', the surest first."""
    items = [
        item
        for entry in found
        if SECTIONS[column] in entry["read"].talk.matters
        for item in _added(entry["read"], entry[head][:, column].tolist(), SECTIONS[column])
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


def thresholds(found: Sequence[dict[str, Any]], head: str) -> tuple[list[float], list[float]]:
    """Return by kind the logit from which an item stands in the draft, and that from which it was "also said".

    In the draft as many as stand right with `LEAST_PRECISION`; also said as many as with `LEAST_ALSO`.
    """
    draft, also = [], []
    for column in range(len(KINDS)):
        curve = item_curve(found, head, column)
        draft.append(lowest(curve, LEAST_PRECISION))
        also.append(min(draft[-1] - LEAST_APART, lowest(curve, LEAST_ALSO)))
    return draft, also


def lowest(curve: Sequence[tuple[float, int, int]], precision: float) -> float:
    """Return the lowest score at which the items so far stand right with *precision*."""
    held = [
        score for score, right, wrong in curve if right >= precision * (right + wrong) and right + wrong >= LEAST_ITEMS
    ]
    return min(held, default=curve[0][0])
