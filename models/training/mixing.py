"""How much the trees and how much the hearing counts: a regression for each label over what both say of other hands."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from hub.nlp.learned.scorer import TRIAL_LABELS
from models.training.trial import UNKNOWN, Read

STRENGTH = 1.0


def weights(reads: Sequence[Read], told: Sequence[Any], heard: Sequence[Any]) -> Any:
    """Return the mix, shape (3, labels): weight of what is *told*, of what is *heard*, and a bias."""
    from sklearn.linear_model import LogisticRegression

    marks, one, other = np.vstack([r.marks for r in reads]), np.vstack(told), np.vstack(heard)
    mix = np.zeros((3, len(TRIAL_LABELS)), np.float32)
    for column in range(len(TRIAL_LABELS)):
        known = marks[:, column] != UNKNOWN
        rows = np.stack([one[known, column], other[known, column]], axis=1)
        model = LogisticRegression(C=STRENGTH).fit(rows, marks[known, column])
        mix[:, column] = [*model.coef_[0], model.intercept_[0]]
    return mix
