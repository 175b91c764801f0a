"""`hub transcribe --live`: words and items while a meeting goes on, then the final pass over what was recorded."""

import json
import queue
import sys
import threading
import time
import wave
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, TextIO

from hub.domain import wire
from hub.domain.audio import SAMPLE_RATE_HZ
from hub.domain.live import Alarm, Appeared, LiveEvent, Settled, Words
from hub.nlp import live_sound
from hub.services.live import HOP_S, Live

MICROPHONE, STDIN = "mic", "-"
_HOP_BYTES = int(HOP_S * SAMPLE_RATE_HZ) * 2
_WIDTH = 100


@contextmanager
def sound_of(source: str) -> Iterator[Iterator[bytes]]:
    """Give the blocks of *source*: mic, - (standard input), an address, or a file that is played at its own speed."""
    if source == MICROPHONE:
        with live_sound.microphone() as blocks:
            yield blocks
    elif source == STDIN:
        yield live_sound.piped(sys.stdin.buffer)
    elif "://" in source:
        yield live_sound.decoded(source, source)
    else:
        yield _paced(live_sound.decoded(Path(source), source))


def follow(live: Live, blocks: Iterator[bytes], keep: BinaryIO, show: Callable[[LiveEvent], None]) -> None:
    """Have *live* hear all of *blocks*, each written to *keep* at once; Ctrl-C ends the sound, not the work."""
    try:
        for sound in _gathered(blocks, keep):
            for event in live.hear(sound):
                show(event)
    except KeyboardInterrupt:
        pass
    for event in live.finish():
        show(event)


def shown_on(screen: TextIO) -> Callable[[LiveEvent], None]:
    """Return what shows events as lines; on a terminal the passage being spoken is written over."""
    moving = screen.isatty()

    def show(event: LiveEvent) -> None:
        if isinstance(event, Words):
            if moving:
                line = f"{event.agreed} {event.tentative}".strip()[-_WIDTH:]
                screen.write(f"\r\x1b[K{line}")
        else:
            screen.write(f"{chr(13) + chr(27) + '[K' if moving else ''}{_line(event)}\n")
        screen.flush()

    return show


def written_to(out: TextIO) -> Callable[[LiveEvent], None]:
    """Return what writes events as JSON, a line each: `event` and its fields."""

    def write(event: LiveEvent) -> None:
        name = type(event).__name__.lower()
        out.write(json.dumps({"event": name} | wire.plain(event), ensure_ascii=False) + "\n")
        out.flush()

    return write


def as_wav(samples: Path, target: Path) -> Path:
    """Write mono *samples* as a WAV file and return it."""
    with wave.open(str(target), "wb") as file, samples.open("rb") as raw:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        while piece := raw.read(1 << 20):
            file.writeframes(piece[: len(piece) // 2 * 2])
    return target


def new_recording(folder: Path, at: datetime) -> Path:
    """Return the path for the samples of a meeting that begins *at*."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"live-{at:%Y%m%dT%H%M%S%f}.s16"


def _line(event: Settled | Appeared | Alarm) -> str:
    if isinstance(event, Settled):
        minutes, seconds = divmod(int(event.segment.start), 60)
        return f"{minutes:3d}:{seconds:02d}  {event.segment.text}"
    if isinstance(event, Alarm):
        return f"        ! {event.alert.kind}: “{event.alert.evidence.quote}”"
    owner, due = getattr(event.item, "owner", None), getattr(event.item, "due", None)
    more = ", ".join(str(one) for one in (owner, due) if one)
    return f"        > {event.kind}: {event.item.text}{f' ({more})' if more else ''}"


def _gathered(blocks: Iterator[bytes], keep: BinaryIO) -> Iterator[bytes]:
    """Give all the sound that has come meanwhile, at least a hop: who is slow looks less often and loses nothing."""
    waiting: queue.Queue[bytes | BaseException | None] = queue.Queue()

    def read() -> None:
        try:
            for block in blocks:
                keep.write(block)
                keep.flush()
                waiting.put(block)
        except Exception as error:
            # told where the sound is used
            waiting.put(error)
        waiting.put(None)

    threading.Thread(target=read, daemon=True).start()
    sound, over = bytearray(), False
    while not over:
        try:
            piece = waiting.get(block=len(sound) < _HOP_BYTES)
        except queue.Empty:
            yield bytes(sound)
            sound.clear()
            continue
        if isinstance(piece, BaseException):
            raise piece
        over = piece is None
        sound += piece or b""
    if sound:
        yield bytes(sound)


def _paced(blocks: Iterator[bytes]) -> Iterator[bytes]:
    began, given_s = time.monotonic(), 0.0
    for block in blocks:
        given_s += len(block) / 2 / SAMPLE_RATE_HZ
        time.sleep(max(0.0, began + given_s - time.monotonic()))
        yield block
