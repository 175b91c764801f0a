"""The voice of each local speaker of each window as a vector."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub.domain.audio import Pcm
from hub.nlp.diarize.fbank import SHIFT, filter_bank
from hub.nlp.diarize.windows import FRAME, OFFSET, WINDOW, Window
from hub.nlp.pcm import read

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float32]]

ACTIVE = 0.5
_SHORTEST_S = 0.25
_FRAME_S = FRAME / 16_000


@dataclass(frozen=True, slots=True)
class Track:
    """One voice of one window. *vector* has length one; *clean_s* are the seconds it speaks alone."""

    window: int
    voice: int
    vector: "Array"
    clean_s: float


def tracks(session: Any, pcm: Pcm, window: Window, number: int) -> list[Track]:
    """Return the voices of a window that speak at least a quarter of a second; *session* is the CAM++ net."""
    import numpy as np

    active = window.voices > ACTIVE
    if not active.any():
        return []
    features = filter_bank(read(pcm, start=window.first * FRAME, frames=WINDOW))
    centres = (np.arange(len(features)) * SHIFT + 200 - OFFSET) / FRAME
    places = np.clip(np.round(centres).astype(int), 0, len(active) - 1)
    alone = active & (active.sum(axis=1, keepdims=True) == 1)
    found = []
    for voice in range(active.shape[1]):
        clean_s = float(alone[:, voice].sum() * _FRAME_S)
        chosen = alone[:, voice] if clean_s >= 2 * _SHORTEST_S else active[:, voice]
        if chosen.sum() * _FRAME_S < _SHORTEST_S:
            continue
        own = features[chosen[places]]
        if len(own) < 20:
            continue
        own = own - own.mean(axis=0)
        vector = session.run(None, {"features": own[None]})[0][0]
        found.append(Track(number, voice, vector / np.linalg.norm(vector), clean_s))
    return found
