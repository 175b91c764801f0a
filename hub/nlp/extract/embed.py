"""Sentences as vectors: all-MiniLM-L6-v2 on onnxruntime, or word counts where it is not fetched."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

_LONGEST = 64  # tokens of a sentence that count
_SIZE = 384
_BATCH = 16  # sentences of like length, so that little is padded
_REMEMBERED = 4000
_WORD = re.compile(r"[a-z0-9]{3,}")


class Likeness(Protocol):
    """Tells how alike sentences are."""

    def matrix(self, sentences: Sequence[str]) -> list[list[float]]:
        """Return the likeness (0 to 1) of every two *sentences*."""


class Encoder:
    """Cosines of sentence vectors. The model is loaded with the first sentences; each sentence is encoded once."""

    def __init__(self, model_dir: Path) -> None:
        self._model_dir = model_dir
        self._vectors: dict[str, Any] = {}

    def matrix(self, sentences: Sequence[str]) -> list[list[float]]:
        """Return cosines of the sentences' vectors; see `Likeness.matrix`."""
        import numpy as np

        if not sentences:
            return []
        vectors = self.vectors(sentences)
        cosines: list[list[float]] = np.clip(vectors @ vectors.T, 0.0, 1.0).tolist()
        return cosines

    def to_each(self, sentence: str, others: Sequence[str]) -> list[float]:
        """Return the likeness (0 to 1) of one sentence to each of *others*."""
        import numpy as np

        if not others:
            return []
        vectors = self.vectors([sentence, *others])
        cosines: list[float] = np.clip(vectors[1:] @ vectors[0], 0.0, 1.0).tolist()
        return cosines

    def vectors(self, sentences: Sequence[str]) -> Any:
        """Return the vectors of *sentences*, shape (sentences, 384), length 1; each is encoded once while remembered."""
        import numpy as np

        if not sentences:
            return np.zeros((0, _SIZE), np.float32)
        if len(self._vectors) > _REMEMBERED:
            self._vectors.clear()
        new = sorted({sentence for sentence in sentences if sentence not in self._vectors}, key=lambda s: (len(s), s))
        for start in range(0, len(new), _BATCH):
            batch = new[start : start + _BATCH]
            self._vectors.update(zip(batch, self._encode(batch), strict=True))
        return np.stack([self._vectors[sentence] for sentence in sentences])

    def _encode(self, sentences: list[str]) -> Any:
        import numpy as np

        encoded = self._tokenizer.encode_batch(sentences)
        tokens = np.array([entry.ids for entry in encoded], np.int64)
        mask = np.array([entry.attention_mask for entry in encoded], np.int64)
        return self._session.run(None, {"tokens": tokens, "mask": mask})[0]

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._model_dir / "tokenizer.json"))
        tokenizer.enable_truncation(_LONGEST)
        tokenizer.enable_padding()
        return tokenizer

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        # a thread that waits for the next short batch turning in circles takes as much of a core as the work itself
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        path = str(self._model_dir / "sentence.onnx")
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


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
