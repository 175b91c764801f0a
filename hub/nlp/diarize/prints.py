"""A voice of a recording as one vector, from the stretches in which it speaks alone."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hub.domain.audio import SAMPLE_RATE_HZ, Pcm
from hub.domain.fingerprint import fingerprint
from hub.domain.voices import Print
from hub.nlp.diarize.fbank import filter_bank
from hub.nlp.diarize.nets import EMBEDDING, session
from hub.nlp.pcm import read
from hub.ports.voices import Spans

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

_SHORTEST_S = 1.0
_LONGEST_S = 6.0
_ENOUGH_S = 120.0
"""More of one voice makes its vector no better."""


class OnnxVoicePrinter:
    """`VoicePrinter` with CAM++ on onnxruntime, from a checked folder."""

    def __init__(self, model_dir: Path, *, revision: str, threads: int) -> None:
        self._model_dir, self._threads = model_dir, threads
        self.fingerprint = fingerprint("voice", revision, _SHORTEST_S, _LONGEST_S, 1)

    def prints(self, pcm: Pcm, spans: Mapping[str, Spans]) -> dict[str, Print]:
        """Return voices by label; see `VoicePrinter.prints`."""
        net = session(self._model_dir, EMBEDDING, threads=self._threads)
        found = {label: _print(net, pcm, own) for label, own in spans.items()}
        return {label: voice for label, voice in found.items() if voice is not None}


def _print(net: Any, pcm: Pcm, spans: Spans) -> Print | None:
    import numpy as np

    summed, seconds = np.zeros(0), 0.0
    for start, end in _pieces(spans):
        vector = _vector(
            net, read(pcm, start=round(start * SAMPLE_RATE_HZ), frames=round((end - start) * SAMPLE_RATE_HZ))
        )
        if vector is not None:
            summed = vector * (end - start) if not len(summed) else summed + vector * (end - start)
            seconds += end - start
        if seconds >= _ENOUGH_S:
            break
    if not seconds:
        return None
    return Print(tuple((summed / np.linalg.norm(summed)).tolist()), round(seconds, 2))


def _vector(net: Any, sound: "Array") -> "Array | None":
    import numpy as np

    features = filter_bank(sound)
    if len(features) < _SHORTEST_S * 90:
        return None
    own = features - features.mean(axis=0)
    vector = net.run(None, {"features": own[None]})[0][0].astype(float)
    made: Array = vector / np.linalg.norm(vector)
    return made


def _pieces(spans: Spans) -> Iterator[tuple[float, float]]:
    """Yield the spans, longest first, cut into pieces of at most six seconds; shorter rests than a second are left."""
    for start, end in sorted(spans, key=lambda span: span[0] - span[1]):
        while end - start >= _SHORTEST_S:
            yield start, min(start + _LONGEST_S, end)
            start += _LONGEST_S
