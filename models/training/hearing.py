"""Tunes the last layers of a small sentence encoder on marked meetings, with what reads the sentences in their order.

Sentences of a meeting go through the first layers once (they stay as they are), so that a round over 39,000 sentences
takes two minutes of one core. Needs torch, which nothing in the hub does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from hub.nlp.learned import bert
from hub.nlp.learned.hearing import UPPER, Hearing, below, cut, filled, lower
from hub.nlp.learned.onward import FARTHEST, same_speaker
from hub.nlp.learned.packing import packed
from models.training.pieces import Cut, loss, rising_and_falling, steps
from models.training.split import hand
from models.training.trial import Read

ROUNDS, CUT = 4, Cut(chunk=40, together=6, least=8)
"""Times every meeting is read, and how it is cut."""
RATE_TUNED, RATE_NEW, DECAY, WARM = 1e-4, 1.5e-3, 0.01, 0.1
TOLD, STATE, NUMBERS = 128, 96, 48
DROPPED, DROPPED_NEW = 0.1, 0.3
FOLDS = 4
BUCKETS = 4
"""Sentences of a step are taken through the layers in so many groups of like length."""


@dataclass(frozen=True, slots=True)
class Told:
    """A meeting to learn from: of each sentence the states after the lower layers, the speaker, numbers and marks."""

    states: tuple[Any, ...]
    same: Any
    numbers: Any
    marks: Any


def fit(
    reads: Sequence[Read], encoder: tuple[Mapping[str, Any], Any], *, seed: int
) -> tuple[dict[str, Any], list[Any]]:
    """Return the arrays of the hearing, and for each talk its logits by a hearing that learned from other writers.

    *encoder* is the checkpoint and its tokenizer. Writers are taken `FOLDS` apart, so that four hearings serve for all.
    """
    checkpoint, tokenizer = encoder
    meetings = [_meeting(r, lower_states(r.sentences, checkpoint, tokenizer)) for r in reads]
    folds = [hand(r.talk.name) % FOLDS for r in reads]
    found: list[Any] = [None] * len(reads)
    for fold in sorted(set(folds)):
        others = [m for m, one in zip(meetings, folds, strict=True) if one != fold]
        print(f"hearing of {len(others)} talks for those of fold {fold}")
        hears = _Kept(packed(tuned(others, checkpoint, seed=seed)) | {"revision": "training"})
        for at, meeting in enumerate(meetings):
            if folds[at] == fold:
                found[at] = hears.heard(meeting)
    print(f"hearing of all {len(reads)} talks")
    return packed(tuned(meetings, checkpoint, seed=seed)), found


class _Kept(Hearing):
    """A hearing that is asked with states of the lower layers, as they are kept for training."""

    def __init__(self, held: Mapping[str, Any]) -> None:
        super().__init__(held, checkpoint=dict, tokenizer=Path())

    def heard(self, meeting: "Told") -> Any:
        """Return the logits of *meeting*."""
        return self.read(np.vstack([self._one(state) for state in meeting.states]), meeting.same, meeting.numbers)

    def _one(self, state: Any) -> Any:
        mask = np.ones((1, len(state)), np.float32)
        return self.above(state.astype(np.float32)[None], mask)


def _meeting(r: Read, states: tuple[Any, ...]) -> "Told":
    same = same_speaker([one.speaker for one in r.said])
    return Told(states, same, np.asarray(r.dense, np.float32), np.asarray(r.marks, np.float32))


def lower_states(sentences: Sequence[str], checkpoint: Mapping[str, Any], tokenizer: Any) -> tuple[Any, ...]:
    """Return for each of *sentences* what the lower layers make of its tokens, (tokens, SIZE) in half precision."""
    tokens, parts = cut(sentences, tokenizer), lower(checkpoint)
    order = sorted(range(len(tokens)), key=lambda at: len(tokens[at]))
    found: list[Any] = [None] * len(tokens)
    for start in range(0, len(order), 64):
        places = order[start : start + 64]
        ids, mask = filled([tokens[at] for at in places])
        for at, state in zip(places, below(ids, mask, parts), strict=True):
            found[at] = state[: len(tokens[at])].astype(np.float16)
    return tuple(found)


class Layer(nn.Module):
    """A layer of the encoder, to be tuned."""

    def __init__(self, checkpoint: Mapping[str, Any], number: int) -> None:
        super().__init__()
        name = f"encoder.layer.{number}"
        parts = [f"{name}.attention.self.{part}" for part in ("query", "key", "value")]
        self.asks = nn.ModuleList(_linear(checkpoint, part) for part in parts)
        self.told = _linear(checkpoint, f"{name}.attention.output.dense")
        self.first = _norm(checkpoint, f"{name}.attention.output.LayerNorm")
        self.wide = _linear(checkpoint, f"{name}.intermediate.dense")
        self.narrow = _linear(checkpoint, f"{name}.output.dense")
        self.second = _norm(checkpoint, f"{name}.output.LayerNorm")
        self.drop = nn.Dropout(DROPPED)

    def forward(self, x: Any, padded: Any) -> Any:
        """Return *x* (sentences, tokens, SIZE) one layer on."""
        many, tokens, _ = x.shape
        asked, known, held = (one(x).view(many, tokens, bert.HEADS, -1).transpose(1, 2) for one in self.asks)
        dropped = DROPPED if self.training else 0.0
        found = functional.scaled_dot_product_attention(asked, known, held, attn_mask=padded, dropout_p=dropped)
        x = self.first(x + self.drop(self.told(found.transpose(1, 2).reshape(many, tokens, bert.SIZE))))
        return self.second(x + self.drop(self.narrow(functional.gelu(self.wide(x)))))

    def named(self, number: int) -> dict[str, Any]:
        """Return the weights by the checkpoint's own names."""
        name = f"encoder.layer.{number}"
        parts = {
            f"{name}.attention.self.{part}": one for part, one in zip(("query", "key", "value"), self.asks, strict=True)
        }
        parts |= {
            f"{name}.attention.output.dense": self.told,
            f"{name}.attention.output.LayerNorm": self.first,
            f"{name}.intermediate.dense": self.wide,
            f"{name}.output.dense": self.narrow,
            f"{name}.output.LayerNorm": self.second,
        }
        return {f"{part}.{kind}": value for part, one in parts.items() for kind, value in one.named_parameters()}


