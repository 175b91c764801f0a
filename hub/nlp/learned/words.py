"""Utterances as the words that the scorer knows: lower case, numbers and days folded into their kind."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_TOKEN = re.compile(r"[a-z]+(?:'[a-z]+)?|\d[\d.,:%/-]*|\?")


def word_set(listed: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(listed.split())


_NUMBERS = word_set("""
    zero two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand
""")
_DAYS = word_set("""
    monday tuesday wednesday thursday friday saturday sunday january february march april june july august september
    october november december mondays tuesdays wednesdays thursdays fridays
""")
_NOISE = word_set("uh um er erm hmm mm eh ah oh huh")


@dataclass(frozen=True, slots=True)
class Said:
    """An utterance as the scorer sees it: who, the words, and the shapes of the sentence where it was parsed."""

    speaker: str | None
    words: tuple[str, ...]
    shapes: tuple[str, ...] = ()


def said(speaker: str | None, text: str, shapes: tuple[str, ...] = ()) -> Said:
    """Return an utterance cut into words; a number is `<n>`, a day or month `<day>`, hesitation is left out."""
    return Said(speaker, tuple(_folded(word) for word in _TOKEN.findall(_plain(text)) if word not in _NOISE), shapes)


def pairs(words: Sequence[str]) -> list[str]:
    """Return the words and each two that follow one another, with marks for beginning and end."""
    edged = ["^", *words, "$"]
    return [*words, *(f"{one} {two}" for one, two in pairwise(edged))]


def _plain(text: str) -> str:
    return text.lower().replace("’", "'")


def _folded(word: str) -> str:
    if word[0].isdigit() or word in _NUMBERS:
        return "<n>"
    return "<day>" if word in _DAYS else word
