"""Tracks of one voice brought together: average linkage that never joins two voices of one window."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub.nlp.diarize.tracks import Track

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

_BLOCK = 1500
"""Tracks clustered at once; a longer recording is clustered in blocks, then the blocks' voices."""


@dataclass(frozen=True, slots=True)
class Clustering:
    """How voices are brought together."""

    threshold: float = 0.50  # cosine distance above which two voices stay apart (average linkage)
    sure_s: float = 1.0  # a track with less clean speech does not shape clusters, it only joins one
    least_share: float = 0.01  # a cluster with a smaller share of all clean speech joins the nearest,
    least_s: float = 2.0  # but one with this much clean speech stays in a meeting of any length


@dataclass(frozen=True, slots=True)
class Linked:
    """What the linkage brought together.

    *rows* is for each track its row of *centres* or -1 (int, shape (tracks,)); *centres* are of length one, shape
    (clusters, values).
    """

    rows: "Array"
    centres: "Array"


def linked(found: Sequence[Track], options: Clustering) -> Linked:
    """Return the clusters of the tracks that are sure of their voice; there is at least one track."""
    import numpy as np

    vectors = np.stack([track.vector for track in found])
    window = np.array([track.window for track in found])
    clean_s = np.array([track.clean_s for track in found])
    sure = np.flatnonzero(clean_s >= min(options.sure_s, float(np.median(clean_s))))
    labels = np.full(len(found), -1)
    labels[sure] = _in_blocks(vectors[sure], window[sure], options.threshold)
    kept = _large(labels, clean_s, options)
    rows = np.array([kept.index(label) if label in kept else -1 for label in labels.tolist()])
    return Linked(rows, centres(found, rows, len(kept)))


def centres(found: Sequence[Track], rows: "Array", count: int) -> "Array":
    """Return the mean vector of each of *count* clusters, weighed by clean speech, of length one: (count, values)."""
    import numpy as np

    vectors = np.stack([track.vector for track in found])
    weight = np.array([track.clean_s for track in found]).clip(0.1)[:, None]
    sums = np.stack([(vectors * weight)[rows == number].sum(axis=0) for number in range(count)])
    made: Array = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    return made


def _in_blocks(vectors: "Array", window: "Array", threshold: float) -> "Array":
    import numpy as np

    if len(vectors) <= _BLOCK:
        return _linked(vectors, window, threshold)
    labels = np.zeros(len(vectors), int)
    centres: list[Array] = []
    sizes: list[int] = []
    for start in range(0, len(vectors), _BLOCK):
        part = slice(start, start + _BLOCK)
        own = _linked(vectors[part], window[part], threshold)
        labels[part] = own + len(centres)
        for number in range(own.max() + 1):
            centre = vectors[part][own == number].sum(axis=0)
            centres.append(centre / np.linalg.norm(centre))
            sizes.append(int((own == number).sum()))
    blocks = np.arange(len(centres))
    joined = _linked(np.stack(centres), blocks, threshold * 0.8, np.array(sizes, float))
    return joined[labels]


def _linked(vectors: "Array", window: "Array", threshold: float, sizes: "Array | None" = None) -> "Array":
    """Average linkage on cosine distance with cannot-links, by repeated nearest pairs; shape (n,)."""
    import numpy as np

    count = len(vectors)
    distance = (1.0 - vectors @ vectors.T).astype(np.float32)
    distance[window[:, None] == window[None, :]] = np.inf
    size = np.ones(count) if sizes is None else sizes.copy()
    labels = np.arange(count)
    nearest = distance.argmin(axis=1)
    closest = distance[np.arange(count), nearest]
    while True:
        left = int(closest.argmin())
        if not closest[left] <= threshold:
            break
        right = int(nearest[left])
        merged = (distance[left] * size[left] + distance[right] * size[right]) / (size[left] + size[right])
        merged[left] = merged[right] = np.inf
        size[left] += size[right]
        distance[left], distance[:, left] = merged, merged
        distance[right], distance[:, right] = np.inf, np.inf
        closest[right] = np.inf
        labels[labels == right] = left
        stale = np.flatnonzero((nearest == left) | (nearest == right))
        for row in {left, *stale.tolist()} - {right}:
            nearest[row] = distance[row].argmin()
            closest[row] = distance[row, nearest[row]]
        better = np.flatnonzero(merged < closest)
        nearest[better], closest[better] = left, merged[better]
    return np.unique(labels, return_inverse=True)[1]


def _large(labels: "Array", clean_s: "Array", options: Clustering) -> list[int]:
    """Return the numbers of the clusters that hold enough speech."""
    numbers = sorted(set(labels[labels >= 0].tolist()))
    spoken = {number: float(clean_s[labels == number].sum()) for number in numbers}
    least = min(options.least_s, options.least_share * sum(spoken.values()), max(spoken.values()))
    return [number for number in numbers if spoken[number] >= least]
