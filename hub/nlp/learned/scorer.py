"""Asks what was learned how likely each utterance of a meeting carries a matter."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

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
TRIAL_LABELS = ("trial_action", "trial_decision", "trial_matter", "trial_which")
WORD_PARTS = ("roots", "feature", "threshold", "left", "right", "value")
DENSE_SCALE = 0.35
_LITTLE_TRIAL, _MUCH_TRIAL = 0.028, 0.045
"""Shares of trial words under which a meeting is read as free talk, and over which as a trial's."""


@dataclass(frozen=True, slots=True)
class Scores:
    """One row an utterance, one column a kind of `KINDS`: 0 where the draft begins, -1 where "also said" begins.

    *gist* is how much an utterance belongs to the summary (a logit), *trial* how far the meeting is a trial's (0 to 1).
    """

    kinds: Any
    gist: Any
    trial: float


class Hears(Protocol):
    """Hears a trial's meeting sentence by sentence; see `hub.nlp.learned.hearing.Hearing`."""

    revision: str

    def logits(self, sentences: Sequence[str], speakers: Sequence[str | None], numbers: Any) -> Any:
        """Return logits, a row a sentence, for `TRIAL_LABELS`."""


class Overhears(Hears, Protocol):
    """Hears free talk; see `hub.nlp.learned.overhearing.Overhearing`. Its logits are for `TALK_LABELS`.

    *mix* weighs them against what words and trees say (see `mixed`); *draft* and *also* are the thresholds of both.
    """

    mix: Any
    draft: Any
    also: Any


def load(path: Path, *, hearing: Hears | None = None, overhearing: Overhears | None = None) -> "Scorer":
    """Return the scorer with the weights that `make train` wrote to *path*. FatalError where there are none."""
    try:
        with np.load(path) as held:
            arrays = {name: held[name] for name in held.files}
            return Scorer(arrays, hearing=hearing, overhearing=overhearing)
    except (OSError, ValueError, KeyError) as error:
        raise FatalError(f"{path}: no weights of the meeting extractor here; run: make train") from error


class Scorer:
    """Scores meetings with the arrays that training made; a trial's may be missing while they are trained.

    Without *hearing*, where the encoder is not fetched, a trial's meeting is read by its words alone; without
    *overhearing* free talk is.
    """

    def __init__(
        self, held: Mapping[str, Any], *, hearing: Hears | None = None, overhearing: Overhears | None = None
    ) -> None:
        self._held = held
        self._hearing = hearing
        self._overhearing = overhearing
        self.revision = "".join([str(held["revision"]), *(one.revision for one in (hearing, overhearing) if one)])
        self._talk_terms = _places(held["talk_terms"])
        self._trial_terms = _places(held["trial_terms"]) if "trial_terms" in held else {}
        self._trees = {
            label: Trees(*(self._held[f"{label}_{part}"] for part in WORD_PARTS))
            for label in (*TALK_LABELS, *TRIAL_LABELS)
            if f"{label}_roots" in self._held
        }

    def free_talk(self, meeting: Sequence[Said], sentences: Sequence[str]) -> Any:
        """Return scores for `KINDS` as free talk has them, scaled as in `Scores`; *sentences* as in `scores`."""
        return self._free_talk(meeting, sentences, self.talk(meeting))

    def _free_talk(self, meeting: Sequence[Said], sentences: Sequence[str], talk: Any) -> Any:
        known = self._overhearing
        if known is None:
            return _scaled(by_talk(talk), self._held["talk_draft"], self._held["talk_also"])
        heard = known.logits(sentences, [one.speaker for one in meeting], talk_numbers(meeting))
        return _scaled(by_talk(mixed(talk, heard, known.mix)), known.draft, known.also)

    def scores(
        self,
        meeting: Sequence[Said],
        *,
        sentences: Sequence[str],
        leanings: Callable[[], Any],
        surroundings: Callable[[], Any],
    ) -> Scores:
        """Return the scores of *meeting*, whose utterances are *sentences* as they were said.

        *leanings* gives what the grammar makes of each utterance, *surroundings* what stands around it, a row of
        numbers each; both are asked for meetings of a trial only.
        """
        talk = self.talk(meeting)
        share = trial_share(meeting)
        weight = float(np.clip((share - _LITTLE_TRIAL) / (_MUCH_TRIAL - _LITTLE_TRIAL), 0.0, 1.0))
        parts = []
        if weight > 0.0:
            numbers_of_it = trial_numbers(meeting, talk, leanings(), surroundings())
            parts.append(weight * self._trial(meeting, sentences, numbers_of_it))
        if weight < 1.0:
            parts.append((1.0 - weight) * self._free_talk(meeting, sentences, talk))
        return Scores(sum(parts), talk[:, 3], weight)

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

    def told(self, meeting: Sequence[Said], numbers: Any) -> Any:
        """Return logits for `TRIAL_LABELS` as meetings of a trial have them: trees over word weights and around.

        *numbers* are `trial_numbers`.
        """
        words = word_matrix(meeting, self._trial_terms) @ self._held["trial_words"].astype(np.float32)
        seen = beside(words + numbers @ self._held["trial_numbers"] + self._held["trial_bias"], numbers)
        return np.stack([self._trees[label].score(seen) for label in TRIAL_LABELS], axis=1)

    def _trial(self, meeting: Sequence[Said], sentences: Sequence[str], numbers: Any) -> Any:
        told = self.told(meeting, numbers)
        if self._hearing is None:
            return _scaled(by_kind(told), self._held["trial_draft"], self._held["trial_also"])
        heard = self._hearing.logits(sentences, [one.speaker for one in meeting], numbers)
        both = mixed(told, heard, self._held["heard_mix"])
        return _scaled(by_kind(both), self._held["heard_draft"], self._held["heard_also"])


