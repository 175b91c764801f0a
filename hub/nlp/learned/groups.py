"""Neighbouring utterances that score high are one matter."""

from collections.abc import Sequence
from dataclasses import dataclass

BESIDE = 2
"""Utterances from an item within which a hit of its kind is the same matter."""


@dataclass(frozen=True, slots=True)
class Joining:
    """Which utterances around a strongest one are of its matter."""

    apart: int = 2  # utterances between two that still belong to one matter, less one
    longest: int = 6  # utterances from the first to the last of one matter
    drop: float = 0.8  # how far below the strongest another one of it may score
    below_floor: bool = False  # whether one may belong that would be no matter by itself


CLOSE = Joining()


@dataclass(frozen=True, slots=True)
class Group:
    """One matter: *rows* are places of utterances in order, *top* the strongest, *score* its score."""

    rows: tuple[int, ...]
    top: int
    score: float

    @property
    def span(self) -> range:
        """All places from the first to the last of the matter."""
        return range(min(self.rows), max(self.rows) + 1)


def groups(scores: Sequence[float], *, floor: float = -1.0, joining: Joining = CLOSE) -> list[Group]:
    """Return the matters whose strongest utterance scores at least *floor*, the strongest first; no two share a row."""
    taken: set[int] = set()
    found = []
    for top in sorted(range(len(scores)), key=lambda row: (-scores[row], row)):
        if scores[top] < floor:
            break
        if top in taken:
            continue
        rows = _grown(scores, top, floor, joining, taken)
        taken.update(rows)
        found.append(Group(tuple(rows), top, float(scores[top])))
    return found


def _grown(scores: Sequence[float], top: int, floor: float, joining: Joining, taken: set[int]) -> list[int]:
    least = scores[top] - joining.drop
    if not joining.below_floor:
        least = max(floor, least)
    first = last = top
    rows = [top]
    for side in (-1, 1):
        row, missed = top + side, 0
        while (
            0 <= row < len(scores)
            and row not in taken
            and missed < joining.apart
            and last - first + 1 < joining.longest
        ):
            missed = 0 if scores[row] >= least else missed + 1
            if not missed:
                rows.append(row)
                first, last = min(first, row), max(last, row)
            row += side
    return sorted(rows)
