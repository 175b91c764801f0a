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

_FRAME_S = FRAME / SAMPLE_RATE_HZ


@dataclass(frozen=True, slots=True)
class Drawing:
    """How activity becomes turns."""

    begins_at: float = 0.4  # mean probability over the windows at which a voice is there
    ends_below: float = 0.3
    gap_s: float = 0.4  # a shorter silence inside a turn is filled
    shortest_s: float = 0.1  # a shorter turn is dropped


def turns(
    seen: Sequence[Window], found: Sequence[Track], labels: "Array", frames: int, options: Drawing
) -> tuple[Turn, ...]:
    """Return turns in time order; voices are numbered by first appearance."""
    activity = _activity(seen, found, labels, frames)
    drawn = []
    for voice in range(activity.shape[1]):
        drawn += [(start, end, voice) for start, end in _runs(activity[:, voice], options)]
    names: dict[int, str] = {}
    out = []
    for start, end, voice in sorted(drawn):
        name = names.setdefault(voice, f"Speaker {len(names) + 1}")
        out.append(Turn(name, round(start, 3), round(end, 3)))
    return tuple(out)


def _activity(seen: Sequence[Window], found: Sequence[Track], labels: "Array", frames: int) -> "Array":
    """Mean probability of each voice in each frame over the windows that cover it: shape (frames, voices)."""
    import numpy as np

    voices = int(labels.max()) + 1 if len(labels) else 0
    total = np.zeros((frames + FRAMES, voices), np.float32)
    cover = np.zeros(frames + FRAMES, np.float32)
    weight = np.clip(np.minimum(np.arange(FRAMES) + 1, FRAMES - np.arange(FRAMES)) / 60, 0.1, 1).astype(np.float32)
    for window in seen:
        cover[window.first : window.first + FRAMES] += weight
    for track, label in zip(found, labels.tolist(), strict=True):
        window = seen[track.window]
        part = slice(window.first, window.first + FRAMES)
        total[part, label] += window.voices[:, track.voice] * weight
    activity: Array = total[:frames] / np.maximum(cover[:frames], 1e-6)[:, None]
    return activity


def _runs(activity: "Array", options: Drawing) -> list[tuple[float, float]]:
    runs: list[list[float]] = []
    inside = False
    for place, value in enumerate(activity.tolist()):
        at = (place * FRAME + OFFSET - FRAME / 2) / SAMPLE_RATE_HZ
        if not inside and value >= options.begins_at:
            inside = True
            if runs and at - runs[-1][1] < options.gap_s:
                continue
            runs.append([at, at + _FRAME_S])
        elif inside and value < options.ends_below:
            inside = False
        if inside:
            runs[-1][1] = at + _FRAME_S
    return [(start, end) for start, end in runs if end - start >= options.shortest_s]
