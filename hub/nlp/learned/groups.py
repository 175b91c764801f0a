"""Neighbouring utterances that score high are one matter."""

from collections.abc import Sequence
from dataclasses import dataclass

APART = 2
"""Utterances between two that still belong to one matter, less one."""
LONGEST = 6
"""Utterances from the first to the last of one matter."""
BESIDE = 2
"""Utterances from an item within which a hit of its kind is the same matter."""
_DROP = 0.8
"""How far below the strongest utterance of a matter another one of it may score."""


@dataclass(frozen=True, slots=True)
class Group:
    """One matter: *rows* are places of utterances in order, *top* the strongest, *score* its score."""

    rows: tuple[int, ...]
    top: int
    score: float


def groups(scores: Sequence[float], *, floor: float = -1.0, apart: int = APART) -> list[Group]:
    """Return the matters whose strongest utterance scores at least *floor*, the strongest first; no two share a row."""
    taken: set[int] = set()
    found = []
    for top in sorted(range(len(scores)), key=lambda row: (-scores[row], row)):
        if scores[top] < floor:
            break
        if top in taken:
            continue
        rows = _grown(scores, top, max(floor, scores[top] - _DROP), apart, taken)
        taken.update(rows)
        found.append(Group(tuple(rows), top, float(scores[top])))
    return found


def _grown(scores: Sequence[float], top: int, least: float, apart: int, taken: set[int]) -> list[int]:
    rows = [top]
    for side in (-1, 1):
        row, missed = top + side, 0
        while (
            0 <= row < len(scores)
            and row not in taken
            and missed < apart
            and len(range(min(rows), max(rows) + 1)) < LONGEST
        ):
            missed = 0 if scores[row] >= least else missed + 1
            if not missed:
                rows.append(row)
            row += side
    return sorted(rows)


def _span(rows: list[int]) -> int:
    return max(rows) - min(rows) + 1
