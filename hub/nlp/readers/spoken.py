"""Which language a text is in, by its script and its commonest small words; for transcripts whose file does not say.

A passage that is taken for another language than its meeting's is not read where no engine translates it: what is
doubtful is therefore of the meeting's language, and names of sites and people are evidence of nothing.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from hub.domain.transcript import Segment
from hub.nlp.readers.small_words import IN_ENGLISH_TOO, SMALL

KNOWN = frozenset(SMALL)
"""Languages told apart by words; the others by their script."""
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]"), re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]"), re.compile(r"[\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]"), re.compile(r"[\u4e00-\u9fff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]"), re.compile(r"[\u0600-\u06ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]"), re.compile(r"[\u0900-\u097f]")),
    ("ru", re.compile(r"[\u0400-\u04ff]"), re.compile(r"[\u0400-\u04ff]")),
)
"""Language, the letters that it alone has, and all that it is written in."""
_OWN_SHARE = 0.1
_SCRIPT_SHARE = 0.4
_LEAST_LETTERS = 4

_WORD = re.compile(r"(?P<first>(?:^|[.?!…:]\s+|[¿¡]\s*))?(?P<word>[^\W\d_]+(?:['’][^\W\d_]+)*)")
_LEAST_WORDS = 6
_LEAST_SIGNS = 3
_LEAST_SIGNS_NAMED = 4
"""So many different words that neither English nor the meeting's language has; more where that language is named."""
_LEAST_SHARE = 0.25
_AHEAD = 1.25
"""So many times the weight of the next language's words."""
_MOST_OTHERS = 0.04
"""Most of the words that may be of the meeting's language alone: none in fewer than 25."""
_LOANED = frozenset(
    ["naïve", "café", "cafés", "façade", "résumé", "cliché", "déjà", "vis", "à", "née", "fiancé", "fiancée"]
)


def noticed(text: str) -> str | None:
    """Return the code of the language that *text* is in; None where it holds too little to tell."""
    if script := _script(text):
        return script
    words = [word for word, _ in _words(text)]
    found = _foremost(Counter(words))
    if len(words) < _LEAST_WORDS or found is None:
        return None
    if found != "en" and _signs(text, found, "en") < _LEAST_SIGNS:
        return None
    known = sum(word in SMALL[found] for word in words)
    return found if known >= max(_LEAST_SIGNS, _LEAST_SHARE * len(words)) else None


def switched_to(text: str, language: str, *, named: bool = False) -> str | None:
    """Return the language of a passage in a meeting held in *language* (one of KNOWN), None where it may be that one.

    *named* says that the file or a person names the meeting's language, so that more has to speak against it.
    """
    if script := _script(text):
        return script
    words = [word for word, _ in _words(text)]
    found = noticed(text)
    if found is None or found == language:
        return None
    if _signs(text, found, language) < (_LEAST_SIGNS_NAMED if named else _LEAST_SIGNS):
        return None
    return found if _others(words, found, language) <= _MOST_OTHERS * len(words) else None


def language_of(segments: Iterable[Segment]) -> str | None:
    """Return the language that most was said in; None where it cannot be told."""
    return noticed(" ".join(segment.text for segment in segments))


def with_switches(segments: Sequence[Segment], language: str, *, named: bool = False) -> tuple[Segment, ...]:
    """Return *segments* with the language of those that are in another one than *language*, where it is one of KNOWN.

    A passage too short to tell goes with what its speaker has just said where it has a word of that and none of
    the meeting's language. A passage whose language the file names is of that one. *named* as of `switched_to`.
    """
    if language not in KNOWN:
        return tuple(replace(one, language=one.language if one.language != language else None) for one in segments)
    out: list[Segment] = []
    for segment in segments:
        last = out[-1] if out else None
        found = segment.language or switched_to(segment.text, language, named=named)
        if found is None and last and last.language and last.speaker == segment.speaker:
            found = last.language if _goes_with(segment.text, last.language, language) else None
        out.append(replace(segment, language=found if found != language else None))
    return tuple(out)


def _goes_with(text: str, last: str, language: str) -> bool:
    words = [word for word, _ in _words(text)]
    if last not in KNOWN or len(words) >= _LEAST_WORDS:
        return False
    return _signs(text, last, language) > 0 and not _others(words, last, language)


def _script(text: str) -> str | None:
    letters = sum(character.isalpha() for character in text)
    for name, own, whole in _SCRIPTS:
        written = len(whole.findall(text))
        if written < max(_LEAST_LETTERS, _SCRIPT_SHARE * letters):
            continue
        if len(own.findall(text)) >= _OWN_SHARE * letters:
            return name
    return None


def _words(text: str) -> list[tuple[str, bool]]:
    """Return the words in small letters, each with whether it may be a name: a capital inside a sentence."""
    found = ((one["word"], one["first"] is None) for one in _WORD.finditer(text))
    return [(word.casefold().replace("’", "'"), inside and not word.islower()) for word, inside in found]


def _foremost(counts: Counter[str]) -> str | None:
    weights = sorted(((sum(n / _HOLDERS[w] for w, n in counts.items() if w in of), name) for name, of in SMALL.items()))
    (second, _), (most, name) = weights[-2:]
    return name if most and most >= _AHEAD * second else None


_HOLDERS = Counter(word for of in SMALL.values() for word in of)


def _signs(text: str, found: str, language: str) -> int:
    """Return how many different words speak for *found* and cannot be *language* or a name; a letter counts once."""
    known = SMALL[found] - SMALL[language] - (IN_ENGLISH_TOO if found != "en" else frozenset())
    words = {word for word, may_be_name in _words(text) if not may_be_name}
    signs = len(words & known)
    rare = any(not word.isascii() for word in words - known - _LOANED - SMALL[language])
    return signs + int(rare and signs > 0 and found != "en")


def _others(words: Sequence[str], found: str, language: str) -> int:
    """Return how many words are of *language* and not of *found*."""
    return sum(word in SMALL[language] and word not in SMALL[found] for word in words)
