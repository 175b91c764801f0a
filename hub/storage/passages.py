"""Words that are searched for, and the passage of a text that holds them."""

import re
from collections.abc import Sequence
from functools import lru_cache

_WORD = re.compile(r"\w+")
_MOST_WORDS = 12
_LEAST_START = 3
"""Letters of a last word that is taken as the beginning of one; a shorter one stands for itself."""
_BEFORE, _BEHIND = 7, 14
"""Words of a passage that are shown before and behind the first that was searched for."""
_AROUND = 400
"""Characters in which these are looked for."""


def words_of(text: str) -> list[str]:
    """Return the words that are searched for: letters and digits only, so that nothing of a query language is in it.

    In lower case as the indexes have it: `casefold` would make another word of *Straße*.
    """
    return _WORD.findall(text.lower())[:_MOST_WORDS]


def begins(words: Sequence[str]) -> bool:
    """Tell whether the last word stands for all that begin with it."""
    return len(words[-1]) >= _LEAST_START


def passage_of(text: str, words: Sequence[str]) -> str:
    """Return the words around the first of *words* in a text that holds all of them, else an empty one."""
    folded = text.lower()
    if not all(word in folded for word in words):
        return ""
    last = len(words) - 1
    there = [_pattern(word, n == last and begins(words)).search(folded) for n, word in enumerate(words)]
    if there[0] is None or not all(there):
        return ""
    return _around(text if len(text) == len(folded) else folded, there[0].start())


def _around(text: str, at: int) -> str:
    first, last = max(at - _AROUND, 0), at + _AROUND
    before = [one.start() for one in _WORD.finditer(text, first, at)]
    before = before[1:] if first else before  # the first may have been cut
    behind = [one.end() for one in _WORD.finditer(text, at, last)]
    whole = len(behind) <= _BEHIND + 1 and last >= len(text)
    starts = 0 if not first and len(before) <= _BEFORE else [*before, at][-_BEFORE - 1 :][0]
    ends = len(text) if whole else behind[: _BEHIND + 1][-1]
    shown = " ".join(text[starts:ends].split())
    return f"{'… ' if starts else ''}{shown}{'' if whole else ' …'}"


@lru_cache(maxsize=1000)
def _pattern(word: str, begins_with: bool) -> re.Pattern[str]:  # noqa: FBT001 - a key of the cache
    return re.compile(rf"(?<!\w){re.escape(word)}" + ("" if begins_with else r"(?!\w)"))
