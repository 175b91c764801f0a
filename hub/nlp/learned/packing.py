"""Matrices in a file as whole numbers of 8 bits."""

from collections.abc import Mapping
from typing import Any

import numpy as np

_SCALE = ".scale"


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
