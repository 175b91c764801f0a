"""Hears free talk: the order of its sentences, each as the sentence encoder has it.

The encoder is the fetched checkpoint's as it is; what reads its vectors in their order was trained here on AMI
(`models/training/overhearing.py`) and travels with the hub.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hub.domain.errors import FatalError
from hub.nlp.learned.onward import Onward, same_speaker
from hub.nlp.learned.packing import unpacked

Vectors = Callable[[Sequence[str]], Any]
"""Gives a vector of length 1 for each sentence; see `hub.nlp.extract.embed.Encoder.vectors`."""
LOUD = 20.0
"""The vectors have length 1; so many times that, their parts are about 1."""


def load(path: Path, *, vectors: Vectors) -> "Overhearing":
    """Return the hearing of free talk with the weights that `make train` wrote to *path*; FatalError without them."""
    try:
        with np.load(path) as held:
            return Overhearing({name: held[name] for name in held.files}, vectors=vectors)
    except (OSError, ValueError, KeyError) as error:
        raise FatalError(f"{path}: no weights of the hearing of free talk here; run: make train") from error


class Overhearing:
    """Tells how likely each utterance of free talk carries a matter: the mean of several that learned alike."""

    def __init__(self, held: Mapping[str, Any], *, vectors: Vectors) -> None:
        self.revision = str(held["revision"])
        self.mix, self.draft, self.also = held["mix"], held["draft"], held["also"]
        self._vectors = vectors
        arrays = unpacked({name: array for name, array in held.items() if "/" in name})
        self._readers = [Onward(_of(arrays, name)) for name in sorted({name.partition("/")[0] for name in arrays})]

    def logits(self, sentences: Sequence[str], speakers: Sequence[str | None], numbers: Any) -> Any:
        """Return logits (sentences, `scorer.TALK_LABELS`); *numbers* are those of `scorer.talk_numbers`."""
        if not sentences:
            return np.zeros_like(self.mix[:0])
        return self.read(self._vectors(sentences), speakers, numbers)

    def read(self, vectors: Any, speakers: Sequence[str | None], numbers: Any) -> Any:
        """Return the logits of utterances whose vectors of length 1 are *vectors*."""
        same = same_speaker(speakers)
        return np.mean([reader(LOUD * vectors, same, numbers) for reader in self._readers], axis=0)


def _of(arrays: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {full.partition("/")[2]: array for full, array in arrays.items() if full.startswith(f"{name}/")}
