"""Kaldi's log mel filter bank in numpy: 25 ms Povey windows every 10 ms, 80 bands from 20 Hz to 8 kHz."""

from functools import cache
from typing import TYPE_CHECKING, Any

from hub.domain.audio import SAMPLE_RATE_HZ

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[np.float32]]

SHIFT = SAMPLE_RATE_HZ // 100
LENGTH = SAMPLE_RATE_HZ // 40
BANDS = 80
_FFT = 512
_PREEMPHASIS = 0.97
_LOW_HZ = 20.0
_FLOOR = 1.1920929e-07  # the smallest step of a float32 above one, as Kaldi floors energies


def filter_bank(samples: "Array") -> "Array":
    """Return log energies of shape (frames, 80) for samples in -1 to 1; frame i begins at sample 160 i.

    Source: Kaldi feature-fbank with dither 0 and snip-edges, as CAM++ was trained on.
    """
    import numpy as np

    count = 1 + (len(samples) - LENGTH) // SHIFT
    if count <= 0:
        return np.zeros((0, BANDS), np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples, LENGTH)[::SHIFT][:count].astype(np.float32)
    frames = frames - frames.mean(axis=1, keepdims=True)
    before = np.concatenate([frames[:, :1], frames[:, :-1]], axis=1)
    frames = (frames - _PREEMPHASIS * before) * _povey()
    power = np.abs(np.fft.rfft(frames, _FFT)) ** 2
    energies = power[:, : _FFT // 2].astype(np.float32) @ _bands()
    logs: Array = np.log(np.maximum(energies, _FLOOR)).astype(np.float32)
    return logs


@cache
def _povey() -> "Array":
    import numpy as np

    place = 2 * np.pi * np.arange(LENGTH) / (LENGTH - 1)
    return ((0.5 - 0.5 * np.cos(place)) ** 0.85).astype(np.float32)


@cache
def _bands() -> "Array":
    """Triangles on the mel scale, shape (256, 80)."""
    import numpy as np

    def mel(hertz: Any) -> Any:
        return 1127.0 * np.log(1.0 + hertz / 700.0)

    edges = np.linspace(mel(_LOW_HZ), mel(SAMPLE_RATE_HZ / 2), BANDS + 2)
    places = mel(np.arange(_FFT // 2) * SAMPLE_RATE_HZ / _FFT)[:, None]
    left, middle, right = edges[:-2], edges[1:-1], edges[2:]
    rising, falling = (places - left) / (middle - left), (right - places) / (right - middle)
    triangles: Array = np.maximum(0.0, np.minimum(rising, falling)).astype(np.float32)
    return triangles
