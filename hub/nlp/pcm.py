"""Decoded samples, read piece by piece: a four-hour recording never lies in memory as a whole."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hub.domain.audio import SAMPLE_RATE_HZ, Pcm

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

SAMPLE_BYTES = 2


def read(pcm: Pcm, *, start: int, frames: int, channel: int | None = None) -> "Samples":
    """Return samples [start, start + frames) as float32 in -1..1, shape (frames,); shorter at the end of the file.

    *channel* counts from 0; None takes the mean of all channels.
    """
    sound = read_all(pcm, start=start, frames=frames)
    if channel is not None:
        return sound[:, channel].copy()
    return sound[:, 0].copy() if pcm.channels == 1 else sound.mean(axis=1, dtype="float32")


def read_all(pcm: Pcm, *, start: int, frames: int) -> "Samples":
    """Return samples [start, start + frames) of every channel as float32 in -1..1, shape (frames, channels)."""
    import numpy as np

    first = max(0, start)
    count = max(0, min(pcm.frames, start + frames) - first)
    raw = np.fromfile(
        pcm.path, dtype="<i2", count=count * pcm.channels, offset=first * pcm.channels * SAMPLE_BYTES
    ).reshape(-1, pcm.channels)
    return raw.astype(np.float32) / np.float32(32768)


def blocks(pcm: Pcm, *, channel: int | None = None, seconds: float = 60.0) -> Iterator["Samples"]:
    """Give the whole recording in blocks of *seconds*, in order, as `read` returns them."""
    step = int(seconds * SAMPLE_RATE_HZ)
    for start in range(0, pcm.frames, step):
        yield read(pcm, start=start, frames=step, channel=channel)
