"""The recording once more in short pieces, each as a vector: finer than the voices of a window.

A window of ten seconds holds three voices at most, and two that are alike may share one track. A piece of a second
and a half is mostly one voice's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub.domain.audio import Pcm
from hub.nlp.diarize.fbank import LENGTH, SHIFT, filter_bank
from hub.nlp.diarize.windows import FRAME, OFFSET
from hub.nlp.pcm import read

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

LONG, STEP = 150, 50
"""Steps of the filter bank (10 ms) in a piece, and from one piece to the next."""
_BATCH = 16


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces in order: *starts* in steps of 10 ms, shape (pieces,); *vectors* of length one, shape (pieces, 192)."""

    starts: "Array"
    vectors: "Array"

    def likeness(self, centres: "Array", frames: "Array") -> "Array":
        """Return how alike each frame is to each centre, by cosines of the pieces around it: (frames, voices)."""
        import numpy as np

        if not len(self.starts):
            return np.zeros((len(frames), len(centres)), np.float32)
        cosines = self.vectors @ centres.T
        middles = (self.starts + LONG / 2) * SHIFT
        times = frames * FRAME + OFFSET
        between = [np.interp(times, middles, cosines[:, voice]) for voice in range(len(centres))]
        return np.stack(between, axis=1).astype(np.float32)

    def frames(self) -> "Array":
        """Return nine frames of the recording's grid in the inner part of each piece, shape (pieces, 9)."""
        import numpy as np

        places = self.starts[:, None] + np.linspace(0.1, 0.9, 9) * LONG
        return (places * SHIFT / FRAME).astype(int)


def pieces(session: Any, pcm: Pcm, spoken: "Array") -> Pieces:
    """Return the pieces in which somebody speaks for half the time; *session* is CAM++, *spoken* a bool a frame."""
    import numpy as np

    starts: list[int] = []
    vectors: list[Array] = []
    for batch in _batches(pcm, spoken):
        sound = read(pcm, start=batch[0] * SHIFT, frames=(batch[-1] - batch[0] + LONG) * SHIFT + LENGTH)
        features = filter_bank(sound)
        cut = [features[start - batch[0] :][:LONG] for start in batch]
        own = np.stack([piece - piece.mean(axis=0) for piece in cut])
        found = session.run(None, {"features": own})[0]
        starts += batch
        vectors.append(found / np.linalg.norm(found, axis=1, keepdims=True))
    return Pieces(np.array(starts, int), np.concatenate(vectors) if vectors else np.zeros((0, 192), np.float32))


def _batches(pcm: Pcm, spoken: "Array") -> Iterator[list[int]]:
    """Yield first steps of pieces to look at, near each other: at most `_BATCH` of them within twice as many steps."""
    steps = (pcm.frames - LENGTH) // SHIFT + 1
    batch: list[int] = []
    for start in range(0, steps - LONG + 1, STEP):
        first, last = start * SHIFT // FRAME, (start + LONG) * SHIFT // FRAME
        if spoken[first:last].mean() < 0.5:
            continue
        if batch and (len(batch) == _BATCH or start - batch[0] > 2 * _BATCH * STEP):
            yield batch
            batch = []
        batch.append(start)
    if batch:
        yield batch
