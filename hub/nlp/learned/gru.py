"""A gated recurrent unit in numpy: reads a meeting's sentences in their order.

Cho et al. 2014, arXiv 1406.1078; gates in the order (reset, update, new), the reset inside the new gate.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Gru:
    """*into* (3 x size, in) and *over* (3 x size, size) with their biases."""

    into: Any
    over: Any
    into_bias: Any
    over_bias: Any

    def __call__(self, rows: Any) -> Any:
        """Return the states (rows, size) after each of *rows* (rows, in), beginning with nothing."""
        size = self.over.shape[1]
        given = rows @ self.into.T + self.into_bias
        over = np.ascontiguousarray(self.over.T)
        state, states = np.zeros(size, np.float32), np.empty((len(rows), size), np.float32)
        for at in range(len(rows)):
            held = state @ over + self.over_bias
            gates = _sigmoid(given[at, : 2 * size] + held[: 2 * size])
            new = np.tanh(given[at, 2 * size :] + gates[:size] * held[2 * size :])
            state = new + gates[size:] * (state - new)
            states[at] = state
        return states


def both_ways(held: Mapping[str, Any], name: str) -> tuple[Gru, Gru]:
    """Return the units *name* of *held* that read onward and back."""
    return _gru(held, name, "l0"), _gru(held, name, "l0_reverse")


def _gru(held: Mapping[str, Any], name: str, end: str) -> Gru:
    return Gru(*(held[f"{name}.{part}_{end}"] for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")))


def _sigmoid(x: Any) -> Any:
    return 1.0 / (1.0 + np.exp(-x))
