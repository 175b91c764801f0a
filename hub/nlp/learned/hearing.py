"""Hears each sentence by a small encoder tuned on marked meetings, and the meeting by the order of its sentences.

The first layers are the fetched checkpoint's as they are; the last ones, and what reads the sentences in their order,
were trained here (`models/training/hearing.py`) and travel with the hub.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from hub.domain.errors import FatalError
from hub.nlp.learned.bert import Beginning, Layer, beginning, layers, padding
from hub.nlp.learned.onward import Onward, linear, same_speaker
from hub.nlp.learned.packing import unpacked

LOWER, UPPER = (0, 1), (2, 3, 4, 5)
"""Layers of the checkpoint as it is, and those that were tuned."""
LONGEST = 64
"""Tokens of a sentence that count."""
_BATCH = 32


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
        self.read = Onward(self._held)

    def logits(self, sentences: Sequence[str], speakers: Sequence[str | None], numbers: Any) -> Any:
        """Return logits (sentences, `scorer.TRIAL_LABELS`) of a meeting.

        *numbers* are those of `scorer.trial_numbers`, a row a sentence.
        """
        if not sentences:
            return np.zeros((0, len(self._held["out.bias"])))
        return self.read(self._vectors(sentences), same_speaker(speakers), numbers)

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
        listens = linear(self._held, "att", x)[..., 0] + padded[:, 0, 0, :]
        shares = np.exp(listens - listens.max(1, keepdims=True))
        shares /= shares.sum(1, keepdims=True)
        even = mask / mask.sum(1, keepdims=True)
        return np.hstack([(x * part[:, :, None]).sum(1) for part in (even, shares)])

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
