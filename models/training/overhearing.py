"""Trains what reads free talk in its order: vectors of the sentence encoder, a gated unit onward and back.

Small enough for a minute and a half of one core a fold; several that began apart are averaged. Needs torch, which
nothing in the hub does.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from hub.nlp.learned.onward import FARTHEST, Onward, same_speaker
from hub.nlp.learned.overhearing import LOUD
from hub.nlp.learned.packing import packed
from hub.nlp.learned.scorer import talk_numbers
from models.training.corpora import Marked
from models.training.weigh import folds

ROUNDS, CHUNK, TOGETHER, LEAST_PIECE = 8, 120, 8, 20
"""Times every meeting is read; utterances of a piece of a meeting; pieces of a step; utterances of the least piece."""
RATE, DECAY, WARM, LEAST_RATE = 2e-3, 0.05, 0.1, 0.02
TOLD, STATE, NUMBERS = 96, 64, 32
DROPPED = 0.4
AVERAGED = 2
WEIGHTS = (1.0, 1.0, 1.0, 0.5)
"""What a mistake costs, by label: that an utterance belongs to the summary is learned beside the others."""


class Heard:
    """A meeting to learn from: vectors, `same_speaker`, numbers and marks, a row an utterance each."""

    def __init__(self, meeting: Marked, vectors: Any) -> None:
        self.vectors = np.asarray(LOUD * vectors, np.float32)
        self.same = same_speaker([one.speaker for one in meeting.said])
        self.numbers = talk_numbers(meeting.said)
        self.marks = np.array(meeting.labels, np.float32)


def fit(meetings: Sequence[Marked], vectors: Sequence[Any], *, seed: int) -> tuple[dict[str, Any], list[Any]]:
    """Return the arrays of the hearing of free talk, and of each meeting the logits of one that learned from others.

    *vectors* are those of length 1 of each meeting's utterances. Series are kept together, as in `weigh.free_talk`.
    """
    heard = [Heard(m, one) for m, one in zip(meetings, vectors, strict=True)]
    fold = folds([m.series for m in meetings], seed=seed)
    found: list[Any] = [None] * len(meetings)
    for part in sorted(set(fold.values())):
        others = [one for m, one in zip(meetings, heard, strict=True) if fold[m.series] != part]
        readers = [Onward(arrays) for arrays in _several(others, seed=seed)]
        for at, (m, one) in enumerate(zip(meetings, heard, strict=True)):
            if fold[m.series] == part:
                found[at] = np.mean([reader(one.vectors, one.same, one.numbers) for reader in readers], axis=0)
        print(f"free talk heard, fold {part + 1}", flush=True)
    arrays: dict[str, Any] = {}
    for number, one in enumerate(_several(heard, seed=seed)):
        arrays |= {f"{number}/{name}": array for name, array in one.items()}
    return packed(arrays), found


def _several(heard: Sequence[Heard], *, seed: int) -> list[dict[str, Any]]:
    return [tuned(heard, seed=AVERAGED * seed + at) for at in range(AVERAGED)]


class Net(nn.Module):
    """What `hub.nlp.learned.onward.Onward` is, to be trained."""

    def __init__(self, *, vectors: int, numbers: int, outputs: int) -> None:
        super().__init__()
        self.pd = nn.Linear(numbers, NUMBERS)
        self.p = nn.Linear(vectors + 1 + NUMBERS, TOLD)
        self.gru = nn.GRU(TOLD, STATE, batch_first=True, bidirectional=True)
        self.out = nn.Linear(2 * STATE + TOLD, outputs)
        self.drop = nn.Dropout(DROPPED)

    def forward(self, vectors: Any, same: Any, numbers: Any) -> Any:
        """Return logits (pieces, utterances, outputs)."""
        told = torch.relu(self.pd(self.drop(numbers)))
        told = torch.relu(self.p(self.drop(torch.cat([vectors, same, told], -1))))
        around, _ = self.gru(told)
        return self.out(self.drop(torch.cat([around, told], -1)))


def tuned(heard: Sequence[Heard], *, seed: int) -> dict[str, Any]:
    """Return the arrays of one reader that has learned from *heard*."""
    torch.manual_seed(seed)
    draw = np.random.default_rng(seed)
    every = np.vstack([one.numbers for one in heard])
    mean, spread = every.mean(0).astype(np.float32), (every.std(0) + 1e-3).astype(np.float32)
    first = heard[0]
    net = Net(vectors=first.vectors.shape[1], numbers=every.shape[1], outputs=first.marks.shape[1])
    optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY)
    rounds = [list(_steps(heard, draw)) for _ in range(ROUNDS)]
    steps = sum(map(len, rounds))
    rates = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda at: min(1.0, at / (WARM * steps + 1)) * max(LEAST_RATE, 1 - at / steps)
    )
    for step in (step for pieces in rounds for step in pieces):
        loss = _loss(net, _filled(heard, step, mean, spread))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        rates.step()
    arrays = {name: value.detach().numpy().astype(np.float32) for name, value in net.named_parameters()}
    return arrays | {"mean": mean, "spread": spread}


def _steps(heard: Sequence[Heard], draw: Any) -> Iterator[list[tuple[int, int, int]]]:
    """Yield steps of `TOGETHER` pieces (meeting, from, to), cut and mixed anew each time."""
    pieces = []
    for at, meeting in enumerate(heard):
        many = len(meeting.marks)
        for start in range(-int(draw.integers(0, CHUNK)), many, CHUNK):
            begin, end = max(0, start), min(many, start + CHUNK)
            if end - begin >= LEAST_PIECE:
                pieces.append((at, begin, end))
    draw.shuffle(pieces)
    for start in range(0, len(pieces) - TOGETHER + 1, TOGETHER):
        yield [tuple(map(int, piece)) for piece in pieces[start : start + TOGETHER]]


def _filled(heard: Sequence[Heard], step: Sequence[tuple[int, int, int]], mean: Any, spread: Any) -> Mapping[str, Any]:
    """Return the pieces of a step side by side; where one is shorter nothing is asked of what fills it."""
    longest = max(end - begin for _, begin, end in step)
    shape, first = (len(step), longest), heard[0]
    vectors, same = np.zeros((*shape, first.vectors.shape[1]), np.float32), np.zeros((*shape, 1), np.float32)
    numbers, marks = np.zeros((*shape, len(mean)), np.float32), -np.ones((*shape, first.marks.shape[1]), np.float32)
    for row, (at, begin, end) in enumerate(step):
        one, many = heard[at], end - begin
        vectors[row, :many], same[row, :many] = one.vectors[begin:end], one.same[begin:end]
        numbers[row, :many] = np.clip((one.numbers[begin:end] - mean) / spread, -FARTHEST, FARTHEST)
        marks[row, :many] = one.marks[begin:end]
    parts = {"vectors": vectors, "same": same, "numbers": numbers, "marks": marks}
    return {name: torch.from_numpy(array) for name, array in parts.items()}


def _loss(net: Any, step: Mapping[str, Any]) -> Any:
    told = step["marks"]
    asked, known = net(step["vectors"], step["same"], step["numbers"]), (told >= 0).float()
    lost = functional.binary_cross_entropy_with_logits(asked, told.clamp(0, 1), reduction="none") * known
    return (lost.sum((0, 1)) / known.sum((0, 1)).clamp(1) * torch.tensor(WEIGHTS)).sum()
