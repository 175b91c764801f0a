"""Earlier decisions on the matter of a new one that say something else; which of them holds is for people to say."""

import re
from collections.abc import Sequence

from hub.nlp.follow.words import content, names, plain

SAME = 0.5
"""Share of the words of the shorter decision that the other has to hold."""
_REPLACES = 0.4
"""The same where the new one says itself that it replaces something."""
_NUMBER = re.compile(
    r"\b(?:site|subject|patient|cohort|visit|version|amendment|appendix|part|arm)s? (?:number )?([\w-]*\d[\w-]*)"
)
_DENIED = re.compile(
    r"\b(?:not|no longer|never|without|stop|stops|stopped|drop|drops|dropped|cancel|cancels|cancelled)\b|n't\b"
)
_NEW_TERMS = re.compile(
    r"\b(?:instead|no longer|rather than|replace\w*|from now on|revers\w+|overturn\w*|after all|switch\w*|not .* but)\b"
)
_TERMS = (
    "monday tuesday wednesday thursday friday saturday sunday",
    "january february march april may june july august september october november december",
    "daily weekly biweekly fortnightly monthly quarterly yearly annually",
)
_UNITS = (
    "within until after per day days week weeks month months hour hours year years set use move team decided agreed "
    "decision"
)
"""Words that measure or begin any decision."""
_OPPOSED = (
    ("keep keeps kept stay stays remain remains", "drop drops remove removes close closes replace replaces"),
    ("open opens opened", "close closes closed pause pauses"),
    ("include includes", "exclude excludes"),
    ("accept accepts approve approves", "reject rejects refuse refuses"),
    ("raise raises increase increases extend extends", "lower lowers reduce reduces shorten shortens"),
    ("central centrally", "local locally"),
    ("paper", "electronic electronically"),
    ("remote remotely", "on-site onsite"),
)
_NUMBERS = re.compile(r"\b\d+(?:[.,]\d+)?\b")


def differs(new: str, old: str) -> bool:
    """Tell whether two decisions are of one matter and say something else of it."""
    if plain(new) == plain(old) or _elsewhere(new, old):
        return False
    least = _REPLACES if _NEW_TERMS.search(plain(new)) else SAME
    shared = _shared(new, old)
    return shared >= least and (_other_terms(plain(new), plain(old)) or (shared >= SAME and least < SAME))


def earlier(new: str, olds: Sequence[str]) -> list[int]:
    """Return the places of the decisions that differ from *new*."""
    return [place for place, old in enumerate(olds) if differs(new, old)]


def _elsewhere(new: str, old: str) -> bool:
    """Tell whether both name sites, visits or people, and not one in common."""
    numbered = [frozenset(_NUMBER.findall(plain(text))) for text in (new, old)]
    named = [frozenset(word for word in names(text) if not word[0].isdigit()) for text in (new, old)]
    return any(one and other and not one & other for one, other in (numbered, named))


def _matter(text: str) -> frozenset[str]:
    terms = content(" ".join((*_TERMS, _UNITS)) + " " + " ".join(words for pair in _OPPOSED for words in pair))
    return frozenset(word for word in content(text) - terms if not word[0].isdigit())


def _shared(new: str, old: str) -> float:
    one, other = _matter(new), _matter(old)
    both = one & other
    return len(both) / min(len(one), len(other)) if len(both) >= 2 else 0.0


def _other_terms(new: str, old: str) -> bool:
    if bool(_DENIED.search(new)) != bool(_DENIED.search(old)):
        return True
    for line in _TERMS:
        one, other = (
            set(line.split()) & {word.removesuffix("s") for word in re.findall(r"[a-z]+", text)} for text in (new, old)
        )
        if one and other and one != other:
            return True
    one, other = (set(_NUMBERS.findall(_in_digits(text))) for text in (new, old))
    return bool(one and other and one != other) or any(_opposed(pair, new, old) for pair in _OPPOSED)


def _opposed(pair: tuple[str, str], new: str, old: str) -> bool:
    one, other = (set(re.findall(r"[a-z-]+", text)) for text in (new, old))
    left, right = (set(words.split()) for words in pair)
    return bool((one & left and other & right) or (one & right and other & left))


_WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905 - as they count


def _in_digits(text: str) -> str:
    numbered = _NUMBER.sub("", text)
    return " ".join(
        str(_WORDS.index(word)) if word in _WORDS[2:] else word for word in re.findall(r"[\w.,-]+", numbered)
    )
