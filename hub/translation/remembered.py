"""What people translated before, found again: the same, the same but for figures and names, or nearly the same."""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.domain.memory import Approved, Match, differences, likeness, same, words
from hub.domain.translation import Translation
from hub.translation.protect import Span, protect

MEMORY = "memory"
ADAPTED = "memory, adapted"
_NAMES = frozenset({"name", "quote", "address"})


@dataclass(frozen=True, slots=True)
class _Frame:
    """A sentence without its protected spans; equal frames differ in them only."""

    text: str
    spans: tuple[Span, ...]


class Remembered:
    """The approved segments of one pair and study, ready to be asked. *names* are left alone wherever they stand."""

    def __init__(self, approved: Sequence[Approved], *, target: str, names: Sequence[str] = ()) -> None:
        self._target = target
        self._names = tuple(names)
        self._approved = tuple(approved)
        self._exact: dict[str, Approved] = {}
        self._frames: dict[str, list[tuple[Approved, _Frame]]] = {}
        for one in approved:
            self._exact.setdefault(same(one.source), one)
            frame = self._frame(one.source)
            if frame.spans:
                self._frames.setdefault(frame.text, []).append((one, frame))

    def translation(self, sentence: str) -> Translation | None:
        """Return what a person said for *sentence*, with other figures and names in place where only they differ."""
        found = self._exact.get(same(sentence))
        if found is not None:
            return Translation(found.target, origin=MEMORY)
        frame = self._frame(sentence)
        for approved, before in self._frames.get(frame.text, ()):
            text = _exchanged(approved.target, before.spans, frame.spans)
            if text is not None:
                people = any(
                    old.source != new.source and new.kind in _NAMES
                    for old, new in zip(before.spans, frame.spans, strict=True)
                )
                flags = ("from memory, with another name: see whether the words around it fit",) if people else ()
                return Translation(text, flags=flags, origin=ADAPTED)
        return None

    def matches(self, sentence: str, *, least: float = 0.7, most: int = 3) -> tuple[Match, ...]:
        """Return at most *most* segments that are like *sentence*, the likest first, with what differs."""
        asked, found = words(same(sentence)), []
        for one in self._approved:
            score = likeness(words(one.source), asked, least=least)
            if score >= least:
                found.append(Match(one, score, differences(one.source, sentence)))
        return tuple(sorted(found, key=lambda match: -match.score)[:most])

    def _frame(self, sentence: str) -> _Frame:
        shielded = protect(same(sentence), target=self._target, names=self._names, integers=True)
        text = shielded.text
        for token, span in zip(shielded.tokens, shielded.spans, strict=True):
            text = text.replace(token, f"\0{span.kind}\0", 1)
        return _Frame(text, shielded.spans)


def _exchanged(target: str, before: Sequence[Span], now: Sequence[Span]) -> str | None:
    """Return *target* with each span that changed exchanged; None where one does not stand there exactly once."""
    places: list[tuple[int, int, str]] = []
    for old, new in zip(before, now, strict=True):
        if old.kind != new.kind:
            return None
        if old.source == new.source:
            continue
        if target.count(old.target) != 1:
            return None
        at = target.index(old.target)
        places.append((at, at + len(old.target), new.target))
    said, done = "", 0
    for start, end, words_now in sorted(places):
        if start < done:
            return None  # one lies inside another
        said += target[done:start] + words_now
        done = end
    return said + target[done:]
