"""What every recognizer shares: find the speech, hear it chunk by chunk, believe what passes the gates."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hub.domain.audio import Pcm
from hub.domain.meeting import Meeting
from hub.domain.transcript import Coverage, Segment, Suppressed, Transcript, Word
from hub.nlp.recognize.chunks import Chunk, between, packed
from hub.nlp.recognize.gates import Gates, Signs, disbelief
from hub.nlp.recognize.leaks import without_leaks
from hub.nlp.recognize.sentences import numbered, segments
from hub.nlp.recognize.switches import Switch, notes, switched
from hub.nlp.voice_activity import Activity, Span, speech
from hub.ports import Progress

if TYPE_CHECKING:
    from hub.nlp.pcm import Samples


@dataclass(frozen=True, slots=True)
class Passage:
    """What a recognizer made of a stretch of a chunk; times count from the chunk's first sample, in seconds."""

    start: float
    end: float
    words: tuple[Word, ...]
    signs: Signs
    language: str | None = None
    """Another language than the meeting's that this was said in."""


Decode = Callable[["Samples", str], Iterable[Passage]]
"""Called with the samples of a chunk and the language; gives passages in order."""


@dataclass(frozen=True, slots=True)
class Room:
    """A recording and where somebody speaks in each of its channels; the channel is None in a mixed one."""

    pcm: Pcm
    chunks: dict[int | None, list[Chunk]]
    speech_s: float


def enter(pcm: Pcm, activity: Activity) -> Room:
    """Return the room: voice activity first, in blocks, so that memory stays flat."""
    channels: list[int | None] = [None] if pcm.channels == 1 else list(range(pcm.channels))
    spans: dict[int | None, tuple[Span, ...]] = {c: speech(pcm, activity, channel=c) for c in channels}
    spoken = sum(span.end - span.start for found in spans.values() for span in found)
    return Room(pcm, {channel: packed(found) for channel, found in spans.items()}, spoken)


def listen(
    room: Room, meeting: Meeting, *, language: str, decode: Decode, gates: Gates, progress: Progress
) -> Transcript:
    """Return the transcript. Channels of one person each give speakers; what is not believed is listed."""
    heard = _Heard()
    for place, (channel, chunks) in enumerate(room.chunks.items()):
        words: list[Word] = []
        for chunk in chunks:
            words += _words(room.pcm, chunk, channel, language, decode, gates, heard)
            progress.advance(place * room.pcm.duration_s + chunk.end)
        heard.segments += segments(words, speaker=None if channel is None else f"Speaker {channel + 1}")
    kept, leaked = without_leaks(room.pcm, heard.segments)
    found = switched(numbered(kept), heard.switches)
    progress.finish(f"{sum(len(segment.words) for segment in kept)} words")
    coverage = Coverage(
        duration_s=round(room.pcm.duration_s, 2),
        speech_s=round(room.speech_s, 2),
        transcribed_s=round(sum(segment.end - segment.start for segment in kept), 2),
        suppressed=tuple(sorted([*heard.suppressed, *leaked], key=lambda entry: entry.start)),
        notes=notes(heard.switches),
    )
    return Transcript(meeting, language, found, coverage)


@dataclass(slots=True)
class _Heard:
    segments: list[Segment] = field(default_factory=list)
    suppressed: list[Suppressed] = field(default_factory=list)
    switches: list[Switch] = field(default_factory=list)


def _words(
    pcm: Pcm, chunk: Chunk, channel: int | None, language: str, decode: Decode, gates: Gates, heard: _Heard
) -> list[Word]:
    import numpy as np

    samples = np.concatenate([between(pcm, p.start, p.end, channel=channel) for p in chunk.pieces])
    words: list[Word] = []
    for passage in decode(samples, language):
        reason = disbelief(passage.signs, gates)
        if reason is None:
            if passage.language is not None:
                span = _time(chunk.original(passage.start)), _time(chunk.original(passage.end))
                heard.switches.append(Switch(*span, passage.language))
            words += [_placed(word, chunk) for word in passage.words]
            continue
        start, end = _time(chunk.original(passage.start)), _time(chunk.original(passage.end))
        heard.suppressed.append(Suppressed(start, end, passage.signs.text.strip(), reason))
    return words


def _placed(word: Word, chunk: Chunk) -> Word:
    start, end = chunk.original(word.start), chunk.original(word.end)
    return Word(_time(start), _time(max(start, end)), word.text, round(float(word.probability), 3))


def _time(seconds: float) -> float:
    return round(float(seconds), 2)
