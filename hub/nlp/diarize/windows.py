"""Who speaks inside windows of ten seconds: pyannote's powerset segmentation."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub.domain.audio import Pcm
from hub.nlp.pcm import read

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float32]]

FRAME = 270
"""Samples a frame (16.875 ms)."""
FRAMES = 589
"""Frames a window."""
WINDOW = 160_000
STEP_FRAMES = 148
"""Frames from one window to the next (2.5 s)."""
OFFSET = 495
"""Samples from a frame's beginning on the grid to the centre of what the net saw for it."""
SPEAKERS = 3
_BATCH = 8
_MEMBERS = ((), (0,), (1,), (2,), (0, 1), (0, 2), (1, 2))
"""Which local speakers each of the seven classes holds (Plaquet & Bredin 2023)."""


@dataclass(frozen=True, slots=True)
class Window:
    """A window: *first* is its first frame on the recording's grid; *voices* (589, 3) are probabilities."""

    first: int
    voices: "Array"


def windows(session: Any, pcm: Pcm) -> Iterator[Window]:
    """Yield the windows of a recording in order; *session* is the segmentation net on onnxruntime."""
    import numpy as np

    starts = list(range(0, max(1, grid_frames(pcm) - FRAMES + STEP_FRAMES), STEP_FRAMES))
    for place in range(0, len(starts), _BATCH):
        batch = starts[place : place + _BATCH]
        sound = np.zeros((len(batch), 1, WINDOW), np.float32)
        for row, first in enumerate(batch):
            samples = read(pcm, start=first * FRAME, frames=WINDOW)
            sound[row, 0, : len(samples)] = samples
        classes = np.exp(session.run(None, {"sound": sound})[0])
        for first, probabilities in zip(batch, classes, strict=True):
            yield Window(first, probabilities @ _marginal())


def grid_frames(pcm: Pcm) -> int:
    """Return the number of frames of a recording."""
    return pcm.frames // FRAME + 1


def _marginal() -> "Array":
    import numpy as np

    return np.array([[float(voice in members) for voice in range(SPEAKERS)] for members in _MEMBERS], np.float32)
