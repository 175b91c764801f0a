"""Where each channel carries one person: what a microphone heard of somebody else is dropped, and said."""

import re

from hub.domain.audio import Pcm
from hub.domain.transcript import Segment, Suppressed
from hub.nlp.recognize.chunks import between

_WORD = re.compile(r"\w+")
_ALIKE = 0.6
_QUIETER = 0.5


def without_leaks(pcm: Pcm, found: list[Segment]) -> tuple[list[Segment], list[Suppressed]]:
    """Return the segments to keep, and those that repeat a louder channel at the same time."""
    if pcm.channels == 1:
        return found, []
    kept, leaked = [], []
    ordered = sorted(found, key=lambda segment: segment.start)
    for place, segment in enumerate(ordered):
        near = ordered[max(0, place - 20) : place + 20]
        if any(_leak(pcm, segment, other) for other in near if other.speaker != segment.speaker):
            reason = "heard on another person's microphone"
            leaked.append(Suppressed(segment.start, segment.end, segment.text, reason))
        else:
            kept.append(segment)
    return kept, leaked


def _leak(pcm: Pcm, segment: Segment, other: Segment) -> bool:
    if min(segment.end, other.end) - max(segment.start, other.start) < 0.5 * (segment.end - segment.start):
        return False
    mine, theirs = set(_WORD.findall(segment.text.lower())), set(_WORD.findall(other.text.lower()))
    if len(mine & theirs) < _ALIKE * len(mine):
        return False
    return _loudness(pcm, segment) < _QUIETER * _loudness(pcm, other)


def _loudness(pcm: Pcm, segment: Segment) -> float:
    import numpy as np

    channel = int((segment.speaker or "Speaker 1").rpartition(" ")[2]) - 1
    samples = between(pcm, segment.start, segment.end, channel=channel)
    return float(np.sqrt((samples**2).mean())) if len(samples) else 0.0
