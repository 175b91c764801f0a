"""What documents of minutes are made of: texts with their marks, and numbered notes."""

from dataclasses import dataclass

from hub.domain.minutes import Evidence, Minutes
from hub.ports import Wording


@dataclass(frozen=True, slots=True)
class Text:
    """Free text: *foreign* when it still stands in English inside a document of another language."""

    text: str
    foreign: bool = False
    check: str | None = None
    unsure: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote: its number, who said it and when, and the quote, with its English where it was said otherwise."""

    number: int
    where: str
    quote: str
    english: str | None = None


class Notes:
    """Numbers footnotes in the order they are asked for."""

    def __init__(self, minutes: Minutes, words: Wording) -> None:
        self.all: list[Note] = []
        self._passages = {passage.segment: passage for passage in minutes.passages}
        self._words = words

    def add(self, evidence: Evidence) -> Note:
        """Return the next note, with the passage of *evidence*."""
        note = Note(len(self.all) + 1, self.where(evidence), evidence.quote, evidence.english)
        self.all.append(note)
        return note

    def where(self, evidence: Evidence) -> str:
        """Return who said the passage and when."""
        cited = [self._passages[name] for name in evidence.segments if name in self._passages]
        if not cited:
            return ", ".join(evidence.segments)
        speakers = self._words.join(list(dict.fromkeys(p.speaker or "?" for p in cited)))
        first = min(passage.start for passage in cited)
        return self._words.text("{speaker} at {time}", speaker=speakers, time=self._words.timecode(first))


class Texts:
    """Looks up which fields are foreign or flagged."""

    def __init__(self, minutes: Minutes) -> None:
        self._foreign = set(minutes.untranslated)
        self._flags = {flag.field: flag.reason for flag in minutes.flags}

    def check(self, field: str) -> str | None:
        """Return what to check at *field*, or None."""
        return self._flags.get(field)

    def at(self, field: str, text: str, *, unsure: bool = False) -> Text:
        """Return *text* with the marks of *field*."""
        return Text(text, field in self._foreign, self._flags.get(field), unsure)
