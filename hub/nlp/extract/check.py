"""The rule that an item says nothing its evidence does not: names, numbers, days and negations."""

import re
from collections.abc import Iterable

from hub.nlp.extract.context import plain
from hub.nlp.extract.lexicon import words

_NUMBERS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]
_TENS = dict(
    zip(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], range(20, 100, 10), strict=True)
)
_VALUES = {word: str(value) for value, word in enumerate(_NUMBERS)} | {
    word: str(value) for word, value in _TENS.items()
}
_DAYS = words("""
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december tomorrow today
""")
_NEGATION = re.compile(r"\b(?:not|no|never|none|nobody|nothing|without|neither|nor|cannot)\b|n't\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:[.,:/'-][^\W_]+)*")


def unproved(text: str, evidence: str, *, people: Iterable[str] = ()) -> str | None:
    """Return what *text* says beyond *evidence* (in words for a reader), or None where everything stands there.

    *people* are full names that may stand in the text because the evidence proves them: the owner, the speakers.
    """
    allowed = {word for name in people for word in _words(name)}
    said = set(_words(evidence))
    for place, word in enumerate(_WORD.findall(text)):
        folded = plain(word).casefold()
        if folded in said or folded in allowed or _value(folded) in said:
            continue
        if any(character.isdigit() for character in word) or folded in _VALUES:
            return f'the number "{word}" does not stand in the passage'
        if folded in _DAYS:
            return f'the day "{word}" does not stand in the passage'
        if word[0].isupper() and place > 0:
            return f'the name "{word}" does not stand in the passage'
    if _NEGATION.search(text) and not _NEGATION.search(evidence):
        return "the text denies what the passage does not deny"
    return None


def loses_negation(text: str, quote: str) -> bool:
    """Tell whether *quote* denies something and *text* does not."""
    return _NEGATION.search(quote) is not None and _NEGATION.search(text) is None


def _words(text: str) -> Iterable[str]:
    """Yield folded words, their parts, and the digits of numbers in words."""
    for word in _WORD.findall(text):
        folded = plain(word).casefold()
        yield folded
        parts = re.split(r"[^\w]+", folded)
        if len(parts) > 1:
            yield from parts
        yield folded.removesuffix("'s")
        value = _value(folded)
        if value:
            yield value


def _value(word: str) -> str | None:
    """Return the digits of a number word ("forty-one" gives "41"), or None."""
    if word in _VALUES:
        return _VALUES[word]
    tens, _, ones = word.partition("-")
    if tens in _TENS and ones in _VALUES:
        return str(_TENS[tens] + int(_VALUES[ones]))
    return None
