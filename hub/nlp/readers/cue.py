"""Captions as passages: what all readers of timed text share."""

import html
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import pairwise

from hub.domain.transcript import Segment

_TIME = re.compile(r"(?P<sign>-)?(?:(?P<h>\d{1,3}):)?(?P<m>\d{1,3}):(?P<s>\d{1,2})(?:[.,:](?P<f>\d{1,9}))?")
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+(?P<name>(?:[^<>]|<[^<>]*>)*)>", re.IGNORECASE)
_TAG = re.compile(
    r"</?(?:[cibuv]|lang|ruby|rt|font|span|b|i|u)(?:[.\s][^<>]*)?>|<\d[\d:.]*>|\{\\[^}]*\}", re.IGNORECASE
)
_NAMED = re.compile(
    r"^(?P<name>[^\W\d_][\w.'’()\[\]/&@-]*(?:[ ,]+[\w.'’()\[\]/&@-]+){0,5})\s?[::]\s+(?P<text>\S.*)$", re.DOTALL
)
_WHITE = re.compile(r"\s+")
_NO_NAMES = frozenset(
    {"note", "notes", "question", "answer", "action", "actions", "decision", "decisions", "agenda", "issue", "issues"}
    | {"risk", "risks", "example", "http", "https", "update", "summary", "topic", "next", "first", "second", "third"}
    | {"so", "and", "but", "well", "that's", "is"}
)
_JOIN_PAUSE_S = 2.0
_LONGEST_S = 60.0


@dataclass(frozen=True, slots=True)
class Cue:
    """A caption: times in seconds from the start of the recording, *line* where it stands in the file."""

    start: float
    end: float
    speaker: str | None
    text: str
    line: int
    language: str | None = None
    """Where the file says it of this caption."""


@dataclass(slots=True)
class Bends:
    """What was bent while reading: kind to how often and the first line."""

    counts: Counter[str] = field(default_factory=Counter)
    first: dict[str, int] = field(default_factory=dict)

    def add(self, kind: str, line: int) -> None:
        """Count one."""
        self.counts[kind] += 1
        self.first.setdefault(kind, line)

    def notes(self) -> tuple[str, ...]:
        """Return a sentence for each kind."""
        return tuple(
            f"{kind}: once, in line {self.first[kind]}"
            if count == 1
            else f"{kind}: {count} times, first in line {self.first[kind]}"
            for kind, count in self.counts.items()
        )


def seconds(text: str) -> float | None:
    """Return the time that *text* says (1:02:03.5, 02:03,500, 2:03), negative ones too; None when it says none."""
    match = _TIME.fullmatch(text.strip())
    if not match:
        return None
    whole = int(match["h"] or 0) * 3600 + int(match["m"]) * 60 + int(match["s"])
    value = whole + float(f"0.{match['f'] or 0}")
    return -value if match["sign"] else value


def voice_and_text(raw: str) -> tuple[str | None, str]:
    """Return who speaks (from `<v Name>` or `Name: text`) and the text without markup."""
    voice = _VOICE.search(raw)
    text = plain(raw)
    if voice:
        return clean(_TAG.sub("", voice["name"])) or None, text
    return named(text)


def plain(raw: str) -> str:
    """Return what is said in *raw*, without markup."""
    return clean(_TAG.sub("", _VOICE.sub("", raw)))


def named(text: str) -> tuple[str | None, str]:
    """Return the name in front of a colon and the rest; None where what stands there is no name."""
    match = _NAMED.match(text)
    if not match or match["name"].split()[0].lower() in _NO_NAMES or len(match["name"]) > 60:
        return None, text
    words = match["name"].split()
    looks = sum(word[0].isupper() or not word[0].isalpha() for word in words) * 2 >= len(words)
    return (match["name"].strip(), match["text"].strip()) if looks or words[0][0].isupper() else (None, text)


def clean(text: str) -> str:
    """Return *text* with entities resolved, control characters gone and white space folded."""
    plain = html.unescape(text).replace("\ufeff", "")
    return _WHITE.sub(" ", "".join(c for c in plain if c.isprintable() or c.isspace())).strip()


def ordered(cues: Iterable[Cue], bends: Bends) -> list[Cue]:
    """Return cues in time order from zero on, without empty and repeated ones; what was bent is counted."""
    kept: list[Cue] = []
    seen: set[tuple[float, float, str]] = set()
    for cue in cues:
        if not cue.text:
            bends.add("an empty cue was left out", cue.line)
            continue
        key = (cue.start, cue.end, cue.text)
        if key in seen:
            bends.add("a cue that stands there twice was taken once", cue.line)
            continue
        seen.add(key)
        kept.append(_forward(cue, bends))
    if kept and min(cue.start for cue in kept) < 0:
        first = min(kept, key=lambda cue: cue.start)
        bends.add("times before the start of the recording; all were moved to begin at zero", first.line)
        kept = [replace(cue, start=cue.start - first.start, end=cue.end - first.start) for cue in kept]
    return _in_order(kept, bends)


def _forward(cue: Cue, bends: Bends) -> Cue:
    if cue.end >= cue.start:
        return cue
    bends.add("a cue that ends before it begins was given no length", cue.line)
    return replace(cue, end=cue.start)


def _in_order(cues: list[Cue], bends: Bends) -> list[Cue]:
    for before, after in pairwise(cues):
        if after.start < before.start:
            bends.add("a cue out of order was put in its place", after.line)
        elif after.start < before.end - 0.05 and after.speaker == before.speaker:
            bends.add("cues that overlap were kept as they are", after.line)
    return sorted(cues, key=lambda cue: cue.start)


def passages(cues: Iterable[Cue]) -> tuple[Segment, ...]:
    """Return segments s1, s2...; a sentence that captions cut is put together again."""
    out: list[Cue] = []
    for cue in cues:
        last = out[-1] if out else None
        if last and _continues(last, cue):
            out[-1] = replace(last, end=max(last.end, cue.end), text=f"{last.text} {cue.text}")
        else:
            out.append(cue)
    return tuple(
        Segment(f"s{place}", cue.speaker, round(cue.start, 3), round(cue.end, 3), cue.text, language=cue.language)
        for place, cue in enumerate(out, 1)
    )


def _continues(last: Cue, cue: Cue) -> bool:
    if (last.speaker, last.language) != (cue.speaker, cue.language):
        return False
    if last.text.endswith((".", "?", "!", "…", "。", "？", "！")):
        return False
    return cue.start - last.end < _JOIN_PAUSE_S and cue.end - last.start < _LONGEST_S
