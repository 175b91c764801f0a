"""Diarization error: missed, false and confused speech, no collar, overlap counted.

Definition: NIST RT-09 evaluation plan, with an optimal one-to-one mapping of voices (Hungarian method).
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

STEP_S = 0.01


@dataclass(frozen=True, slots=True)
class Errors:
    """Seconds of each error and of speech (counted for each speaker), and the number of voices."""

    missed: float
    false: float
    confused: float
    speech: float
    voices: int
    found: int

    @property
    def rate(self) -> float:
        """Share of the speech."""
        return (self.missed + self.false + self.confused) / max(self.speech, 1e-9)

    def __add__(self, other: "Errors") -> "Errors":
        return Errors(*(getattr(self, name) + getattr(other, name) for name in Errors.__slots__))


def errors(
    reference: Iterable[tuple[str, float, float]], found: Iterable[tuple[str, float, float]], length_s: float
) -> Errors:
    """Compare turns (speaker, start, end) over *length_s* seconds."""
    truth, guess = _grid(reference, length_s), _grid(found, length_s)
    together = truth.T.astype(np.float32) @ guess.astype(np.float32)
    rows, columns = linear_sum_assignment(-together)
    right = together[rows, columns].sum()
    there, claimed = truth.sum(axis=1), guess.sum(axis=1)
    missed, false = np.maximum(there - claimed, 0).sum(), np.maximum(claimed - there, 0).sum()
    confused = np.minimum(there, claimed).sum() - right
    return Errors(
        *(float(value) * STEP_S for value in (missed, false, confused, there.sum())), truth.shape[1], guess.shape[1]
    )


def _grid(turns: Iterable[tuple[str, float, float]], length_s: float) -> np.ndarray:
    turns = list(turns)
    names = sorted({name for name, _, _ in turns})
    grid = np.zeros((round(length_s / STEP_S), max(1, len(names))), bool)
    for name, start, end in turns:
        grid[round(start / STEP_S) : round(end / STEP_S), names.index(name)] = True
    return grid if names else grid[:, :0]
