"""Hears each sentence by a small encoder tuned on marked meetings, and the meeting by the order of its sentences.

The first layers are the fetched checkpoint's as they are; the last ones, and what reads the sentences in their order,
were trained here (`models/training/hearing.py`) and travel with the hub.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from hub.domain.errors import FatalError
from hub.nlp.learned.bert import Beginning, Layer, beginning, layers, padding
from hub.nlp.learned.gru import both_ways

LOWER, UPPER = (0, 1), (2, 3, 4, 5)
"""Layers of the checkpoint as it is, and those that were tuned."""
LONGEST = 64
"""Tokens of a sentence that count."""
FARTHEST = 5.0
_BATCH = 32
_SCALE = ".scale"


def load(path: Path, *, checkpoint: Callable[[], Mapping[str, Any]], tokenizer: Path) -> "Hearing":
    """Return the hearing with the weights that `make train` wrote to *path*. FatalError where there are none.

    *checkpoint* gives the tensors of the encoder, asked for with the first meeting; *tokenizer* is its file.
    """
    try:
        with np.load(path) as held:
            return Hearing({name: held[name] for name in held.files}, checkpoint=checkpoint, tokenizer=tokenizer)
    except (OSError, ValueError, KeyError) as error:
        raise FatalError(f"{path}: no weights of the meeting's hearing here; run: make train") from error


class Hearing:
    """Tells how likely each sentence carries a matter, from its words in their order and what is said around it."""

    def __init__(
        self, held: Mapping[str, Any], *, checkpoint: Callable[[], Mapping[str, Any]], tokenizer: Path
    ) -> None:
        self.revision = str(held["revision"])
        self._held = unpacked(held)
        self._checkpoint = checkpoint
        self._tokenizer_file = tokenizer
        self._upper = layers(self._held, UPPER)
        self._onward, self._back = both_ways(self._held, "gru")

    def logits(self, sentences: Sequence[str], speakers: Sequence[str | None], numbers: Any) -> Any:
        """Return logits (sentences, `scorer.TRIAL_LABELS`) of a meeting.

        *numbers* are those of `scorer.trial_numbers`, a row a sentence.
        """
        if not sentences:
            return np.zeros((0, len(self._held["out.bias"])))
        return self.read(self._vectors(sentences), same_speaker(speakers), numbers)

    def read(self, vectors: Any, same: Any, numbers: Any) -> Any:
        """Return the logits of a meeting whose sentences are *vectors* (of `above`), *same* `same_speaker`'s column."""
        known = np.clip((numbers - self._held["mean"]) / self._held["spread"], -FARTHEST, FARTHEST)
        seen = np.hstack([vectors, same, np.maximum(self._map("pd", known), 0.0)])
        told = np.maximum(self._map("p", seen.astype(np.float32)), 0.0)
        around = np.hstack([self._onward(told), self._back(told[::-1])[::-1]])
        return self._map("out", np.hstack([around, told])).astype(np.float64)

    def _vectors(self, sentences: Sequence[str]) -> Any:
        """Return a row of 2 x SIZE for each sentence: the mean of its tokens, and what it listens to most."""
        tokens = cut(sentences, self._tokenizer)
        order = sorted(range(len(tokens)), key=lambda at: (len(tokens[at]), at))
        found: list[Any] = [None] * len(tokens)
        for start in range(0, len(order), _BATCH):
            places = order[start : start + _BATCH]
            for place, vector in zip(places, self._batch([tokens[at] for at in places]), strict=True):
                found[place] = vector
        return np.stack(found)

    def _batch(self, tokens: Sequence[Sequence[int]]) -> Any:
        ids, mask = filled(tokens)
        return self.above(below(ids, mask, self._lower), mask)

    def above(self, x: Any, mask: Any) -> Any:
        """Return the vectors of sentences whose tokens are *x* after the lower layers, *mask* 1 a token."""
        padded = padding(mask)
        for layer in self._upper:
            x = layer(x, padded)
        listens = self._map("att", x)[..., 0] + padded[:, 0, 0, :]
        shares = np.exp(listens - listens.max(1, keepdims=True))
        shares /= shares.sum(1, keepdims=True)
        even = mask / mask.sum(1, keepdims=True)
        return np.hstack([(x * part[:, :, None]).sum(1) for part in (even, shares)])

    def _map(self, name: str, x: Any) -> Any:
        return x @ self._held[f"{name}.weight"].T + self._held[f"{name}.bias"]

    @cached_property
    def _lower(self) -> tuple[Beginning, tuple[Layer, ...]]:
        return lower(self._checkpoint())

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        return Tokenizer.from_file(str(self._tokenizer_file))


def cut(sentences: Sequence[str], tokenizer: Any) -> list[list[int]]:
    """Return the rows of the vocabulary that *tokenizer* makes of each sentence, `LONGEST` at most."""
    tokenizer.enable_truncation(LONGEST)
    tokenizer.no_padding()
    return [entry.ids for entry in tokenizer.encode_batch([s.replace("’", "'") for s in sentences])]


def filled(tokens: Sequence[Sequence[int]]) -> tuple[Any, Any]:
    """Return *tokens* as one matrix (sentences, tokens of the longest), and a mask: 1 where there is one."""
    ids = np.zeros((len(tokens), max(map(len, tokens))), np.int64)
    mask = np.zeros(ids.shape, np.float32)
    for row, one in enumerate(tokens):
        ids[row, : len(one)], mask[row, : len(one)] = one, 1.0
    return ids, mask


def lower(checkpoint: Mapping[str, Any]) -> tuple[Beginning, tuple[Layer, ...]]:
    """Return the embeddings and the layers of *checkpoint* that stay as they are."""
    return beginning(checkpoint), layers(checkpoint, LOWER)


def below(ids: Any, mask: Any, parts: tuple[Beginning, tuple[Layer, ...]]) -> Any:
    """Return what the *parts* of `lower` make of the tokens, (sentences, tokens, SIZE)."""
    x, padded = parts[0](ids), padding(mask)
    for layer in parts[1]:
        x = layer(x, padded)
    return x


def same_speaker(speakers: Sequence[str | None]) -> Any:
    """Return a column: 1 where a sentence is by whom the one before it is."""
    before = [False, *(one == other for one, other in pairwise(speakers))]
    return np.array(before[: len(speakers)], np.float32)[:, None]


def packed(held: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arrays of *held* for a file: matrices as whole numbers of 8 bits with a scale for each row."""
    kept: dict[str, Any] = {}
    for name, array in held.items():
        if array.ndim != 2:
            kept[name] = array
            continue
        scale = np.maximum(np.abs(array).max(1, keepdims=True), np.float32(1e-9)) / np.float32(127)
        kept[name], kept[name + _SCALE] = np.round(array / scale).astype(np.int8), scale.astype(np.float32)
    return kept


def unpacked(held: Mapping[str, Any]) -> dict[str, Any]:
    """Return what `packed` was given, up to its rounding."""
    return {
        name: array.astype(np.float32) * held[name + _SCALE] if name + _SCALE in held else array
        for name, array in held.items()
        if not name.endswith(_SCALE)
    }
