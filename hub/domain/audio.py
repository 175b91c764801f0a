"""A decoded recording on disk, and who speaks when in it."""

from dataclasses import dataclass
from pathlib import Path

SAMPLE_RATE_HZ = 16_000


@dataclass(frozen=True, slots=True)
class Pcm:
    """A decoded recording: interleaved signed 16-bit little-endian samples at 16 kHz, without header.

    *frames* counts samples per channel. Channels are one where the recording was mixed down.
    *notes* says in plain words what the decoder had to leave out (a damaged end, for instance).
    """

    path: Path
    channels: int
    frames: int
    notes: tuple[str, ...] = ()

    @property
    def duration_s(self) -> float:
        """Length in seconds."""
        return self.frames / SAMPLE_RATE_HZ


@dataclass(frozen=True, slots=True)
class Turn:
    """One voice speaking without a break; turns of different voices may overlap. Times in seconds."""

    speaker: str
    start: float
    end: float
