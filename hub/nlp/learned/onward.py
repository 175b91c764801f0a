"""Reads the sentences of a meeting onward and back, each as a vector with the numbers around it."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from hub.nlp.learned.gru import both_ways

FARTHEST = 5.0
"""Standard deviations from its mean up to which a number counts."""


class Onward:
    """A gated unit in both directions over sentences, and what is said of each after it; *held* are its arrays."""

    def __init__(self, held: Mapping[str, Any]) -> None:
        self._held = held
        self._onward, self._back = both_ways(held, "gru")

    def __call__(self, vectors: Any, same: Any, numbers: Any) -> Any:
        """Return logits, a row a sentence, of *vectors* and *numbers* (a row each) and `same_speaker`'s column."""
        known = np.clip((numbers - self._held["mean"]) / self._held["spread"], -FARTHEST, FARTHEST)
        seen = np.hstack([vectors, same, np.maximum(linear(self._held, "pd", known), 0.0)])
        told = np.maximum(linear(self._held, "p", seen.astype(np.float32)), 0.0)
        around = np.hstack([self._onward(told), self._back(told[::-1])[::-1]])
        return linear(self._held, "out", np.hstack([around, told])).astype(np.float64)


def linear(held: Mapping[str, Any], name: str, x: Any) -> Any:
    """Return *x* (..., in) through the map *name* of *held* (its weight is (out, in))."""
    return x @ held[f"{name}.weight"].T + held[f"{name}.bias"]


def same_speaker(speakers: Sequence[str | None]) -> Any:
    """Return a column: 1 where a sentence is by whom the one before it is."""
    before = [False, *(one == other for one, other in pairwise(speakers))]
    return np.array(before[: len(speakers)], np.float32)[:, None]
