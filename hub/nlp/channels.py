"""Several channels of a recording: does each carry one person, and how to mix them where they do not."""

from pathlib import Path
from typing import TYPE_CHECKING

from hub.domain.audio import SAMPLE_RATE_HZ, Pcm
from hub.nlp.pcm import read_all

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Table = NDArray[np.float64]

_FRAME = SAMPLE_RATE_HZ // 10  # samples in the 0.1 s over which a level is taken
_BLOCK = SAMPLE_RATE_HZ * 30
_QUIET_DB = -55.0  # below this of full scale nobody speaks
_RANGE_DB = 25.0  # speech on a channel stays within this of the channel's loud parts
_APART_DB = 12.0  # a voice leaks into the next channel with less than this where channels are shared
_APART_SHARE = 0.75  # of the active time, one channel must stand out by _APART_DB
_LEAST_SHARE = 0.03  # and each of two channels for at least this share
_LEAST_FRAMES = 8  # and 0.8 s


def one_person_each(pcm: Pcm) -> bool:
    """Tell whether the channels are active at different times, as where each carries one person.

    Conservative: duplicates, room stereo, music and a voice on one channel only give False.
    """
    import numpy as np

    levels = _levels_db(pcm)
    loud = np.percentile(levels, 98, axis=0)
    active = levels > np.maximum(_QUIET_DB, loud - _RANGE_DB)
    some = active.any(axis=1)
    if some.sum() < 2 * _LEAST_FRAMES:
        return False
    ordered = np.sort(levels[some], axis=1)
    apart = ordered[:, -1] - ordered[:, -2] >= _APART_DB
    leaders = np.bincount(levels[some].argmax(axis=1)[apart], minlength=pcm.channels)
    least = max(_LEAST_FRAMES, _LEAST_SHARE * some.sum())
    return bool(apart.mean() >= _APART_SHARE and (leaders >= least).sum() >= 2)


def mixed_into(pcm: Pcm, target: Path) -> None:
    """Write the sum of the channels to *target* (int16, one channel), scaled by one gain so that nothing clips.

    A voice on one channel keeps its level; equal channels give their mean. Where channels cancel out
    (one with its poles swapped) the loudest one is taken alone.
    """
    import numpy as np

    weights = np.ones(pcm.channels)
    peak, summed, apart = _strengths(pcm)
    if summed < 0.1 * apart.sum():
        weights = np.eye(pcm.channels)[int(apart.argmax())]
        peak = 1.0
    gain = min(1.0, 1.0 / max(peak, 1e-9))
    with target.open("wb") as sink:
        for start in range(0, pcm.frames, _BLOCK):
            mix = read_all(pcm, start=start, frames=_BLOCK) @ (weights * gain)
            sink.write(np.clip(np.rint(mix * 32768), -32768, 32767).astype("<i2").tobytes())


def _strengths(pcm: Pcm) -> tuple[float, float, "Table"]:
    """Peak of the sum, energy of the sum, energy of each channel."""
    import numpy as np

    peak, summed, apart = 0.0, 0.0, np.zeros(pcm.channels)
    for start in range(0, pcm.frames, _BLOCK):
        sound = read_all(pcm, start=start, frames=_BLOCK)
        total = sound.sum(axis=1, dtype=np.float64)
        peak = max(peak, float(np.abs(total).max(initial=0.0)))
        summed += float(total @ total)
        apart += np.square(sound, dtype=np.float64).sum(axis=0)
    return peak, summed, apart


def _levels_db(pcm: Pcm) -> "Table":
    """Level of each 0.1 s on each channel in dB of full scale, shape (frames, channels)."""
    import numpy as np

    rows = []
    for start in range(0, pcm.frames, _BLOCK):
        sound = read_all(pcm, start=start, frames=_BLOCK)
        whole = sound[: len(sound) // _FRAME * _FRAME].reshape(-1, _FRAME, pcm.channels)
        rows.append(np.square(whole, dtype=np.float64).mean(axis=1))
    return 10 * np.log10(np.concatenate(rows) + 1e-10)
