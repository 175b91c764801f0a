"""A media file becomes plain samples on disk: any common container and codec, as a stream, in bounded memory."""

from __future__ import annotations

import contextlib
import errno
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from hub.domain.audio import SAMPLE_RATE_HZ, Pcm
from hub.domain.errors import FatalError, RejectedError, UsageError
from hub.domain.fingerprint import fingerprint
from hub.nlp.channels import mixed_into, one_person_each

if TYPE_CHECKING:
    from hub.ports import Progress

CHANNELS = ("auto", "mix", "split")
MOST_CHANNELS = 8

# Only formats that carry their own sound: playlists and scripts could make the decoder read other files.
FORMATS = (
    "aac,ac3,aiff,amr,asf,au,avi,caf,eac3,flac,flv,matroska,webm,mov,mp4,m4a,3gp,3g2,mj2,mp3,mpeg,mpegts,ogg,w64,wav"
)

_GAPLESS = ("flac", "wav", "w64", "aiff", "au")  # their clock counts samples: a jump is damage
_GAP_S = 0.1  # shorter jumps of the container's clock are rounding
_LONGEST_GAP_S = 1800.0  # a longer jump is a broken clock, not a pause
_SHORT_BY_S = 1.0  # a recording that lacks more than this of its announced length is said to be cut


@dataclass(frozen=True, slots=True)
class _Written:
    """What came out of a stream: frames per channel, and where the decoder stumbled (seconds)."""

    frames: int
    stumbles: tuple[float, ...]


class PyAvDecoder:
    """Decodes with PyAV (FFmpeg's libraries); implements `hub.ports.Decoder`."""

    fingerprint = fingerprint("pyav", FORMATS, SAMPLE_RATE_HZ, 1)

    def decode(self, source: Path, target: Path, *, channels: str, progress: Progress) -> Pcm:
        """Write the sound of *source* to *target*; see the port for what it raises.

        The clock of the container is kept: where it jumps ahead, silence is written.
        """
        if channels not in CHANNELS:
            raise UsageError(f"channels {channels}: must be one of {', '.join(CHANNELS)}")
        part = target.with_name(target.name + ".part")
        try:
            pcm = self._decode(source, part, channels=channels, progress=progress)
            part.replace(target)
        except OSError as error:
            raise _cannot_write(target, error) from error
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)
        return replace(pcm, path=target)

    def _decode(self, source: Path, part: Path, *, channels: str, progress: Progress) -> Pcm:
        with _opened(source) as (container, stream):
            announced_s = _announced_s(source, container, stream)
            progress.start("decode", announced_s)
            count = stream.codec_context.channels
            if not 1 <= count <= MOST_CHANNELS:
                raise RejectedError(f"{source}: has {count} channels; 1 to {MOST_CHANNELS} can be read")
            with part.open("wb") as sink:
                written = _write(container, stream, sink, progress)
        if not written.frames:
            raise RejectedError(f"{source}: its sound cannot be decoded, nothing was found in it")
        pcm = Pcm(part, count, written.frames, _notes(source, written, announced_s))
        pcm = _arranged(pcm, channels)
        progress.finish(_result(count, pcm.channels))
        return pcm


@contextlib.contextmanager
def _opened(source: Path) -> Iterator[tuple[Any, Any]]:
    """Give the open container and its main audio stream. RejectedError where there is none."""
    import av

    av.logging.set_level(av.logging.PANIC)  # FFmpeg would write to stderr on its own
    try:
        if source.stat().st_size == 0:
            raise RejectedError(f"{source}: the file is empty (zero bytes)")
    except OSError as error:
        raise RejectedError(f"{source}: cannot be read ({error.strerror})") from error
    try:
        container = av.open(str(source), mode="r", metadata_errors="ignore", options={"format_whitelist": FORMATS})
    except (av.FFmpegError, ValueError) as error:
        raise RejectedError(f"{source}: is no recording that can be read, or its beginning is damaged") from error
    with container:
        yield container, _sound(source, container)


def _sound(source: Path, container: Any) -> Any:
    stream = container.streams.best("audio")
    if stream is None:
        what = "is a video without sound" if container.streams.video else "holds no sound"
        raise RejectedError(f"{source}: {what}")
    if stream.codec_context is None:
        raise RejectedError(f"{source}: its sound is in a form that cannot be decoded here")
    return stream


def _announced_s(source: Path, container: Any, stream: Any) -> float | None:
    """The length the file says it has, in seconds; None where it does not say."""
    if container.format.name in ("wav", "w64"):
        return _wav_announced_s(source, stream)
    if stream.duration is not None and stream.time_base is not None:
        return float(stream.duration * stream.time_base)
    return container.duration / 1e6 if container.duration else None


