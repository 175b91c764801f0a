"""Layers of a small BERT in numpy: enough to hear a sentence, without a library of training.

BERT: Devlin et al. 2019, arXiv 1810.04805. The checkpoint it is asked with: all-MiniLM-L6-v2 (Wang et al. 2020,
arXiv 2002.10957).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

SIZE, HEADS = 384, 12
_LITTLE = 1e-12
_PADDED = -1e4


@dataclass(frozen=True, slots=True)
class Dense:
    """A linear map: *weight* of shape (in, out), *bias* (out,)."""

    weight: Any
    bias: Any

    def __call__(self, x: Any) -> Any:
        """Return *x* (..., in) as (..., out), as one product: one a sentence would take ten times as long."""
        rows = x.reshape(-1, x.shape[-1]) @ self.weight + self.bias
        return rows.reshape(*x.shape[:-1], -1)


@dataclass(frozen=True, slots=True)
class Norm:
    """Layer normalization over the last axis."""

    scale: Any
    bias: Any

    def __call__(self, x: Any) -> Any:
        """Return *x* of mean 0 and variance 1, then scaled and moved."""
        apart = x - x.mean(-1, keepdims=True)
        variance = np.square(apart).mean(-1, keepdims=True)
        return apart / np.sqrt(variance + _LITTLE) * self.scale + self.bias


@dataclass(frozen=True, slots=True)
class Layer:
    """Attention and two dense maps, normalized after each part."""

    asks: Dense
    told: Dense
    first: Norm
    wide: Dense
    narrow: Dense
    second: Norm

    def __call__(self, x: Any, padded: Any) -> Any:
        """Return *x* (sentences, tokens, SIZE) one layer on; *padded* is `padding`'s."""
        x = self.first(x + self.told(self._attended(x, padded)))
        return self.second(x + self.narrow(_gelu(self.wide(x))))

    def _attended(self, x: Any, padded: Any) -> Any:
        many, tokens, _ = x.shape
        parts = self.asks(x).reshape(many, tokens, 3, HEADS, SIZE // HEADS).transpose(2, 0, 3, 1, 4)
        asked, known, held = parts
        shares = asked @ known.transpose(0, 1, 3, 2) / math.sqrt(SIZE // HEADS) + padded
        shares = np.exp(shares - shares.max(-1, keepdims=True))
        shares /= shares.sum(-1, keepdims=True)
        return (shares @ held).transpose(0, 2, 1, 3).reshape(many, tokens, SIZE)


def padding(mask: Any) -> Any:
    """Return what attention adds, shape (sentences, 1, 1, tokens): very low where *mask* (1 a token) is 0."""
    return ((1.0 - mask) * _PADDED)[:, None, None, :].astype(np.float32)


@dataclass(frozen=True, slots=True)
class Beginning:
    """The embeddings of a BERT: rows of its vocabulary and of places in a sentence."""

    words: Any
    places: Any
    norm: Norm

    def __call__(self, tokens: Any) -> Any:
        """Return *tokens* (sentences, tokens) as vectors of SIZE."""
        return self.norm(self.words[tokens] + self.places[: tokens.shape[1]])


def beginning(held: Mapping[str, Any]) -> Beginning:
    """Return the embeddings of the checkpoint *held*, by the names it uses."""
    kind = held["embeddings.token_type_embeddings.weight"][0]
    places = held["embeddings.position_embeddings.weight"] + kind
    return Beginning(held["embeddings.word_embeddings.weight"], places, _norm(held, "embeddings.LayerNorm"))


def layers(held: Mapping[str, Any], numbers: Sequence[int]) -> tuple[Layer, ...]:
    """Return the layers *numbers* of the checkpoint *held*."""
    return tuple(_layer(held, f"encoder.layer.{number}") for number in numbers)


def _layer(held: Mapping[str, Any], name: str) -> Layer:
    parts = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
    asks = Dense(
        np.concatenate([held[f"{part}.weight"] for part in parts]).T,
        np.concatenate([held[f"{part}.bias"] for part in parts]),
    )
    return Layer(
        asks,
        _dense(held, f"{name}.attention.output.dense"),
        _norm(held, f"{name}.attention.output.LayerNorm"),
        _dense(held, f"{name}.intermediate.dense"),
        _dense(held, f"{name}.output.dense"),
        _norm(held, f"{name}.output.LayerNorm"),
    )


def _dense(held: Mapping[str, Any], name: str) -> Dense:
    return Dense(held[f"{name}.weight"].T, held[f"{name}.bias"])


def _norm(held: Mapping[str, Any], name: str) -> Norm:
    return Norm(held[f"{name}.weight"], held[f"{name}.bias"])


def _gelu(x: Any) -> Any:
    from scipy.special import erf

    return x * 0.5 * (1.0 + erf(x / np.float32(math.sqrt(2.0))))
