"""What people have translated: approved segments and agreed terms, by study and pair of locales."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher

ANY_STUDY = ""
"""The study of segments and terms that hold for all of them."""
_WORD = re.compile(r"\w+|[^\w\s]")


@dataclass(frozen=True, slots=True)
class Pair:
    """From which locale into which."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Approved:
    """A segment with the translation that a person approved; *place* names the meeting and field it comes from."""

    pair: Pair
    source: str
    target: str
    by: str
    at: datetime
    study: str = ANY_STUDY
    place: str = ""


@dataclass(frozen=True, slots=True)
class Term:
    """How *source* is to be said in the other language, in this study; *note* says when."""

    pair: Pair
    source: str
    target: str
    study: str = ANY_STUDY
    note: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """Words of a remembered segment, *before*, where the asked one has *now*; either may be empty."""

    before: str
    now: str


@dataclass(frozen=True, slots=True)
class Match:
    """A remembered segment and how near it is: 1 for the same words; *differences* say what is not the same."""

    approved: Approved
    score: float
    differences: tuple[Difference, ...] = ()


def same(text: str) -> str:
    """Return *text* as it is compared: runs of white space as one blank, none at the ends."""
    return " ".join(text.split())


def words(text: str) -> list[str]:
    """Return the words and marks of *text*, which likeness is counted in."""
    return _WORD.findall(text)


def likeness(first: list[str], second: list[str], *, least: float) -> float:
    """Return how much of two lists of words is the same in the same order, 0 to 1; 0 where it cannot reach *least*."""
    total = len(first) + len(second)
    if not total:
        return 1.0
    if 2 * sum((Counter(first) & Counter(second)).values()) / total < least:
        return 0.0
    return SequenceMatcher(None, first, second, autojunk=False).ratio()


def differences(before: str, now: str) -> tuple[Difference, ...]:
    """Return what of *before* reads otherwise in *now*, in order."""
    old, new = words(before), words(now)
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return tuple(Difference(" ".join(old[a:b]), " ".join(new[c:d])) for what, a, b, c, d in steps if what != "equal")
