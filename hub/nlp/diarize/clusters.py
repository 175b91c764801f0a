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


def clustered(found: Sequence[Track], options: Clustering) -> "Array":
    """Return a cluster number for each track (int, shape (tracks,)); numbers count from 0 without holes."""
    import numpy as np

    if not found:
        return np.zeros(0, int)
    vectors = np.stack([track.vector for track in found])
    window = np.array([track.window for track in found])
    clean_s = np.array([track.clean_s for track in found])
    sure = np.flatnonzero(clean_s >= min(options.sure_s, float(np.median(clean_s))))
    labels = np.full(len(found), -1)
    labels[sure] = _in_blocks(vectors[sure], window[sure], options.threshold)
    centres, numbers = _centres(vectors, labels, clean_s, options)
    return _assigned(vectors, window, labels, centres, numbers)


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


def _centres(vectors: "Array", labels: "Array", clean_s: "Array", options: Clustering) -> tuple["Array", list[int]]:
    """Return the centre of each cluster that holds enough speech, and the number of each."""
    import numpy as np

    numbers = sorted(set(labels[labels >= 0].tolist()))
    spoken = {number: float(clean_s[labels == number].sum()) for number in numbers}
    least = min(options.least_s, options.least_share * sum(spoken.values()), max(spoken.values()))
    kept = [number for number in numbers if spoken[number] >= least]
    weighed = [(vectors[labels == n] * clean_s[labels == n, None].clip(0.1)).sum(axis=0) for n in kept]
    return np.stack([centre / np.linalg.norm(centre) for centre in weighed]), kept


def _assigned(vectors: "Array", window: "Array", labels: "Array", centres: "Array", numbers: list[int]) -> "Array":
    """Give every track a cluster: the voices of one window go to different ones, as a best matching."""
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    nearness = vectors @ centres.T
    place = {number: column for column, number in enumerate(numbers)}
    for row, label in enumerate(labels.tolist()):
        if label in place:
            nearness[row, place[label]] += 0.3  # the linkage saw more than one track; it is believed first
    out = np.zeros(len(vectors), int)
    for number in np.unique(window):
        rows = np.flatnonzero(window == number)
        if len(rows) > len(centres):
            out[rows] = nearness[rows].argmax(axis=1)
            continue
        chosen, columns = linear_sum_assignment(-nearness[rows])
        out[rows[chosen]] = columns
    return np.unique(out, return_inverse=True)[1]
