"""Where a talk turns to another matter without saying so: the words before and after have little in common.

After Hearst, "TextTiling" (Computational Linguistics 23, 1997): likeness of the words on both sides of each gap, and
how deep it falls between two heights.
"""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from hub.nlp.extract.utterances import Utterance, is_back_channel

_BLOCK = 12
_FEWEST_ROWS = 60
_APART = 20
_DEPTH = 0.8
"""How many standard deviations above the mean a fall must be."""
_KINDS = frozenset({"NOUN", "PROPN"})
_IDLE = frozenset(
    [
        "thing",
        "things",
        "lot",
        "bit",
        "kind",
        "sort",
        "way",
        "point",
        "question",
        "time",
        "day",
        "week",
        "month",
        "year",
        "today",
        "tomorrow",
        "people",
        "guy",
        "guys",
        "one",
        "everybody",
        "somebody",
        "anybody",
        "something",
        "anything",
        "nothing",
        "everything",
        "yeah",
        "okay",
        "thanks",
        "moment",
        "minute",
        "hour",
        "part",
        "side",
        "number",
    ]
)
_MOST_NAMED = 2


def changes(utterances: Sequence[Utterance]) -> list[tuple[int, int]]:
    """Return the stretches (first row, row after the last) between changes of words; none in a short talk.

    Linear in the number of sentences.
    """
    rows = [u.index for u in utterances if not is_back_channel(u.text)]
    if len(rows) < _FEWEST_ROWS:
        return []
    bags = [Counter(_lemmas(utterances[row])) for row in rows]
    falls = _depths([_alike(bags, gap) for gap in range(1, len(rows))])
    mean = sum(falls) / len(falls)
    spread = math.sqrt(sum((fall - mean) ** 2 for fall in falls) / len(falls))
    edges, cuts = [0, len(rows)], list[int]()
    for gap in sorted(range(len(falls)), key=lambda at: (-falls[at], at)):
        if falls[gap] < mean + _DEPTH * spread:
            break
        place = gap + 1
        at = bisect_left(edges, place)
        if place - edges[at - 1] >= _APART and edges[at] - place >= _APART:
            edges.insert(at, place)
            cuts.append(place)
    borders = [0, *sorted(cuts), len(rows)]
    firsts = [rows[at] if at < len(rows) else len(utterances) for at in borders]
    return list(pairwise(firsts)) if cuts else []


def titles(utterances: Sequence[Utterance], stretches: Sequence[tuple[int, int]]) -> list[str]:
    """Return for each stretch (first row, row after the last) the words it is about more than the rest, "" where none.

    Utterances stand at the row of their index. Linear in the number of sentences.
    """
    nouns = [_nouns(u) for u in utterances]
    everywhere = Counter(lemma for row in nouns for lemma, _ in row)
    return [_title([noun for row in nouns[first:past] for noun in row], everywhere) for first, past in stretches]


def _title(nouns: Sequence[tuple[str, str]], everywhere: Counter[str]) -> str:
    inside = Counter(lemma for lemma, _ in nouns)
    shown: dict[str, str] = {}
    for lemma, text in nouns:
        shown.setdefault(lemma, text)
    worth = {lemma: count * count / everywhere[lemma] for lemma, count in inside.items() if count > 1}
    best: list[str] = []
    for lemma in sorted(worth, key=lambda lemma: (-worth[lemma], lemma)):
        text = shown[lemma]
        if len(best) < _MOST_NAMED and not any(text in other or other in text for other in best):
            best.append(text)
    title = ", ".join(best)
    return f"{title[:1].upper()}{title[1:]}"


def _lemmas(utterance: Utterance) -> list[str]:
    kinds = {*_KINDS, "VERB", "ADJ"}
    return [
        token.lemma_.lower()
        for token in utterance.sent
        if token.pos_ in kinds and len(token.text) > 2 and token.lemma_.lower() not in _IDLE
    ]


def _nouns(utterance: Utterance) -> list[tuple[str, str]]:
    return [
        (_lemma(t), _shown(t))
        for t in utterance.sent
        if t.pos_ == "NOUN" and len(t.text) > 2 and _lemma(t) not in _IDLE
    ]


def _lemma(token: Any) -> str:
    return str(token.lemma_).lower()


def _shown(token: Any) -> str:
    """Return a noun with the noun that narrows it ("drug supply")."""
    text = str(token.text).lower()
    if not token.i:
        return text
    before = token.doc[token.i - 1]
    narrows = before.dep_ == "compound" and before.head == token and before.pos_ == "NOUN"
    return f"{before.text.lower()} {text}" if narrows else text


def _alike(bags: Sequence[Counter[str]], gap: int) -> float:
    left, right = Counter[str](), Counter[str]()
    for bag in bags[max(0, gap - _BLOCK) : gap]:
        left.update(bag)
    for bag in bags[gap : gap + _BLOCK]:
        right.update(bag)
    dot = sum(count * right[word] for word, count in left.items())
    size = math.sqrt(sum(c * c for c in left.values()) * sum(c * c for c in right.values()))
    return dot / size if size else 0.0


def _depths(alike: Sequence[float]) -> list[float]:
    """Return how far each value lies under the heights on both its sides."""
    return [_height(alike, at, -1) + _height(alike, at, 1) - 2 * value for at, value in enumerate(alike)]


def _height(alike: Sequence[float], at: int, step: int) -> float:
    best = alike[at]
    place = at + step
    while 0 <= place < len(alike) and abs(place - at) <= _BLOCK and alike[place] >= best:
        best = alike[place]
        place += step
    return best
