"""Windows and clusters put together: who speaks in each frame of the recording, and the turns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub.domain.audio import SAMPLE_RATE_HZ, Turn
from hub.nlp.diarize.tracks import Track
from hub.nlp.diarize.windows import FRAME, FRAMES, OFFSET, Window

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]


@dataclass(frozen=True, slots=True)
class Drawing:
    """How activity becomes turns."""

    another_from: float = 0.4  # 1.4 voices expected in a frame are two: what is lost of overlap is never found again
    least: float = 0.05  # but a voice less probable than this is not there, whatever the count says
    gap_s: float = 0.4  # a shorter silence inside a turn is filled
    shortest_s: float = 0.1  # a shorter turn is dropped


def turns(
    seen: Sequence[Window], found: Sequence[Track], labels: "Array", frames: int, options: Drawing
) -> tuple[Turn, ...]:
    """Return turns in time order; voices are numbered by first appearance."""
    activity, expected = _activity(seen, found, labels, frames)
    heard = _heard(activity, expected, options)
    drawn = []
    for voice in range(heard.shape[1]):
        drawn += [(start, end, voice) for start, end in _runs(heard[:, voice], options)]
    names: dict[int, str] = {}
    out = []
    for start, end, voice in sorted(drawn):
        name = names.setdefault(voice, f"Speaker {len(names) + 1}")
        out.append(Turn(name, round(start, 3), round(end, 3)))
    return tuple(out)


def _activity(seen: Sequence[Window], found: Sequence[Track], labels: "Array", frames: int) -> tuple["Array", "Array"]:
    """Return two means over the windows that cover each frame.

    The probability of each voice, shape (frames, voices), and how many voices are expected, shape (frames,).
    """
    import numpy as np

    voices = int(labels.max()) + 1 if len(labels) else 0
    total = np.zeros((frames + FRAMES, voices), np.float32)
    count, cover = np.zeros(frames + FRAMES, np.float32), np.zeros(frames + FRAMES, np.float32)
    # a window knows least at its ends
    weight = np.clip(np.minimum(np.arange(FRAMES) + 1, FRAMES - np.arange(FRAMES)) / 60, 0.1, 1).astype(np.float32)
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
    return total[:frames], count[:frames] / cover


def _heard(activity: "Array", expected: "Array", options: Drawing) -> "Array":
    """Return the most probable voices of each frame, as many as are expected there: bool, shape (frames, voices)."""
    import numpy as np

    voices = activity.shape[1]
    if not voices:
        return np.zeros(activity.shape, bool)
    count = np.clip(np.floor(expected + 1 - options.another_from).astype(int), 0, voices)
    weakest = np.sort(activity, axis=1)[np.arange(len(count)), voices - np.maximum(count, 1)]
    here: Array = (activity >= np.maximum(weakest, options.least)[:, None]) & (count > 0)[:, None]
    return here


def _runs(heard: "Array", options: Drawing) -> list[tuple[float, float]]:
    """Return the stretches (start, end) in seconds of one voice, short gaps filled and splinters dropped."""
    import numpy as np

    edges = np.flatnonzero(np.diff(heard.astype(np.int8), prepend=0, append=0))
    times = (edges * FRAME + OFFSET - FRAME / 2) / SAMPLE_RATE_HZ
    runs: list[tuple[float, float]] = []
    for start, end in times.reshape(-1, 2).tolist():
        if runs and start - runs[-1][1] < options.gap_s:
            runs[-1] = (runs[-1][0], end)
        else:
            runs.append((start, end))
    return [(start, end) for start, end in runs if end - start >= options.shortest_s]
