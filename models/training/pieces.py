"""Meetings cut into pieces and mixed, and what a mistake costs: what the trainings here share. Needs torch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch.nn import functional


@dataclass(frozen=True, slots=True)
class Cut:
    """Sentences of a piece, pieces of a step, and sentences that a piece has at least."""

    chunk: int
    together: int
    least: int


def steps(lengths: Sequence[int], cut: Cut, draw: Any) -> Iterator[list[tuple[int, int, int]]]:
    """Yield steps of pieces (meeting, from, to) of meetings with *lengths* sentences, cut and mixed anew each time."""
    pieces = []
    for at, many in enumerate(lengths):
        for start in range(-int(draw.integers(0, cut.chunk)), many, cut.chunk):
            begin, end = max(0, start), min(many, start + cut.chunk)
            if end - begin >= cut.least:
                pieces.append((at, begin, end))
    draw.shuffle(pieces)
    for start in range(0, len(pieces) - cut.together + 1, cut.together):
        yield [tuple(map(int, piece)) for piece in pieces[start : start + cut.together]]


def rising_and_falling(optimizer: Any, many: int, *, warm: float, least: float = 0.02) -> Any:
    """Return what sets the rates of *optimizer* over *many* steps: up for the share *warm* of them, then down."""
    return torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda at: min(1.0, at / (warm * many + 1)) * max(least, 1 - at / many)
    )


def loss(asked: Any, told: Any) -> Any:
    """Return for each output the mean loss of logits *asked* (pieces, sentences, outputs); *told* is -1 if unknown."""
    known = (told >= 0).float()
    lost = functional.binary_cross_entropy_with_logits(asked, told.clamp(0, 1), reduction="none") * known
    return lost.sum((0, 1)) / known.sum((0, 1)).clamp(1)
