"""How loud a recording is from its beginning to its end: what a player draws."""

import json
from pathlib import Path

COUNT = 600
FINGERPRINT = f"peaks@1#{COUNT}"
_RATE = 4000  # enough for a picture; a quarter of what is heard by recognizers


def as_json(path: Path) -> str:
    """Return the loudness of *path* in `COUNT` equal stretches, 0 to 100 of the loudest, as JSON; in bounded memory.

    RejectedError where the file holds no sound.
    """
    return json.dumps({"peaks": _scaled(_levels(path))}, separators=(",", ":"))


def _levels(path: Path) -> list[float]:
    import av
    import numpy as np

    from hub.domain.errors import RejectedError

    levels: list[float] = []
    try:
        with av.open(str(path)) as container:
            resampler = av.AudioResampler(format="s16", layout="mono", rate=_RATE)
            rest = np.zeros(0, dtype=np.int16)
            for frame in container.decode(audio=0):
                pieces = [part.to_ndarray().reshape(-1) for part in resampler.resample(frame)]
                rest = np.concatenate([rest, *pieces])
                whole = len(rest) // (_RATE // 20) * (_RATE // 20)
                parts = np.abs(rest[:whole].astype(np.int32)).reshape(-1, _RATE // 20)
                levels.extend(parts.max(axis=1).astype(float).tolist())
                rest = rest[whole:]
    except (av.FFmpegError, IndexError) as error:
        raise RejectedError(f"{path.name}: holds no sound that can be drawn") from error
    return levels


def _scaled(levels: list[float]) -> list[int]:
    if not levels:
        return []
    step = max(len(levels) / COUNT, 1.0)
    starts = [int(number * step) for number in range(min(COUNT, len(levels)))]
    loudest = [max(levels[start : max(start + 1, int(start + step))]) for start in starts]
    most = max(loudest) or 1.0
    return [round(100 * one / most) for one in loudest]