def _scaled(logits: Any, draft: Any, also: Any) -> Any:
    return (logits - draft) / (draft - also)


def mixed(told: Any, heard: Any, mix: Any) -> Any:
    """Return one logit of what the trees *told* and what was *heard*: *mix* holds a row of weights each, and a bias."""
    return told * mix[0] + heard * mix[1] + mix[2]


def by_talk(logits: Any) -> Any:
    """Return logits for `KINDS` from those of `TALK_LABELS`: a problem is a risk or an issue, its words tell which."""
    return logits[:, [0, 1, 2, 2]]


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
    rows = csr_matrix(
        (np.array(weights, np.float32), np.array(columns, np.int32), np.array(ends)), (len(meeting), len(places))
    )
    rows.sort_indices()  # sums of the same numbers in the same order, whatever the order of a set
    return rows


def talk_numbers(meeting: Sequence[Said]) -> Any:
    """Return the plain numbers free talk is read by: its shape, its place in the meeting, cues around."""
    return np.hstack([numbers(meeting), cue_counts(meeting)]).astype(np.float32)


def trial_numbers(meeting: Sequence[Said], talk: Any, leanings: Any, surroundings: Any) -> Any:
    """Return the plain numbers a trial's meeting is read by.

    Cues, what free talk would say, what the grammar does, and what stands around.
    """
    near = np.hstack([np.clip(shifted(talk, step), -8, 4) / 4 for step in (-1, 0, 1)])
    leant = np.hstack([shifted(leanings, step) for step in (-1, 0, 1, 2)])
    plain = np.hstack([numbers(meeting)[:, PLACE_FREE], cue_counts(meeting), near])
    return np.hstack([DENSE_SCALE * plain, leant, surroundings]).astype(np.float32)


def beside(first: Any, dense: Any) -> Any:
    """Return what the trees of a trial's meeting see: its numbers, and the word scores around each utterance."""
    return stacked(first, dense, dense[:, :0])


def _places(joined: Any) -> dict[str, int]:
    return {term: place for place, term in enumerate(bytes(joined).decode("utf-8").split("\n"))}
