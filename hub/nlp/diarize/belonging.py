"""Every track gets a cluster: by its vector, and by what the windows before and after heard in the same frames.

A track that mostly speaks under another has a poor vector; but its window shares three quarters of its sound with the
next, and who speaks in the same frames there is the same person.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub.nlp.diarize.tracks import Track
from hub.nlp.diarize.windows import FRAMES, Window

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

_REACH = 3
"""Windows on each side that share sound with a window."""
_LEAST_FRAMES = 15.0
"""Two tracks that both speak less than this in the shared sound say nothing of each other."""


@dataclass(frozen=True, slots=True)
class Belonging:
    """What is believed how much. A cosine counts by the track's clean speech, s / (s + half_s)."""

    half_s: float = 1.0
    linked: float = 0.3  # added for the cluster that the linkage, which saw more than one track, gave it
    together: float = 0.6  # for the clusters of tracks that speak in the same frames, by how much they do
    rounds: int = 5


@dataclass(frozen=True, slots=True)
class _Tie:
    other: int
    share: float
    weight: float


def belonging(
    seen: Sequence[Window], found: Sequence[Track], linked: "Array", centres: "Array", options: Belonging
) -> "Array":
    """Return a cluster for each track, shape (tracks,); voices of one window go to different ones where they can.

    *linked* is the row of *centres* that the linkage gave a track, or -1.
    """
    import numpy as np

    clean_s = np.array([track.clean_s for track in found])
    alone = np.stack([track.vector for track in found]) @ centres.T
    alone *= (clean_s / (clean_s + options.half_s))[:, None]
    sure = np.flatnonzero(linked >= 0)
    alone[sure, linked[sure]] += options.linked
    ties = _ties(seen, found)
    rows: dict[int, list[int]] = defaultdict(list)
    for row, track in enumerate(found):
        rows[track.window].append(row)
    belongs = linked.copy()
    for _ in range(options.rounds):
        before = belongs.copy()
        for members in rows.values():
            scores = np.stack([alone[row] + options.together * _company(ties[row], belongs, alone) for row in members])
            belongs[members] = _matched(scores)
        if (before == belongs).all():
            break
    return belongs


def _company(ties: list[_Tie], belongs: "Array", alone: "Array") -> "Array":
    """Return for each cluster how much its tracks speak together with a track, 0 to 1."""
    import numpy as np

    company = np.zeros(alone.shape[1], alone.dtype)
    known = [tie for tie in ties if belongs[tie.other] >= 0]
    total = sum(tie.weight for tie in known)
    for tie in known:
        company[belongs[tie.other]] += tie.share * tie.weight / total
    return company


def _matched(scores: "Array") -> "Array":
    """Return a column for each row, no column twice where there are enough; the sum of scores is the largest."""
    from scipy.optimize import linear_sum_assignment

    if len(scores) > scores.shape[1]:
        best: Array = scores.argmax(axis=1)
        return best
    columns: Array = linear_sum_assignment(-scores)[1]
    return columns


def _ties(seen: Sequence[Window], found: Sequence[Track]) -> list[list[_Tie]]:
    """Return for each track those of near windows that speak in the shared frames, with the share that is common."""
    ties: list[list[_Tie]] = [[] for _ in found]
    for row, track in enumerate(found):
        for other in range(row + 1, len(found)):
            if found[other].window > track.window + _REACH:
                break
            if found[other].window == track.window:
                continue
            share, weight = _common(seen, track, found[other])
            if weight >= _LEAST_FRAMES:
                ties[row].append(_Tie(other, share, weight))
                ties[other].append(_Tie(row, share, weight))
    return ties


def _common(seen: Sequence[Window], track: Track, later: Track) -> tuple[float, float]:
    """Return the Dice coefficient of two tracks over the frames of both windows, and the longer one's frames there."""
    import numpy as np

    late = seen[later.window].first - seen[track.window].first
    if late >= FRAMES:
        return 0.0, 0.0
    one = seen[track.window].voices[late:, track.voice]
    other = seen[later.window].voices[: FRAMES - late, later.voice]
    spoken, heard = float(one.sum()), float(other.sum())
    return 2 * float(np.minimum(one, other).sum()) / max(spoken + heard, 1e-6), max(spoken, heard)
