"""Words get the voice that speaks at their time."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from hub.domain.audio import Turn
from hub.domain.fingerprint import fingerprint
from hub.domain.transcript import Segment, Transcript, Word

_NEAR_S = 0.6
"""A word outside of every turn goes to the nearest one within this."""
_FLICKER_S = 0.4
"""A change of voice for less than this inside a sentence is jitter, not a speaker."""
_JOIN_PAUSE_S = 1.5
_JOIN_LONGEST_S = 40.0
_OVERLAP_SHARE = 0.3
FINGERPRINT = fingerprint("speakers", _NEAR_S, _FLICKER_S, _JOIN_PAUSE_S, _JOIN_LONGEST_S, 1)


def assign(transcript: Transcript, turns: Sequence[Turn]) -> Transcript:
    """Return the transcript with a voice on every segment; segments are cut where the voice changes.

    Passages of one voice without a long pause are joined. A transcript that has speakers already is returned as it
    is. Words without a turn near them get no voice.
    """
    if any(segment.speaker is not None for segment in transcript.segments):
        return transcript
    index = _Index(turns)
    parts = [part for segment in transcript.segments for part in _cut(segment, index)]
    joined = _joined(parts)
    numbered = tuple(replace(segment, id=f"s{place}") for place, segment in enumerate(joined, 1))
    return replace(transcript, segments=numbered)


class _Index:
    """Turns by time. No turn begins before the longest one could still reach: lookups stay short."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        self._turns = sorted(turns, key=lambda turn: turn.start)
        self._starts = [turn.start for turn in self._turns]
        self._longest = max((turn.end - turn.start for turn in turns), default=0.0)

    def near(self, start: float, end: float) -> list[Turn]:
        first = bisect_left(self._starts, start - self._longest)
        last = bisect_left(self._starts, end)
        return [turn for turn in self._turns[first:last] if turn.end > start]

    def voice(self, start: float, end: float) -> str | None:
        """Return the voice that covers most of the time, else the nearest one, else None."""
        shares: dict[str, float] = {}
        for turn in self.near(start, end):
            covered = min(end, turn.end) - max(start, turn.start)
            shares[turn.speaker] = shares.get(turn.speaker, 0.0) + covered
        if shares:
            return max(shares, key=lambda name: shares[name])
        close = self.near(start - _NEAR_S, end + _NEAR_S)
        return min(close, key=lambda turn: _gap(turn, start, end)).speaker if close else None

    def overlapped(self, segment: Segment) -> bool:
        """Tell whether another voice speaks during a good part of the segment."""
        others = [turn for turn in self.near(segment.start, segment.end) if turn.speaker != segment.speaker]
        covered = sum(min(segment.end, turn.end) - max(segment.start, turn.start) for turn in others)
        return covered > _OVERLAP_SHARE * (segment.end - segment.start)


@dataclass(frozen=True, slots=True)
class _Said:
    word: Word
    voice: str | None


def _gap(turn: Turn, start: float, end: float) -> float:
    return max(turn.start - end, start - turn.end, 0.0)


def _cut(segment: Segment, index: _Index) -> Iterator[Segment]:
    if not segment.words:
        whole = replace(segment, speaker=index.voice(segment.start, segment.end))
        yield replace(whole, overlap=index.overlapped(whole))
        return
    said = [_Said(word, index.voice(word.start, word.end)) for word in segment.words]
    for run in _runs(said):
        words = tuple(entry.word for entry in run)
        text = " ".join("".join(word.text for word in words).split())
        part = Segment(segment.id, run[0].voice, words[0].start, words[-1].end, text, words)
        yield replace(part, overlap=index.overlapped(part))


def _runs(said: list[_Said]) -> list[list[_Said]]:
    """Return runs of one voice; a flicker inside a sentence goes to the voice around it."""
    runs: list[list[_Said]] = []
    for entry in said:
        if runs and runs[-1][-1].voice == entry.voice:
            runs[-1].append(entry)
        else:
            runs.append([entry])
    out: list[list[_Said]] = []
    for place, run in enumerate(runs):
        last = place == len(runs) - 1
        short = run[-1].word.end - run[0].word.start < _FLICKER_S
        if out and short and not _whole(run) and (last or not _ends(out[-1])):
            out[-1] += [_Said(entry.word, out[-1][0].voice) for entry in run]
        elif out and out[-1][0].voice == run[0].voice:
            out[-1] += run
        else:
            out.append(run)
    return out


def _whole(run: list[_Said]) -> bool:
    """A short run that is a sentence of its own ("Yes.") is somebody answering."""
    return _ends(run) and run[0].word.text.strip()[:1].isupper()


def _ends(run: list[_Said]) -> bool:
    return run[-1].word.text.rstrip().endswith((".", "?", "!"))


def _joined(parts: list[Segment]) -> list[Segment]:
    out: list[Segment] = []
    for part in sorted(parts, key=lambda segment: segment.start):
        last = out[-1] if out else None
        if last and _continues(last, part):
            words = last.words + part.words
            overlap = last.overlap or part.overlap
            out[-1] = replace(
                last, end=max(last.end, part.end), text=f"{last.text} {part.text}", words=words, overlap=overlap
            )
        else:
            out.append(part)
    return out


def _continues(last: Segment, part: Segment) -> bool:
    if last.speaker != part.speaker or part.speaker is None:
        return False
    return part.start - last.end <= _JOIN_PAUSE_S and part.end - last.start <= _JOIN_LONGEST_S
