"""Who speaks in each frame of the recording, and the turns."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub.domain.audio import SAMPLE_RATE_HZ, Turn
from hub.nlp.diarize.activity import Activity
from hub.nlp.diarize.pieces import Pieces
from hub.nlp.diarize.windows import FRAME, OFFSET

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

_BLOCK = 20_000
"""Frames looked at at once: a voice's likeness is never held for a whole recording."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """How activity becomes turns."""

    one_from: float = 0.4  # voices expected in a frame in which somebody speaks
    another_from: float = 0.3  # 1.3 voices expected are two: what is lost of overlap is never found again
    least: float = 0.05  # but a second voice less probable than this is not there, whatever the count says
    likeness: float = 2.0  # what a piece's cosine with a voice counts for beside the voice's probability
    rounds: int = 3  # how often the voices' vectors are drawn anew from the pieces that are theirs alone
    gap_s: float = 0.4  # a shorter silence inside a turn is filled
    shortest_s: float = 0.1  # a shorter turn is dropped


def turns(heard: Activity, pieces: Pieces, centres: "Array", options: Drawing) -> tuple[Turn, ...]:
    """Return turns in time order; voices are numbered by first appearance.

    *centres* are the vectors of the voices, shape (voices, values).
    """
    import numpy as np

    voices = heard.voices.shape[1]
    if not voices:
        return ()
    for _ in range(options.rounds):
        centres = _purer(heard, pieces, centres, options)
    frames = np.arange(len(heard.expected))
    blocks = [frames[start : start + _BLOCK] for start in range(0, len(frames), _BLOCK)]
    speaking = np.concatenate([_speaking(heard, pieces, centres, block, options) for block in blocks])
    return _named([(start, end, voice) for voice in range(voices) for start, end in _runs(speaking[:, voice], options)])


def _named(drawn: list[tuple[float, float, int]]) -> tuple[Turn, ...]:
    names: dict[int, str] = {}
    out = []
    for start, end, voice in sorted(drawn):
        name = names.setdefault(voice, f"Speaker {len(names) + 1}")
        out.append(Turn(name, round(start, 3), round(end, 3)))
    return tuple(out)


def _scores(heard: Activity, pieces: Pieces, centres: "Array", frames: "Array", options: Drawing) -> "Array":
    scores: Array = heard.voices[frames] + options.likeness * pieces.likeness(centres, frames)
    return scores


def _purer(heard: Activity, pieces: Pieces, centres: "Array", options: Drawing) -> "Array":
    """Return the voices' vectors from the pieces in which one of them speaks all the time; the old one without two."""
    import numpy as np

    if not len(pieces.starts):
        return centres
    inner = pieces.frames()
    scores = _scores(heard, pieces, centres, inner.ravel(), options)
    leading = np.where(_count(heard.expected[inner.ravel()], options) == 1, scores.argmax(axis=1), -1)
    leading = leading.reshape(inner.shape)
    owner = np.where((leading == leading[:, :1]).all(axis=1), leading[:, 0], -1)
    out = centres.copy()
    for voice in range(len(centres)):
        own = pieces.vectors[owner == voice]
        if len(own) > 1:
            out[voice] = own.sum(axis=0) / np.linalg.norm(own.sum(axis=0))
    return out


def _count(expected: "Array", options: Drawing) -> "Array":
    """Return how many speak in each frame."""
    import numpy as np

    more = np.floor(np.maximum(expected - options.another_from, 0.0)).astype(int)
    count: Array = np.where(expected >= options.one_from, 1 + more, 0)
    return count


def _speaking(heard: Activity, pieces: Pieces, centres: "Array", frames: "Array", options: Drawing) -> "Array":
    """Return the best voices of each frame, as many as are expected there: bool, shape (frames, voices)."""
    import numpy as np

    scores, rows = _scores(heard, pieces, centres, frames, options), np.arange(len(frames))
    voices = scores.shape[1]
    count = np.minimum(_count(heard.expected[frames], options), voices)
    weakest = np.sort(scores, axis=1)[rows, voices - np.maximum(count, 1)]
    here: Array = (scores >= weakest[:, None]) & (count > 0)[:, None]
    first = np.zeros_like(here)
    first[rows, scores.argmax(axis=1)] = True
    return here & (first | (heard.voices[frames] >= options.least))


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
