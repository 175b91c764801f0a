"""Words in time order as sentence-like segments."""

from collections.abc import Iterable, Sequence

from hub.domain.transcript import Segment, Word

_PAUSE_S = 1.2
_LONGEST_S = 30.0
_ENDS = (".", "?", "!", "。", "？", "！", "…", "।", "؟")


def segments(words: Iterable[Word], *, speaker: str | None = None) -> list[Segment]:
    """Return segments cut after sentence ends and at long pauses; ids are left to `numbered`."""
    out: list[Segment] = []
    line: list[Word] = []
    for word in words:
        if line and (word.start - line[-1].end > _PAUSE_S or word.end - line[0].start > _LONGEST_S):
            out.append(_segment(line, speaker))
            line = []
        line.append(word)
        if word.text.rstrip("\"'”’)").endswith(_ENDS) and not _abbreviation(word.text):
            out.append(_segment(line, speaker))
            line = []
    if line:
        out.append(_segment(line, speaker))
    return out


def numbered(found: Iterable[Segment]) -> tuple[Segment, ...]:
    """Return segments in time order with ids s1, s2, ..."""
    ordered = sorted(found, key=lambda segment: (segment.start, segment.end))
    return tuple(
        Segment(f"s{place}", s.speaker, s.start, s.end, s.text, s.words, s.overlap)
        for place, s in enumerate(ordered, 1)
    )


def _segment(words: Sequence[Word], speaker: str | None) -> Segment:
    text = "".join(word.text for word in words).strip()
    return Segment("", speaker, words[0].start, words[-1].end, " ".join(text.split()), tuple(words))


def _abbreviation(text: str) -> bool:
    return text.strip().lower() in {"dr.", "mr.", "mrs.", "ms.", "prof.", "no.", "vs.", "e.g.", "i.e."}
