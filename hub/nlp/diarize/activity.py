"""Windows put together: how much each voice speaks in each frame of the recording."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub.nlp.diarize.tracks import Track
from hub.nlp.diarize.windows import FRAMES, Window

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

_SURE_AFTER = 60
"""Frames from an end of a window after which the net knows all it can."""


@dataclass(frozen=True, slots=True)
class Activity:
    """Two means over the windows that cover each frame.

    *voices* is the probability of each voice, shape (frames, voices); *expected* how many speak, shape (frames,).
    """

    voices: "Array"
    expected: "Array"


def activity(seen: Sequence[Window], found: Sequence[Track], labels: "Array", frames: int) -> Activity:
    """Return who speaks when by the windows alone; *labels* is the voice of each track."""
    import numpy as np

    voices = int(labels.max()) + 1 if len(labels) else 0
    total = np.zeros((frames + FRAMES, voices), np.float32)
    count, cover = np.zeros(frames + FRAMES, np.float32), np.zeros(frames + FRAMES, np.float32)
    ends = np.minimum(np.arange(FRAMES) + 1, FRAMES - np.arange(FRAMES))
    weight = np.clip(ends / _SURE_AFTER, 0.1, 1).astype(np.float32)
    for window in seen:
        part = slice(window.first, window.first + FRAMES)
        cover[part] += weight
        count[part] += window.voices.sum(axis=1) * weight
    for track, label in zip(found, labels.tolist(), strict=True):
        window = seen[track.window]
        part = slice(window.first, window.first + FRAMES)
        total[part, label] += window.voices[:, track.voice] * weight
    cover = np.maximum(cover[:frames], 1e-6)
    total[:frames] /= cover[:, None]
    return Activity(total[:frames], count[:frames] / cover)