class Net(nn.Module):
    """The tuned layers, and what reads a meeting's sentences onward and back."""

    def __init__(self, checkpoint: Mapping[str, Any], *, numbers: int, outputs: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Layer(checkpoint, number) for number in UPPER)
        self.att = nn.Linear(bert.SIZE, 1)
        self.pd = nn.Linear(numbers, NUMBERS)
        self.p = nn.Linear(2 * bert.SIZE + 1 + NUMBERS, TOLD)
        self.gru = nn.GRU(TOLD, STATE, batch_first=True, bidirectional=True)
        self.out = nn.Linear(2 * STATE + TOLD, outputs)
        self.drop = nn.Dropout(DROPPED_NEW)

    def forward(self, states: Sequence[Any], same: Any, numbers: Any) -> Any:
        """Return logits (pieces, sentences, outputs) of *states*, a matrix a sentence in the order of the pieces."""
        vectors = self._vectors(states).view(*same.shape[:2], 2 * bert.SIZE)
        told = torch.relu(self.pd(self.drop(numbers)))
        told = torch.relu(self.p(self.drop(torch.cat([vectors, same, told], -1))))
        around, _ = self.gru(told)
        return self.out(self.drop(torch.cat([around, told], -1)))

    def _vectors(self, states: Sequence[Any]) -> Any:
        lengths = np.array([len(one) for one in states])
        order = np.argsort(lengths, kind="stable")
        parts = [self._group([states[at] for at in places]) for places in np.array_split(order, BUCKETS) if len(places)]
        back = np.empty(len(states), int)
        back[order] = np.arange(len(states))
        return torch.cat(parts)[torch.from_numpy(back)]

    def _group(self, states: Sequence[Any]) -> Any:
        held = np.zeros((len(states), max(map(len, states)), bert.SIZE), np.float32)
        mask = np.zeros(held.shape[:2], np.float32)
        for row, one in enumerate(states):
            held[row, : len(one)], mask[row, : len(one)] = one, 1.0
        x, heard = torch.from_numpy(held).bfloat16(), torch.from_numpy(mask)
        padded = ((1 - heard) * -1e4)[:, None, None, :].bfloat16()
        with torch.autocast("cpu", torch.bfloat16):
            for layer in self.layers:
                x = layer(x.bfloat16(), padded)
        x = x.float()
        shares = torch.softmax(self.att(x).squeeze(-1) + (1 - heard) * -1e4, 1)
        even = heard / heard.sum(1, keepdim=True)
        return torch.cat([(x * part[:, :, None]).sum(1) for part in (even, shares)], 1)


