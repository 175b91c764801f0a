"""Which language a text is in, by its script and its commonest small words; for transcripts whose file does not say."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from hub.domain.transcript import Segment

# Words that hardly any of the other languages has: "die", "was" and "an" are English too, "de" and "que" are shared.
_WORDS = {
    "en": "the and is are was were have has had will would should this that with for from what there they you not "
    "it be",
    "de": "der und ist nicht wir ich das ein eine einen mit auf für sie den von auch haben dass wird noch aber oder "
    "bei nach sind werden zum zur wenn schon kann muss bis dann",
    "es": "el los las una por con está están pero muy también hay ya esto este esta hasta nos qué más cuando porque "
    "tenemos vamos del y lo se es",
    "fr": "le les des une est et dans pour pas nous vous sur avec ce cette qui sont être avons mais où très aussi il "
    "du je c'est au ne",
    "it": "il di che è e per non una gli con sono ma anche questo questa della del nel ci abbiamo più perché quando "
    "dobbiamo lo",
    "pt": "o os não uma um com está são mas também mais isso este esta até nós você temos vamos ao na no em e do da "
    "dos das foi",
    "nl": "het een en van niet wij we ik dat met op voor zijn ook maar nog wordt hebben heeft moet naar dan er aan bij "
    "deze kunnen",
    "pl": "i w nie się na jest że do to jak ale tak już czy przez oraz będzie mamy dla od po są także które musimy",
}
_OF = {name: frozenset(words.split()) for name, words in _WORDS.items()}
KNOWN = frozenset(_OF)
"""Languages told apart by words; the others by their script."""
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_KANA_SHARE = 0.1
_SCRIPT_SHARE = 0.4
_LEAST_WORDS = 5
_LEAST_KNOWN = 3
_LEAST_SHARE = 0.15
_AHEAD = 1.5
"""So many times as many known words as the next language has."""


def noticed(text: str) -> str | None:
    """Return the code of the language that *text* is in; None where it holds too little to tell."""
    letters = sum(character.isalpha() for character in text)
    for name, script in _SCRIPTS:
        share = len(script.findall(text)) / letters if letters else 0.0
        if share >= (_KANA_SHARE if name == "ja" else _SCRIPT_SHARE):
            return name
    words = [word.casefold().replace("’", "'") for word in _WORD.findall(text)]
    if len(words) < _LEAST_WORDS:
        return None
    counts = Counter(words)
    known = sorted(((sum(counts[word] for word in of), name) for name, of in _OF.items()), reverse=True)
    (most, name), (second, _) = known[:2]
    return name if most >= max(_LEAST_KNOWN, _LEAST_SHARE * len(words), _AHEAD * second) else None


def language_of(segments: Iterable[Segment]) -> str | None:
    """Return the language that most was said in; None where it cannot be told."""
    return noticed(" ".join(segment.text for segment in segments))


def with_switches(segments: Sequence[Segment], language: str) -> tuple[Segment, ...]:
    """Return *segments* with the language of those that are in another one than *language*, where it is one of KNOWN.

    A passage too short to tell goes with what its speaker has just said. Where the file names some, it is believed.
    """
    if language not in KNOWN or any(segment.language for segment in segments):
        return tuple(replace(one, language=one.language if one.language != language else None) for one in segments)
    out: list[Segment] = []
    for segment in segments:
        found = noticed(segment.text)
        last = out[-1] if out else None
        if found is None and last is not None and last.speaker == segment.speaker:
            found = last.language
        out.append(replace(segment, language=found if found not in (None, language) else None))
    return tuple(out)
