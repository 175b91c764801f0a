"""Where somebody speaks: Silero's voice activity model (inside faster-whisper), block by block."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from hub.domain.audio import SAMPLE_RATE_HZ, Pcm
from hub.nlp.pcm import read

if TYPE_CHECKING:
    import numpy as np

_FRAME = 512
_FRAME_S = _FRAME / SAMPLE_RATE_HZ
_BLOCK = _FRAME * 9375  # five minutes
_LEAD = _FRAME * 64  # two seconds for the model to settle in, not counted


@dataclass(frozen=True, slots=True)
class Activity:
    """What counts as speech."""

    threshold: float = 0.5  # probability above which speech begins
    ends_below: float = 0.35  # and below which it ends
    pause_s: float = 0.5  # a shorter pause stays inside
    shortest_s: float = 0.1  # "Yes." takes longer than this, a click does not
    pad_s: float = 0.3  # kept on either side


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the recording in seconds."""

    start: float
    end: float


def speech(pcm: Pcm, options: Activity, *, channel: int | None = None) -> tuple[Span, ...]:
    """Return the stretches of speech in time order, padded, without overlaps."""
    spans = _hysteresis(_probabilities(pcm, channel), options)
    long_enough = [span for span in spans if span.end - span.start >= options.shortest_s]
    return tuple(_padded(long_enough, options.pad_s, pcm.duration_s))


def _probabilities(pcm: Pcm, channel: int | None) -> "np.ndarray[Any, Any]":
    """One probability for each frame of 32 ms."""
    import numpy as np
    from faster_whisper.vad import get_vad_model

    model = get_vad_model()
    parts = []
    for start in range(0, pcm.frames, _BLOCK):
        lead = min(_LEAD, start)
        samples = read(pcm, start=start - lead, frames=_BLOCK + lead, channel=channel)
        padded = np.pad(samples, (0, -len(samples) % _FRAME))
        parts.append(model(padded).reshape(-1)[lead // _FRAME :])
    return np.concatenate(parts) if parts else np.zeros(0)


def _hysteresis(probabilities: "np.ndarray[Any, Any]", options: Activity) -> list[Span]:
    spans: list[Span] = []
    begun: float | None = None
    last_speech = 0.0
    for place, probability in enumerate(probabilities.tolist()):
        at = place * _FRAME_S
        if begun is None:
            if probability >= options.threshold:
                begun, last_speech = at, at + _FRAME_S
            continue
        if probability >= options.ends_below:
            last_speech = at + _FRAME_S
        elif at - last_speech >= options.pause_s:
            spans.append(Span(begun, last_speech))
            begun = None
    if begun is not None:
        spans.append(Span(begun, last_speech))
    return spans


def _padded(spans: list[Span], pad_s: float, whole_s: float) -> list[Span]:
    out: list[Span] = []
    for span in spans:
        start, end = max(0.0, span.start - pad_s), min(whole_s, span.end + pad_s)
        if out and start <= out[-1].end:
            out[-1] = Span(out[-1].start, end)
        else:
            out.append(Span(start, end))
    return out
