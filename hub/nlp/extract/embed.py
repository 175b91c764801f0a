"""Sentences as vectors: all-MiniLM-L6-v2 on onnxruntime, or word counts where it is not fetched."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

_LONGEST = 64
_WORD = re.compile(r"[a-z0-9]{3,}")


class Likeness(Protocol):
    """Tells how alike sentences are."""

    def matrix(self, sentences: Sequence[str]) -> list[list[float]]:
        """Return the likeness (0 to 1) of every two *sentences*."""


class Encoder:
    """Cosines of sentence vectors; the model is loaded with the first sentences."""

    def __init__(self, model_dir: Path) -> None:
        self._model_dir = model_dir

    def matrix(self, sentences: Sequence[str]) -> list[list[float]]:
        """Return cosines of the sentences' vectors; see `Likeness.matrix`."""
        import numpy as np
        import onnxruntime
        from tokenizers import Tokenizer

        if not sentences:
            return []
        tokenizer = Tokenizer.from_file(str(self._model_dir / "tokenizer.json"))
        tokenizer.enable_truncation(_LONGEST)
        tokenizer.enable_padding()
        session = onnxruntime.InferenceSession(
            str(self._model_dir / "sentence.onnx"), providers=["CPUExecutionProvider"]
        )
        encoded = tokenizer.encode_batch(list(sentences))
        tokens = np.array([entry.ids for entry in encoded], np.int64)
        mask = np.array([entry.attention_mask for entry in encoded], np.int64)
        vectors = session.run(None, {"tokens": tokens, "mask": mask})[0]
        cosines: list[list[float]] = np.clip(vectors @ vectors.T, 0.0, 1.0).tolist()
        return cosines


class Counts:
    """Cosines of word counts: what is there without a model."""

    def matrix(self, sentences: Sequence[str]) -> list[list[float]]:
        """Return cosines of word counts; see `Likeness.matrix`."""
        bags = [Counter(_WORD.findall(sentence.lower())) for sentence in sentences]
        return [[_cosine(one, other) for other in bags] for one in bags]


def _cosine(one: Counter[str], other: Counter[str]) -> float:
    dot = sum(count * other[word] for word, count in one.items())
    return dot / (_length(one) * _length(other)) if dot else 0.0


def _length(bag: Counter[str]) -> float:
    return math.sqrt(sum(count * count for count in bag.values()))