def tuned(meetings: Sequence[Told], checkpoint: Mapping[str, Any], *, seed: int) -> dict[str, Any]:
    """Return the arrays of a hearing that has learned from *meetings*."""
    torch.manual_seed(seed)
    draw = np.random.default_rng(seed)
    every = np.vstack([m.numbers for m in meetings])
    mean, spread = every.mean(0).astype(np.float32), (every.std(0) + 1e-3).astype(np.float32)
    net = Net(checkpoint, numbers=every.shape[1], outputs=meetings[0].marks.shape[1])
    _learn(net, meetings, (mean, spread), draw)
    kept = {name: value for name, value in net.named_parameters() if not name.startswith("layers.")}
    for number, layer in zip(UPPER, net.layers, strict=True):
        kept |= layer.named(number)
    arrays = {name: value.detach().numpy().astype(np.float32) for name, value in kept.items()}
    return arrays | {"mean": mean, "spread": spread}


def _learn(net: Any, meetings: Sequence[Told], known: tuple[Any, Any], draw: Any) -> None:
    old = list(net.layers.parameters())
    new = [value for name, value in net.named_parameters() if not name.startswith("layers.")]
    optimizer = torch.optim.AdamW(
        [{"params": new, "lr": RATE_NEW}, {"params": old, "lr": RATE_TUNED}], weight_decay=DECAY
    )
    rounds = [list(steps([len(m.states) for m in meetings], CUT, draw)) for _ in range(ROUNDS)]
    rates = rising_and_falling(optimizer, sum(map(len, rounds)), warm=WARM)
    net.train()
    for number, pieces in enumerate(rounds):
        lost = 0.0
        for step in pieces:
            cost = _cost(net, meetings, step, known)
            optimizer.zero_grad()
            cost.backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            rates.step()
            lost += cost.detach().item()
        print(f"round {number + 1}: loss {lost / len(pieces):.3f}", flush=True)


def _cost(net: Any, meetings: Sequence[Told], step: Sequence[tuple[int, int, int]], known: tuple[Any, Any]) -> Any:
    """Return the loss of a step; a shorter piece is filled with its first sentence, of which nothing is asked."""
    longest = max(end - begin for _, begin, end in step)
    outputs, width = meetings[0].marks.shape[1], meetings[0].numbers.shape[1]
    same = np.zeros((len(step), longest, 1), np.float32)
    numbers = np.zeros((len(step), longest, width), np.float32)
    marks = -np.ones((len(step), longest, outputs), np.float32)
    states: list[Any] = []
    for row, (at, begin, end) in enumerate(step):
        meeting, many = meetings[at], end - begin
        same[row, :many] = meeting.same[begin:end]
        numbers[row, :many] = np.clip((meeting.numbers[begin:end] - known[0]) / known[1], -FARTHEST, FARTHEST)
        marks[row, :many] = meeting.marks[begin:end]
        states += [*meeting.states[begin:end], *[meeting.states[begin]] * (longest - many)]
    asked = net(states, torch.from_numpy(same), torch.from_numpy(numbers))
    return loss(asked, torch.from_numpy(marks)).sum()


def _linear(checkpoint: Mapping[str, Any], name: str) -> Any:
    weight = torch.from_numpy(np.array(checkpoint[f"{name}.weight"], np.float32))
    made = nn.Linear(weight.shape[1], weight.shape[0])
    return _filled(made, weight, checkpoint[f"{name}.bias"])


def _norm(checkpoint: Mapping[str, Any], name: str) -> Any:
    made = nn.LayerNorm(bert.SIZE, eps=1e-12)
    return _filled(
        made, torch.from_numpy(np.array(checkpoint[f"{name}.weight"], np.float32)), checkpoint[f"{name}.bias"]
    )


def _filled(made: Any, weight: Any, bias: Any) -> Any:
    with torch.no_grad():
        made.weight.copy_(weight)
        made.bias.copy_(torch.from_numpy(np.array(bias, np.float32)))
    return made
