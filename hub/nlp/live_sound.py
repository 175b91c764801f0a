"""Sound as it comes: from a microphone, standard input, a stream's address or a file, as mono samples at 16 kHz."""

import io
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from hub.domain.audio import SAMPLE_RATE_HZ
from hub.domain.errors import FatalError, RejectedError
from hub.nlp.decode import FORMATS

BLOCK_BYTES = SAMPLE_RATE_HZ * 2 // 4
"""A quarter of a second."""
_HEAD_BYTES = 16
_CONTAINERS = (b"RIFF", b"fLaC", b"OggS", b"ID3", b"\x1aE\xdf\xa3", b"\xff\xfb", b"\xff\xf3", b"FORM", b"caff")
_RECORDERS = (
    ("arecord", "-q", "-t", "raw", "-f", "S16_LE", "-c", "1", "-r", str(SAMPLE_RATE_HZ)),
    ("parec", "--raw", "--format=s16le", "--channels=1", f"--rate={SAMPLE_RATE_HZ}"),
    ("rec", "-q", "-t", "raw", "-e", "signed", "-b", "16", "-c", "1", "-r", str(SAMPLE_RATE_HZ), "-"),
)


@contextmanager
def microphone() -> Iterator[Iterator[bytes]]:
    """Give blocks from the microphone of this machine. FatalError where no program that records is there.

    The blocks end with a FatalError where that program gives up.
    """
    command = next((line for line in _RECORDERS if shutil.which(line[0])), None)
    if command is None:
        raise FatalError("no program that records from a microphone is here; install alsa-utils (arecord)")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as recorder:
        try:
            yield _recorded(recorder, command[0])
        finally:
            recorder.terminate()


def piped(stream: BinaryIO) -> Iterator[bytes]:
    """Give blocks from a pipe: a container that PyAV knows, else raw mono 16-bit samples at 16 kHz.

    RejectedError where a container cannot be read.
    """
    head = stream.read(_HEAD_BYTES)
    if head.startswith(_CONTAINERS) or head[4:8] == b"ftyp":
        yield from decoded(_Joined(head, stream), "standard input")
    else:
        yield from _raw(cast("BinaryIO", _Joined(head, stream)))


def decoded(source: "Path | str | _Joined", name: str) -> Iterator[bytes]:
    """Give blocks of a file, the address of a stream or an open one. RejectedError naming *name* where it is none."""
    import av

    av.logging.set_level(av.logging.PANIC)
    opened: Any = str(source) if isinstance(source, Path) else source
    try:
        container = av.open(opened, mode="r", metadata_errors="ignore", options={"format_whitelist": FORMATS})
    except (av.FFmpegError, ValueError) as error:
        raise RejectedError(f"{name}: is no sound that can be read") from error
    with container:
        if not container.streams.audio:
            raise RejectedError(f"{name}: holds no sound")
        yield from _blocks(_samples(container))


def _samples(container: Any) -> Iterator[bytes]:
    import av

    resampler = av.AudioResampler(format="s16", layout="mono", rate=SAMPLE_RATE_HZ)
    try:
        for frame in container.decode(audio=0):
            for part in resampler.resample(frame):
                yield part.to_ndarray().tobytes()
    except av.FFmpegError:
        return  # a stream that breaks off has ended


def _blocks(pieces: Iterator[bytes]) -> Iterator[bytes]:
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        while len(waiting) >= BLOCK_BYTES:
            yield bytes(waiting[:BLOCK_BYTES])
            del waiting[:BLOCK_BYTES]
    if waiting:
        yield bytes(waiting)


def _recorded(recorder: "subprocess.Popen[bytes]", name: str) -> Iterator[bytes]:
    yield from _raw(cast("BinaryIO", recorder.stdout))
    if recorder.wait():
        raise FatalError(f"{name}: ended by itself; is a microphone plugged in?")


def _raw(stream: BinaryIO) -> Iterator[bytes]:
    """A pipe gives what is there, perhaps half a sample."""
    yield from _blocks(iter(lambda: stream.read(BLOCK_BYTES), b""))


class _Joined(io.RawIOBase):
    """The bytes that were read to look at, and then the rest."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head, self._rest = head, rest

    def readable(self) -> bool:
        """Return True."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return up to *size* bytes."""
        if self._head:
            part, self._head = (self._head, b"") if size < 0 else (self._head[:size], self._head[size:])
            return part
        return self._rest.read(size)
