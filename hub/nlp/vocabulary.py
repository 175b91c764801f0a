"""Names of drugs, sites, studies and people that a recognizer would otherwise misspell; what was changed is recorded.

A vocabulary file has a term a line (`Brevantinib`), a rule a line (`breve antinib => Brevantinib`), and # comments.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from pathlib import Path

from hub.domain.errors import UsageError
from hub.domain.transcript import Correction, Segment, Transcript, Word

_WORD = re.compile(r"[\w'’-]+")
_CLOSE = 0.82
_SHORTEST = 5
"""A shorter term is only corrected by a rule: too many common words sound like it."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """*terms* as they are to be written; *rules* from what is heard (lower case) to what is written."""

    terms: tuple[str, ...] = ()
    rules: tuple[tuple[str, str], ...] = ()


EMPTY = Vocabulary()


def load_vocabulary(path: Path) -> Vocabulary:
    """Return the vocabulary in a file. UsageError naming file and line of what cannot be read."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise UsageError(f"{path}: the vocabulary cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: the vocabulary is no text in UTF-8 (byte {error.start})") from error
    terms: dict[str, None] = {}
    rules: dict[str, str] = {}
    for number, raw in enumerate(lines, 1):
        line = raw.partition("#")[0].strip()
        if "=>" in line:
            heard, written = (part.strip() for part in line.split("=>", 1))
            if not heard or not written:
                raise UsageError(f"{path}: line {number}: write a rule as: what is heard => what is meant")
            rules[heard.lower()] = written
            terms[written] = None
        elif line:
            terms[line] = None
    return Vocabulary(tuple(terms), tuple(rules.items()))


def correct(transcript: Transcript, vocabulary: Vocabulary) -> Transcript:
    """Return the transcript with misheard terms put right; each change is listed in the coverage.

    A rule always applies. Without one, words become a term only where they sound like it, letter for letter, in at
    least four of five letters, and are not a term or an ordinary part of one already.
    """
    if not vocabulary.terms:
        return transcript
    segments, made = [], []
    for segment in transcript.segments:
        corrected, changes = _corrected(segment, vocabulary)
        segments.append(corrected)
        made += changes
    coverage = replace(transcript.coverage, corrections=transcript.coverage.corrections + tuple(made))
    return replace(transcript, segments=tuple(segments), coverage=coverage)


def _corrected(segment: Segment, vocabulary: Vocabulary) -> tuple[Segment, list[Correction]]:
    text, made = segment.text, []
    for heard, written in _misheard(text, vocabulary):
        changed = re.sub(rf"(?<!\w){re.escape(heard)}(?!\w)", written.replace("\\", r"\\"), text)
        if changed != text:
            text = changed
            made.append(Correction(segment.id, heard, written))
    if not made:
        return segment, []
    words = segment.words
    for correction in made:
        words = _rewritten(words, correction)
    return replace(segment, text=text, words=words), made


def _misheard(text: str, vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    lowered = text.lower()
    for heard, written in vocabulary.rules:
        for match in re.finditer(rf"(?<!\w){re.escape(heard)}(?!\w)", lowered):
            yield text[match.start() : match.end()], written
    for term in vocabulary.terms:
        if len(_letters(term)) >= _SHORTEST and term.lower() not in lowered:
            yield from ((heard, term) for heard in _sounding_like(text, term))


def _sounding_like(text: str, term: str) -> Iterator[str]:
    """Yield the window of words that is closest to *term*, if it is close enough."""
    words = list(_WORD.finditer(text))
    size = len(term.split())
    best, best_share = None, _CLOSE
    for count in (size, size + 1):
        for place in range(len(words) - count + 1):
            window = text[words[place].start() : words[place + count - 1].end()]
            share = _alike(window, term)
            if share > best_share:
                best, best_share = window, share
    if best is not None:
        yield best


def _alike(heard: str, term: str) -> float:
    left, right = _sounds(heard), _sounds(term)
    if not left or left[0] != right[0] or abs(len(left) - len(right)) > 2:
        return 0.0
    return SequenceMatcher(None, left, right, autojunk=False).ratio()


def _letters(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())


def _sounds(text: str) -> str:
    """Letters with the commonest spellings of one English sound made equal."""
    plain = _letters(text)
    for spelling, sound in (("ph", "f"), ("ck", "k"), ("c", "k"), ("z", "s"), ("y", "i"), ("ee", "i"), ("x", "ks")):
        plain = plain.replace(spelling, sound)
    return re.sub(r"(.)\1+", r"\1", plain)


def _rewritten(words: tuple[Word, ...], correction: Correction) -> tuple[Word, ...]:
    """Put the written form in place of the words it was heard as; it takes their whole time."""
    wanted = _letters(correction.heard)
    out: list[Word] = []
    place = 0
    while place < len(words):
        size = _window(words, place, wanted)
        if not size:
            out.append(words[place])
            place += 1
            continue
        first, last = words[place], words[place + size - 1]
        tail = re.sub(r"^.*?([^\w]*)$", r"\1", last.text.rstrip(), flags=re.DOTALL)
        lead = " " if first.text.startswith(" ") else ""
        out.append(
            Word(first.start, last.end, lead + correction.written + tail, min(first.probability, last.probability))
        )
        place += size
    return tuple(out)


def _window(words: tuple[Word, ...], place: int, wanted: str) -> int:
    joined = ""
    for size in range(1, len(words) - place + 1):
        joined += _letters(words[place + size - 1].text)
        if joined == wanted:
            return size
        if len(joined) >= len(wanted):
            return 0
    return 0
