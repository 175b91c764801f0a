"""Fits the weights: word regressions and boosted trees on free talk, a second regression on scripted trial meetings."""

import warnings
from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np

from hub.nlp.learned.features import cue_counts, numbers, stacked, terms
from hub.nlp.learned.scorer import TALK_LABELS, WORD_PARTS, word_matrix
from hub.nlp.learned.words import Said, pairs
from models.training.corpora import Marked

FOLDS = 5
LEAST_HERE, LEAST_THERE, LEAST_NEAR = 4, 3, 6
"""Utterances that a term stands in: of the training meetings, of another world, and for a neighbour's word."""
STRENGTH = 0.4
HEAVIEST = 20.0
TREES, LEAVES, RATE, LEAST_IN_LEAF = 150, 7, 0.05, 60


def shared_terms(here: Sequence[Marked], there: Sequence[Sequence[Said]]) -> list[str]:
    """Return the terms that are heard in *here* and in another world too.

    What is only said of remote controls (or only in one group of engineers) says nothing of a trial, so it is masked.
    """
    known, other = _counts([m.said for m in here]), _counts(there)
    own = sorted(t for t, n in known.items() if n >= LEAST_HERE and other[t] >= LEAST_THERE)
    near = [t for t in own if " " not in t and known[t] >= LEAST_NEAR]
    return [*own, *(f"<{t}" for t in near), *(f">{t}" for t in near)]


def _counts(meetings: Sequence[Sequence[Said]]) -> Counter[str]:
    return Counter(term for meeting in meetings for entry in meeting for term in set(pairs(entry.words)))


def trial_terms(meetings: Sequence[Sequence[Said]]) -> list[str]:
    """Return the terms, of an utterance or beside it, that stand in three utterances or more."""
    found = Counter(t for m in meetings for place in range(len(m)) for t, _ in terms(m, place))
    return sorted(term for term, count in found.items() if count >= LEAST_THERE)


def folds(names: Sequence[str], *, seed: int, count: int = FOLDS) -> dict[str, int]:
    """Return for each of *names* the fold it is in; the same for the same seed."""
    order = sorted(set(names))
    np.random.RandomState(seed).shuffle(order)
    return {name: place % count for place, name in enumerate(order)}


def regression(rows: Any, marks: Any, *, strength: float = STRENGTH, seed: int) -> Any:
    """Return a fitted logistic regression; the rarer a mark, the more it weighs, up to twenty times."""
    from sklearn.linear_model import LogisticRegression

    rare = min(HEAVIEST, (marks == 0).sum() / max(1, (marks == 1).sum()) / 4)
    model = LogisticRegression(C=strength, solver="liblinear", max_iter=100, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(rows, marks, sample_weight=np.where(marks == 1, max(1.0, rare), 1.0))


def boosted(rows: Any, marks: Any, *, seed: int, trees: int = TREES) -> Any:
    """Return boosted trees fitted by LightGBM on one core, the same for the same seed."""
    import lightgbm

    settings = {
        "objective": "binary", "num_leaves": LEAVES, "learning_rate": RATE, "min_data_in_leaf": LEAST_IN_LEAF,
        "feature_fraction": 0.4, "bagging_fraction": 0.7, "bagging_freq": 1, "lambda_l2": 10, "verbose": -1,
        "num_threads": 1, "seed": seed, "deterministic": True, "force_row_wise": True,
    }  # fmt: skip
    return lightgbm.train(settings, lightgbm.Dataset(rows, marks), trees)


def free_talk(meetings: Sequence[Marked], there: Sequence[Sequence[Said]], *, seed: int) -> tuple[dict[str, Any], Any]:
    """Return the arrays of the free-talk head, and the out-of-fold logits of *meetings* it had on the way."""
    from scipy.sparse import csr_matrix, hstack, vstack

    known = shared_terms(meetings, there)
    places = {term: place for place, term in enumerate(known)}
    fold = folds([m.series for m in meetings], seed=seed)
    part = np.concatenate([[fold[m.series]] * len(m.said) for m in meetings])
    marks = np.vstack([np.array(m.labels) for m in meetings])
    plain = [numbers(m.said) for m in meetings]
    rows = hstack([vstack([word_matrix(m.said, places) for m in meetings]), csr_matrix(np.vstack(plain))]).tocsr()
    words = _out_of_fold(rows, marks, part, seed=seed)
    ends = np.cumsum([len(m.said) for m in meetings])[:-1]
    seen = np.vstack(
        [
            stacked(near, own, cue_counts(m.said))
            for near, own, m in zip(np.split(words, ends), plain, meetings, strict=True)
        ]
    )
    held: dict[str, Any] = {"talk_terms": packed(known)}
    trees = np.zeros_like(words)
    weights, bias = [], []
    for column, label in enumerate(TALK_LABELS):
        for k in range(FOLDS):
            away = part != k
            trees[~away, column] = boosted(seen[away], marks[away, column], seed=seed).predict(
                seen[~away], raw_score=True
            )
        held |= flat(boosted(seen, marks[:, column], seed=seed), label)
        model = regression(rows, marks[:, column], seed=seed)
        weights.append(model.coef_[0])
        bias.append(model.intercept_[0])
    fitted = np.stack(weights, axis=1)
    held["talk_words"] = fitted[: len(known)].astype(np.float16)
    held["talk_numbers"] = fitted[len(known) :].astype(np.float32)
    held["talk_bias"] = np.array(bias, np.float32)
    return held, (words + trees) / 2


def _out_of_fold(rows: Any, marks: Any, part: Any, *, seed: int) -> Any:
    found = np.zeros(marks.shape, np.float32)
    for column in range(marks.shape[1]):
        for k in range(FOLDS):
            model = regression(rows[part != k], marks[part != k, column], seed=seed)
            found[part == k, column] = model.decision_function(rows[part == k])
    return found


def flat(booster: Any, label: str) -> dict[str, Any]:
    """Return LightGBM's trees as the arrays of `hub.nlp.learned.trees.Trees`."""
    nodes: list[tuple[int, float, int, int, float]] = []
    roots = [_add(tree["tree_structure"], nodes) for tree in booster.dump_model()["tree_info"]]
    kinds = {"feature": np.int16, "threshold": np.float32, "left": np.int32, "right": np.int32, "value": np.float32}
    columns = {name: np.array([node[at] for node in nodes], kind) for at, (name, kind) in enumerate(kinds.items())}
    columns["roots"] = np.array(roots, np.int32)
    return {f"{label}_{name}": columns[name] for name in WORD_PARTS}


def _add(node: dict[str, Any], nodes: list[tuple[int, float, int, int, float]]) -> int:
    place = len(nodes)
    if "leaf_value" in node:
        nodes.append((-1, 0.0, 0, 0, float(node["leaf_value"])))
        return place
    nodes.append((-1, 0.0, 0, 0, 0.0))
    left, right = _add(node["left_child"], nodes), _add(node["right_child"], nodes)
    nodes[place] = (int(node["split_feature"]), float(node["threshold"]), left, right, 0.0)
    return place


def packed(known: Sequence[str]) -> Any:
    """Return terms as bytes, one a line."""
    return np.frombuffer("\n".join(known).encode("utf-8"), np.uint8)
