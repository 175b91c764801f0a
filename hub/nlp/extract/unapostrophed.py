"""Short forms that a recognizer writes without their sign: "ill send it", "im on it", "youll have it"."""

import re

from hub.nlp.extract.lexicon import words

SPELLED = {
    "im": "i am", "ive": "i have", "id": "i would", "youll": "you will", "youve": "you have", "youd": "you would", "youre": "you are",
    "theyll": "they will", "weve": "we have", "dont": "do not", "cant": "can not", "wont": "will not", "thats": "that is",
    "thatll": "that will", "itll": "it will", "ill": "i will", "whos": "who is",
}  # fmt: skip
"""Each form as the grammar reads it; "well" and "were" mostly mean themselves."""
_ILL = words(
    "be is was are were been being get got gets feel felt fall fell fallen very so seriously too mentally the an of"
)
_FORMS = re.compile(
    r"\b(?:" + "|".join(sorted(SPELLED, key=len, reverse=True)) + r")\b",
    re.IGNORECASE,
)


def is_short_form(word: str, before: str) -> bool:
    """Tell whether *word* stands for two: "ill" does unless the word *before* makes somebody ill."""
    return word in SPELLED and not (word in {"ill", "id"} and before in _ILL)


def spelled_out(text: str) -> str:
    """Return *text* with the forms that lack their sign in two words."""

    def spell(found: re.Match[str]) -> str:
        before = text[: found.start()].split()[-1:] or [""]
        word = found.group().lower()
        return SPELLED[word] if is_short_form(word, before[0].lower()) else found.group()

    return _FORMS.sub(spell, text)
