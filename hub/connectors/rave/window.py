"""Which of the latest audits have been seen, so that reading them again finds only those that came late.

Numbers are handed out before audits are there, so that one may appear below those that were read already. The cursor
keeps the numbers seen of the last few, as runs; all it says again is what a late audit makes necessary.
"""

from collections.abc import Iterable, Sequence

from hub.domain.changes import Change, Reject

Runs = list[list[int]]
"""[first, last] of each run of numbers without a gap, in their order."""
Numbered = Sequence[tuple[int, Change | Reject]]


def runs_of(numbers: Iterable[int]) -> Runs:
    """Return *numbers* as runs."""
    runs: Runs = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return runs


def numbers_of(runs: Runs) -> set[int]:
    """Return the numbers of *runs*."""
    return {number for first, last in runs for number in range(first, last + 1)}


def fresh(found: Numbered, seen: set[int]) -> tuple[Change | Reject, ...]:
    """Return what was not seen, and after a late audit also what was seen of its record since: the last state wins."""
    again: set[str | None] = set()
    kept = []
    for number, one in found:
        if number not in seen:
            kept.append(one)
            again.add(one.external_id)
        elif one.external_id is not None and one.external_id in again:
            kept.append(one)
    return tuple(kept)
