"""Trains what reads free talk in its order: vectors of the sentence encoder, a gated unit onward and back.

Small enough for a minute of one core a fold; several that began apart are averaged. Needs torch, which
nothing in the hub does.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

from hub.nlp.learned.onward import FARTHEST, Onward, same_speaker
from hub.nlp.learned.overhearing import LOUD
from hub.nlp.learned.packing import packed
from hub.nlp.learned.scorer import talk_numbers
from models.training.corpora import Marked
from models.training.pieces import Cut, loss, rising_and_falling, steps
from models.training.weigh import folds

ROUNDS, CUT = 8, Cut(chunk=120, together=8, least=20)
"""Times every meeting is read, and how it is cut."""
RATE, DECAY, WARM = 2e-3, 0.05, 0.1
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
    order = [step for _ in range(ROUNDS) for step in steps([len(one.marks) for one in heard], CUT, draw)]
    rates = rising_and_falling(optimizer, len(order), warm=WARM)
    for pieces in order:
        step = _filled(heard, pieces, mean, spread)
        asked = net(step["vectors"], step["same"], step["numbers"])
        optimizer.zero_grad()
        (loss(asked, step["marks"]) * torch.tensor(WEIGHTS)).sum().backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
        rates.step()
    arrays = {name: value.detach().numpy().astype(np.float32) for name, value in net.named_parameters()}
    return arrays | {"mean": mean, "spread": spread}


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
