"""How much the trees and how much the hearing counts: a regression for each label over what both say of others."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from models.training.trial import UNKNOWN

STRENGTH = 1.0


def weights(marks: Sequence[Any], told: Sequence[Any], heard: Sequence[Any]) -> Any:
    """Return the mix, shape (3, labels): weight of what is *told*, of what is *heard*, and a bias.

    *marks* are those of each meeting, a row a sentence and a column a label.
    """
    from sklearn.linear_model import LogisticRegression

    wanted, one, other = np.vstack(marks), np.vstack(told), np.vstack(heard)
    mix = np.zeros((3, wanted.shape[1]), np.float32)
    for column in range(wanted.shape[1]):
        known = wanted[:, column] != UNKNOWN
        rows = np.stack([one[known, column], other[known, column]], axis=1)
        model = LogisticRegression(C=STRENGTH).fit(rows, wanted[known, column])
        mix[:, column] = [*model.coef_[0], model.intercept_[0]]
    return mix
