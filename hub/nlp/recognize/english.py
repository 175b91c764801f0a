"""The recognizer's own English, laid beside the segments of a transcript in another language by time."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import structlog

from hub.domain.transcript import English, Segment, Transcript, is_english
from hub.nlp.recognize.chunks import Chunk, between
from hub.nlp.recognize.gates import Gates, disbelief
from hub.nlp.recognize.listen import Decode, Room
from hub.ports import Progress

_REACH_S = 1.0
"""A translated passage that overlaps no segment belongs to one this near, or to none."""
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Heard:
    """A believed passage, and the voice's label where each channel carries one person."""

    english: English
    speaker: str | None


def passages(
    room: Room, transcript: Transcript, *, decode: Decode, gates: Gates, progress: Progress
) -> Iterator[Heard]:
    """Yield what is heard in English of the chunks in another language, without what the gates do not believe."""
    import numpy as np

    for place, (channel, chunks) in enumerate(room.chunks.items()):
        speaker = None if channel is None else f"Speaker {channel + 1}"
        for chunk in chunks:
            language = _foreign(transcript, chunk)
            if language is None:
                continue
            samples = np.concatenate([between(room.pcm, p.start, p.end, channel=channel) for p in chunk.pieces])
            for heard in decode(samples, language):
                if disbelief(heard.signs, gates) is None:
                    start, end = round(chunk.original(heard.start), 2), round(chunk.original(heard.end), 2)
                    yield Heard(English(start, max(start, end), heard.signs.text.strip()), speaker)
            progress.advance(place * room.pcm.duration_s + chunk.end)


def beside(transcript: Transcript, heard: Iterable[Heard]) -> Transcript:
    """Return *transcript* with each passage given to the segment that it overlaps most."""
    found: dict[str, list[English]] = {}
    lost = 0
    by_voice = _by_voice(transcript.segments)
    for passage in heard:
        segment = _nearest(by_voice.get(passage.speaker, by_voice[None]), passage.english)
        if segment is None:
            lost += 1
            continue
        found.setdefault(segment.id, []).append(passage.english)
    if lost:
        log.info("english_without_segment", meeting=transcript.meeting.id, passages=lost)
    segments = tuple(replace(one, english=tuple(found.get(one.id, ()))) for one in transcript.segments)
    return replace(transcript, segments=segments)


def _foreign(transcript: Transcript, chunk: Chunk) -> str | None:
    """Return the language of what was said in *chunk* where it is not English."""
    pieces = chunk.pieces
    inside = [
        segment.language or transcript.language
        for segment in transcript.segments
        if segment.start < pieces[-1].end and segment.end > pieces[0].start
    ]
    return next((language for language in inside if not is_english(language)), None)


def _by_voice(segments: Sequence[Segment]) -> dict[str | None, list[Segment]]:
    voices: dict[str | None, list[Segment]] = {None: list(segments)}
    for segment in segments:
        if segment.speaker is not None:
            voices.setdefault(segment.speaker, []).append(segment)
    return voices


def _nearest(segments: Sequence[Segment], passage: English) -> Segment | None:
    """Return the segment that *passage* overlaps most, or one within reach; *segments* in time order."""
    after = bisect_right(segments, passage.end, key=lambda segment: segment.start)
    near = segments[max(0, after - 8) : after + 1]
    if not near:
        return None
    best = max(near, key=lambda segment: _shared(segment, passage))
    return best if _shared(best, passage) > -_REACH_S else None


def _shared(segment: Segment, passage: English) -> float:
    """Return the seconds that both share; below zero, the gap between them."""
    return min(segment.end, passage.end) - max(segment.start, passage.start)
