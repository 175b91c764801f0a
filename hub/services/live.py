"""A meeting heard while it goes on: words within seconds, items as they are agreed; nothing of it is final."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hub.domain.audio import SAMPLE_RATE_HZ, Pcm
from hub.domain.live import Alarm, Appeared, LiveEvent, Settled, Words
from hub.domain.meeting import Meeting
from hub.domain.transcript import Segment, Transcript, Word
from hub.ports import Extractor, Recognizer
from hub.services.drafting import draft

HOP_S = 1.0
"""Sound between two looks at the passage being spoken."""
_PAUSE_S = 0.9
_LONGEST_S = 15.0
_KEPT_S = 1.0
"""Sound kept of a stretch in which nobody spoke: a word may have begun in it."""
_SILENT_S = 4.0
_LOOKED_AT = 60
"""Newest segments in which items are looked for, so that an hour costs as much a minute as five minutes do."""
_BYTES_A_SECOND = SAMPLE_RATE_HZ * 2
_KINDS = (("decision", "decisions"), ("action", "actions"), ("risk", "risks"), ("issue", "issues"))


@dataclass(frozen=True, slots=True)
class LiveEars:
    """What is heard and found with; *scratch* is the file for the passage being spoken."""

    recognizer: Recognizer
    extractor: Extractor
    scratch: Path
    language: str | None = None


class Live:
    """Follows one meeting; give it sound as it comes: mono 16-bit little-endian samples at 16 kHz."""

    def __init__(self, ears: LiveEars, meeting: Meeting) -> None:
        self._ears, self._meeting = ears, meeting
        self._language = ears.language
        self._sound = bytearray()
        self._from_s = 0.0
        self._before: tuple[Word, ...] = ()
        self._agreed = 0
        self._segments: list[Segment] = []
        self._seen: set[tuple[Any, ...]] = set()

    @property
    def segments(self) -> tuple[Segment, ...]:
        """What was settled so far."""
        return tuple(self._segments)

    def hear(self, sound: bytes) -> Iterator[LiveEvent]:
        """Yield what *sound* adds. Raises what recognizer and extractor raise."""
        self._sound += sound
        heard = self._heard()
        words = _words(heard)
        if not words:
            self._forget_silence()
            return
        yield self._told(words)
        if self._length_s - words[-1].end >= _PAUSE_S:
            yield from self._settle(heard.segments, self._length_s)
        elif self._length_s >= _LONGEST_S:
            over = heard.segments[:-1] or heard.segments
            yield from self._settle(over, over[-1].end)

    def finish(self) -> Iterator[LiveEvent]:
        """Yield what the last sound adds, after which nothing more comes."""
        if self._sound:
            heard = self._heard()
            if heard.segments:
                yield from self._settle(heard.segments, self._length_s)
        self._ears.scratch.unlink(missing_ok=True)

    @property
    def _length_s(self) -> float:
        return len(self._sound) / _BYTES_A_SECOND

    def _heard(self) -> Transcript:
        self._ears.scratch.write_bytes(self._sound)
        pcm = Pcm(self._ears.scratch, 1, len(self._sound) // 2)
        return self._ears.recognizer.transcribe(pcm, self._meeting, language=self._language, progress=_Nothing())

    def _told(self, words: tuple[Word, ...]) -> Words:
        """Agreed is what this look and the last one begin with; it never shrinks within a passage."""
        alike = 0
        for now, then in zip(words, self._before, strict=False):
            if _bare(now.text) != _bare(then.text):
                break
            alike += 1
        self._agreed = max(self._agreed, alike)
        self._before = words
        end_s = self._from_s + words[-1].end
        return Words(
            _joined(words[: self._agreed]), _joined(words[self._agreed :]), end_s, self._from_s + self._length_s
        )

    def _settle(self, over: Sequence[Segment], until_s: float) -> Iterator[LiveEvent]:
        for segment in over:
            moved = _moved(segment, self._from_s, f"s{len(self._segments) + 1}")
            self._segments.append(moved)
            yield Settled(moved)
        self._cut(until_s)
        yield from self._found()

    def _forget_silence(self) -> None:
        if self._length_s >= _SILENT_S:
            self._cut(self._length_s - _KEPT_S)

    def _cut(self, until_s: float) -> None:
        frames = min(round(until_s * SAMPLE_RATE_HZ), len(self._sound) // 2)
        del self._sound[: frames * 2]
        self._from_s += frames / SAMPLE_RATE_HZ
        self._before, self._agreed = (), 0

    def _found(self) -> Iterator[LiveEvent]:
        newest = tuple(self._segments[-_LOOKED_AT:])
        transcript = Transcript(self._meeting, self._language or "en", newest)
        minutes = draft(transcript, extractor=self._ears.extractor)
        for kind, group in _KINDS:
            for item in getattr(minutes, group):
                more = (getattr(item, "owner", None), getattr(item, "due", None))
                if self._is_new(kind, item.evidence.segments[0], item.text, *more):
                    yield Appeared(kind, item)
        for alert in minutes.alerts:
            if self._is_new(alert.kind, alert.evidence.segments[0]):
                yield Alarm(alert)

    def _is_new(self, *shown: Any) -> bool:
        known = shown in self._seen
        self._seen.add(shown)
        return not known


def _words(heard: Transcript) -> tuple[Word, ...]:
    """Return the words with their times; a segment without any counts as one."""
    return tuple(
        word
        for segment in heard.segments
        for word in (segment.words or (Word(segment.start, segment.end, segment.text),))
    )


def _moved(segment: Segment, by_s: float, name: str) -> Segment:
    words = tuple(replace(word, start=word.start + by_s, end=word.end + by_s) for word in segment.words)
    return replace(segment, id=name, start=segment.start + by_s, end=segment.end + by_s, words=words)


def _joined(words: Sequence[Word]) -> str:
    return " ".join(" ".join(word.text for word in words).split())


def _bare(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


class _Nothing:
    """`Progress` that shows nothing: the words themselves are shown."""

    def start(self, stage: str, total_s: float | None = None) -> None:
        """Show nothing."""

    def advance(self, done_s: float) -> None:
        """Show nothing."""

    def finish(self, note: str = "") -> None:
        """Show nothing."""
