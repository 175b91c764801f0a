"""Asks what was learned how likely each utterance of a meeting carries a matter."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from hub.domain.errors import FatalError
from hub.nlp.learned.features import (
    PLACE_FREE,
    cue_counts,
    numbers,
    shifted,
    stacked,
    terms,
    trial_share,
)
from hub.nlp.learned.trees import Trees
from hub.nlp.learned.words import Said

KINDS = ("action", "decision", "risk", "issue")
TALK_LABELS = ("action", "decision", "problem", "summary")
WORD_PARTS = ("roots", "feature", "threshold", "left", "right", "value")
DENSE_SCALE = 0.35
_LITTLE_TRIAL, _MUCH_TRIAL = 0.028, 0.045
"""Shares of trial words under which a meeting is read as free talk, and over which as a trial's."""
_SHORTLIST, _LEAST_SHORTLIST, _MOST_SHORTLIST = 0.3, 60, 150
"""Share of the utterances whose meaning is looked at, at least and at most so many: a vector takes 7 ms of a core."""

Encode = Callable[[Sequence[str]], Any]


@dataclass(frozen=True, slots=True)
class Scores:
    """One row an utterance, one column a kind of `KINDS`: 0 where the draft begins, -1 where "also said" begins.

    *gist* is how much an utterance belongs to the summary (a logit), *trial* how far the meeting is a trial's (0 to 1).
    """

    kinds: Any
    gist: Any
    trial: float


def load(path: Path) -> "Scorer":
    """Return the scorer with the weights that `make train` wrote to *path*. FatalError where there are none."""
    try:
        with np.load(path) as held:
            return Scorer({name: held[name] for name in held.files})
    except (OSError, ValueError, KeyError) as error:
        raise FatalError(f"{path}: no weights of the meeting extractor here; run: make train") from error


class Scorer:
    """Scores meetings with the arrays that training made; a trial's may be missing while they are trained."""

    def __init__(self, held: Mapping[str, Any]) -> None:
        self._held = held
        self.revision = str(held["revision"])
        self._talk_terms = _places(held["talk_terms"])
        self._trial_terms = _places(held["trial_terms"]) if "trial_terms" in held else {}
        self._trees = {
            label: Trees(*(self._held[f"{label}_{part}"] for part in WORD_PARTS))
            for label in TALK_LABELS
            if f"{label}_roots" in self._held
        }

    def free_talk(self, meeting: Sequence[Said]) -> Any:
        """Return scores for `KINDS` as free talk has them, scaled as in `Scores`."""
        return self._scaled(self.talk(meeting)[:, [0, 1, 2, 2]], "talk")

    def scores(
        self, meeting: Sequence[Said], texts: Sequence[str], *, encode: Encode | None, leanings: Callable[[], Any]
    ) -> Scores:
        """Return the scores of *meeting*; *texts* are its utterances verbatim, for *encode* where there is an encoder.

        *leanings* gives what the grammar makes of each utterance, a row of numbers; asked for meetings of a trial only.
        """
        talk = self.talk(meeting)
        share = trial_share(meeting)
        weight = float(np.clip((share - _LITTLE_TRIAL) / (_MUCH_TRIAL - _LITTLE_TRIAL), 0.0, 1.0))
        kinds = self._scaled(talk[:, [0, 1, 2, 2]], "talk")
        if weight > 0.0:
            trial = self.trial(meeting, talk, texts, encode=encode, leanings=leanings())
            kinds = weight * trial + (1.0 - weight) * kinds
        return Scores(kinds, talk[:, 3], weight)

    def talk(self, meeting: Sequence[Said]) -> Any:
        """Return logits for `TALK_LABELS` as free talk (AMI) has them: the mean of word weights and trees."""
        plain, cues = numbers(meeting), cue_counts(meeting)
        rows = word_matrix(meeting, self._talk_terms)
        words = (
            rows @ self._held["talk_words"].astype(np.float32)
            + plain @ self._held["talk_numbers"]
            + self._held["talk_bias"]
        )
        seen = stacked(words, plain, cues)
        trees = np.stack([self._trees[label].score(seen) for label in TALK_LABELS], axis=1)
        return (words + trees) / 2

    def trial(
        self, meeting: Sequence[Said], talk: Any, texts: Sequence[str], *, encode: Encode | None, leanings: Any
    ) -> Any:
        """Return scores for `KINDS` as meetings of a trial have them, scaled as in `Scores`."""
        words = word_matrix(meeting, self._trial_terms)
        dense = trial_numbers(meeting, talk, leanings)
        held = self._held
        first = words @ held["trial_words"].astype(np.float32) + dense @ held["trial_numbers"] + held["trial_bias"]
        found = self._scaled(by_kind(first), "trial")
        if encode is None or not len(meeting):
            return found
        best = found.max(axis=1)
        wanted = min(_MOST_SHORTLIST, max(_LEAST_SHORTLIST, int(len(best) * _SHORTLIST)))
        rows = np.sort(np.argsort(-best, kind="stable")[:wanted])
        vectors = encode([texts[row] for row in rows])
        second = (
            words[rows] @ held["meant_words"].astype(np.float32)
            + dense[rows] @ held["meant_numbers"]
            + vectors @ held["meant_vectors"].astype(np.float32)
            + held["meant_bias"]
        )
        found[rows] = self._scaled(by_kind((first[rows] + second) / 2), "meant")
        return found

    def _scaled(self, logits: Any, head: str) -> Any:
        draft, also = self._held[f"{head}_draft"], self._held[f"{head}_also"]
        return (logits - draft) / (draft - also)


def by_kind(logits: Any) -> Any:
    """Return logits for `KINDS` from those of: action, decision, risk or issue, and which (above 0 a risk)."""
    matter, which = logits[:, 2], logits[:, 3]
    shares = [-np.logaddexp(0.0, -which), -np.logaddexp(0.0, which)]
    return np.stack([logits[:, 0], logits[:, 1], matter + shares[0], matter + shares[1]], axis=1)


def word_matrix(meeting: Sequence[Said], places: dict[str, int]) -> Any:
    """Return the terms of each utterance as a sparse row; words that are not in *places* are not heard."""
    from scipy.sparse import csr_matrix

    ends, columns, weights = [0], [], []
    for place in range(len(meeting)):
        for term, weight in terms(meeting, place):
            column = places.get(term)
            if column is not None:
                columns.append(column)
                weights.append(weight)
        ends.append(len(columns))
    return csr_matrix(
        (np.array(weights, np.float32), np.array(columns, np.int32), np.array(ends)), (len(meeting), len(places))
    )


def trial_numbers(meeting: Sequence[Said], talk: Any, leanings: Any) -> Any:
    """Return the plain numbers a trial's meeting is read by: cues, what free talk would say, what the grammar does."""
    near = np.hstack([np.clip(shifted(talk, step), -8, 4) / 4 for step in (-1, 0, 1)])
    leant = np.hstack([shifted(leanings, step) for step in (-1, 0, 1, 2)])
    plain = np.hstack([numbers(meeting)[:, PLACE_FREE], cue_counts(meeting), near])
    return np.hstack([DENSE_SCALE * plain, leant]).astype(np.float32)


def _places(joined: Any) -> dict[str, int]:
    return {term: place for place, term in enumerate(bytes(joined).decode("utf-8").split("\n"))}
