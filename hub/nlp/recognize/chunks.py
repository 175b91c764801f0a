"""Speech packed into chunks that a recognizer takes at once, and the way back to the recording's own time."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hub.domain.audio import SAMPLE_RATE_HZ, Pcm
from hub.nlp.pcm import read
from hub.nlp.voice_activity import Span

if TYPE_CHECKING:
    from hub.nlp.pcm import Samples

LONGEST_S = 28.0
"""Whisper hears windows of 30 s; a chunk leaves room at the end."""
_KEPT_PAUSE_S = 2.0
"""A longer silence is cut out; a shorter one helps to place sentence ends."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Pieces of the recording heard one after the other."""

    pieces: tuple[Span, ...]

    @property
    def length_s(self) -> float:
        """Seconds of sound in it."""
        return sum(piece.end - piece.start for piece in self.pieces)

    @property
    def end(self) -> float:
        """Where its last piece ends in the recording."""
        return self.pieces[-1].end

    def original(self, heard_s: float) -> float:
        """Return the recording's time of a time inside the chunk."""
        starts, at = [], 0.0
        for piece in self.pieces:
            starts.append(at)
            at += piece.end - piece.start
        place = max(0, bisect_right(starts, heard_s) - 1)
        return min(self.pieces[place].start + heard_s - starts[place], self.pieces[place].end)


def packed(spans: Iterable[Span]) -> list[Chunk]:
    """Return chunks of at most 28 s, cut at pauses where there are any."""
    chunks: list[Chunk] = []
    for piece in _short(_joined(spans)):
        last = chunks[-1] if chunks else None
        if last and last.length_s + piece.end - piece.start <= LONGEST_S:
            chunks[-1] = Chunk((*last.pieces, piece))
        else:
            chunks.append(Chunk((piece,)))
    return chunks


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Join spans over short pauses, as long as they fit into one chunk."""
    out: list[Span] = []
    for span in spans:
        if out and span.start - out[-1].end <= _KEPT_PAUSE_S and span.end - out[-1].start <= LONGEST_S:
            out[-1] = Span(out[-1].start, span.end)
        else:
            out.append(span)
    return out


def _short(spans: Iterable[Span]) -> list[Span]:
    """Cut what is longer than a chunk; speech of 28 s without a pause has no better place."""
    out = []
    for span in spans:
        start = span.start
        while span.end - start > LONGEST_S:
            out.append(Span(start, start + LONGEST_S))
            start += LONGEST_S
        out.append(Span(start, span.end))
    return out


def between(pcm: Pcm, start_s: float, end_s: float, *, channel: int | None = None) -> "Samples":
    """Return the samples between two times of the recording in seconds, shape (frames,)."""
    start = round(start_s * SAMPLE_RATE_HZ)
    return read(pcm, start=start, frames=round(end_s * SAMPLE_RATE_HZ) - start, channel=channel)
