"""Boosted trees as plain arrays, so that nothing but numpy is needed to ask them."""

from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True, slots=True)
class Trees:
    """Nodes of all trees in one row of arrays; *roots* are the first nodes of each tree.

    At a node, a row whose *feature* is at most *threshold* goes *left*, else *right* (places of nodes). A leaf has
    feature -1 and its *value*; a row's score is the sum over the trees.
    """

    roots: Any
    feature: Any
    threshold: Any
    left: Any
    right: Any
    value: Any

    def score(self, rows: Any) -> Any:
        """Return the raw score (a logit) of each of *rows*."""
        total = np.zeros(len(rows), np.float64)
        every = np.arange(len(rows))
        for root in self.roots:
            total += self.value[self._leaves(rows, every, root)]
        return total

    def _leaves(self, rows: Any, every: Any, root: int) -> Any:
        at = np.full(len(rows), root, np.int64)
        inner = self.feature[at] >= 0
        while inner.any():
            here = at[inner]
            low = rows[every[inner], self.feature[here]] <= self.threshold[here]
            at[inner] = np.where(low, self.left[here], self.right[here])
            inner = self.feature[at] >= 0
        return at