def _wav_announced_s(source: Path, stream: Any) -> float | None:
    """The length in a WAV header: FFmpeg trusts the size of the file instead, which a cut file has lost."""
    with source.open("rb") as file:
        head = file.read(1 << 16)
    at = head.find(b"data", 12)
    if not head.startswith(b"RIFF") or at < 0 or len(head) < at + 8:
        return None
    data_bytes = int.from_bytes(head[at + 4 : at + 8], "little")
    bytes_per_s = (stream.codec_context.bit_rate or 0) / 8
    unknown = data_bytes in (0, 0xFFFFFFFF) or data_bytes > 0xFFFFFF00  # written to a pipe: the size was never known
    return None if unknown or not bytes_per_s else data_bytes / bytes_per_s


def _write(container: Any, stream: Any, sink: BinaryIO, progress: Progress) -> _Written:
    """Decode every frame of *stream* into *sink*."""
    writer = _Writer(sink, container.start_time, gapless=container.format.name in _GAPLESS)
    for frames in _decoded(container, stream, writer):
        for frame in frames:
            writer.write(frame)
        progress.advance(writer.seconds)
    writer.flush()
    return _Written(writer.frames, tuple(writer.stumbles))


def _decoded(container: Any, stream: Any, writer: _Writer) -> Iterator[list[Any]]:
    """Give the frames of each packet; a packet that cannot be decoded is skipped and its place kept."""
    import av

    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets, None)
        except av.FFmpegError:  # the container itself is broken from here on
            writer.stumble()
            return
        if packet is None:
            return
        try:
            frames = packet.decode()
        except av.FFmpegError:
            if writer.frames:  # junk before the first sound (tags, cover pictures) is no damage
                writer.stumble()
            continue
        yield frames


class _Writer:
    """Writes frames at 16 kHz, every channel kept, silence where the container's clock jumps ahead."""

    def __init__(self, sink: BinaryIO, start_us: int | None, *, gapless: bool) -> None:
        self._sink = sink
        self._gapless = gapless
        self.stumbles: list[float] = []
        self._start_s = (start_us or 0) / 1e6
        self._resampler: Any = None
        self._form: tuple[Any, ...] = ()
        self._layout: Any = None
        self.frames = 0

    @property
    def seconds(self) -> float:
        return self.frames / SAMPLE_RATE_HZ

    def write(self, frame: Any) -> None:
        if self._layout is None:
            self._layout = frame.layout
        form = (frame.format.name, frame.layout.name, frame.sample_rate)
        if form != self._form:  # the first frame, or a stream that changes on its way
            self.flush()
            self._form = form
            self._resampler = _resampler(self._layout)
        self._fill(frame)
        frame.pts = None  # the resampler would refuse a clock that is not even
        self._put(self._resampler.resample(frame))

    def stumble(self) -> None:
        """Keep the place of a damage, one for all that lies within a second."""
        if not self.stumbles or self.seconds - self.stumbles[-1] > 1.0:
            self.stumbles.append(self.seconds)

    def flush(self) -> None:
        if self._resampler is not None:
            self._put(self._resampler.resample(None))
            self._resampler = None
            self._form = ()

    def _fill(self, frame: Any) -> None:
        if frame.time is None:
            return
        gap_s = frame.time - self._start_s - self.seconds
        if _GAP_S < gap_s < _LONGEST_GAP_S:
            if self._gapless:
                self.stumble()
            missing = int(gap_s * SAMPLE_RATE_HZ)
            self._sink.write(bytes(missing * self._layout.nb_channels * 2))
            self.frames += missing

    def _put(self, frames: list[Any]) -> None:
        for frame in frames:
            self._sink.write(frame.to_ndarray().tobytes())
            self.frames += frame.samples


def _resampler(layout: Any) -> Any:
    import av

    return av.AudioResampler(format="s16", layout=layout, rate=SAMPLE_RATE_HZ)


def _arranged(pcm: Pcm, channels: str) -> Pcm:
    """Mix down in place where the channels do not each carry one person."""
    if pcm.channels == 1 or channels == "split" or (channels == "auto" and one_person_each(pcm)):
        return pcm
    down = pcm.path.with_name(pcm.path.name + ".mix")
    try:
        mixed_into(pcm, down)
        down.replace(pcm.path)
    finally:
        down.unlink(missing_ok=True)
    return replace(pcm, channels=1)


def _notes(source: Path, written: _Written, announced_s: float | None) -> tuple[str, ...]:
    ended_s = written.frames / SAMPLE_RATE_HZ
    notes = []
    if written.stumbles:
        places = len(written.stumbles)
        where = _clock(written.stumbles[0])
        notes.append(f"{source.name}: damaged at {where}; {places} broken piece{'s' * (places > 1)} left out")
    if announced_s is not None and announced_s - ended_s > max(_SHORT_BY_S, 0.001 * announced_s):
        notes.append(f"{source.name}: ends at {_clock(ended_s)}, though it says it is {_clock(announced_s)} long")
    return tuple(notes)


def _result(channels: int, kept: int) -> str:
    if channels == 1:
        return "1 channel"
    return f"{channels} channels, " + ("mixed" if kept == 1 else "each kept apart")


def _clock(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02d}:{whole % 60:02d}"


def _cannot_write(target: Path, error: OSError) -> FatalError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return FatalError(f"{target}: the disk is full; free some space and run it again")
    return FatalError(f"{target}: cannot be written ({error.strerror})")
