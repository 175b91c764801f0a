"""What stands around each sentence, in numbers: its turn, how others answer it, whether its words are taken up.

A quiet decision ("Then it's Ghent.") has no cue of its own. It comes of who leads, late in a discussion, is answered
in a word, and the talk turns to something else: after Hearst, "TextTiling" (Computational Linguistics 23, 1997).
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from hub.nlp.extract.turns import Floor, Turn, floor, moves_on, turns
from hub.nlp.extract.utterances import Utterance
from hub.nlp.learned.words import word_set

NAMES = (
    *("begins_turn", "ends_turn", "length_of_turn", "place_in_turn", "then_moves_on", "is_assent"),
    *("assent_next", "assent_second", "assent_third", "asked_before", "asks_next", "moves_on_next", "moves_on_second"),
    *("length_of_next", "asks_back", "startled", "goes_on", "closes", "same_speaker_second"),
    *("said_before", "said_long_before", "new", "echoed", "taken_up", "later", "answers", "tie", "tie_before", "gap"),
    *("by_chair", "by_first", "rank", "speakers_before", "questions_before"),
)
COLUMNS = len(NAMES)
_WORDS_FULL, _NEXT_FULL = 80, 40
_BEFORE, _SOON, _LATER = 6, 3, 12
_BLOCK = (5, 5)
_DEEP = 3
"""Turns in which a gap is compared with the deepest beside it."""
_CARRIES = frozenset({"NOUN", "PROPN", "VERB", "ADJ", "NUM"})
_IDLE = word_set(
    """
    the and but then that this are was were been not does did have has had will would can could should may might there
    here what when who how why which just very really okay yes yeah well now our your their his her its them about out
    one all some any more you they she
"""
)
_ENDINGS, _STEM = ("ing", "ed", "es", "s"), 4
_SO = r"^(?:(?:and|but|so|okay|oh|sorry|wait)[,. ]+)*"
_ASKS_BACK = re.compile(
    _SO
    + r"(?:why|how|since when|what|where|which|who|when|really|is (?:it|that|this)|are (?:they|we)|did|do|does|has|have)\b",
    re.IGNORECASE,
)
_STARTLED = re.compile(
    r"\b(?:oh|ouch|ugh|dear|god|goodness|lord|christ|jesus|shit|damn|hell|wow|hm+|no way|not good|terrible|awful|serious|"
    r"worrying|worried|that's bad|bad|pity|shame|sorry|hate|lovely|wonderful|again|mad|madness|ridiculous)\b",
    re.IGNORECASE,
)
_BEGINNING = 60
_GOES_ON = re.compile(r"^(?:and|but|because|also|plus|which|so)\b", re.IGNORECASE)
_CLOSES = re.compile(
    r"^(?:then|so|well|fine|okay|ok|right|good|all right|alright|very well|in that case|let's|agreed|done)\b",
    re.IGNORECASE,
)


def surroundings(utterances: Sequence[Utterance]) -> Any:
    """Return a row of numbers from -1 to 2 for each utterance, in the order of `NAMES`."""
    import numpy as np

    spoken = turns(utterances)
    words = [_words(u) for u in utterances]
    heard = _Heard(spoken, words)
    leads = floor(spoken)
    rows = []
    for at, turn in enumerate(spoken):
        answers, around, lead = _answers(spoken, at), heard.around(at), _lead(spoken, at, leads)
        rows += [
            (*_place(spoken, at, row, utterances), *answers, *heard.of(at, row, around), *lead) for row in turn.rows
        ]
    return np.array(rows, np.float32).reshape(len(utterances), COLUMNS)


def _place(spoken: Sequence[Turn], at: int, row: int, utterances: Sequence[Utterance]) -> tuple[float, ...]:
    """Return where the sentence stands in its turn, and whether its speaker then goes on to something else."""
    turn = spoken[at]
    first, last = turn.rows[0], turn.rows[-1]
    then = any(moves_on(utterances[place].text.strip()) for place in range(row + 1, min(last + 1, row + 3)))
    return (
        float(row == first),
        float(row == last),
        min(turn.words, _WORDS_FULL) / _WORDS_FULL,
        (row - first) / max(1, last - first),
        float(then and last + 1 < len(utterances)),
        float(turn.assents),
    )


def _answers(spoken: Sequence[Turn], at: int) -> tuple[float, ...]:
    """Return how the turns after it answer: with a yes, a question, a start, the next point, the same speaker again."""
    before = spoken[at - 1 : at] if at else ()
    one, two, three = (spoken[at + step] if at + step < len(spoken) else None for step in (1, 2, 3))
    return (
        *(float(turn is not None and turn.assents) for turn in (one, two, three)),
        float(any(turn.asks for turn in before)),
        float(one is not None and one.asks),
        *(float(turn is not None and turn.moves_on) for turn in (one, two)),
        min(one.words, _NEXT_FULL) / _NEXT_FULL if one else 0.0,
        float(one is not None and _ASKS_BACK.match(one.text) is not None),
        float(one is not None and _STARTLED.search(one.text[:_BEGINNING]) is not None),
        float(one is not None and _GOES_ON.match(one.text) is not None),
        float(one is not None and _CLOSES.match(one.text) is not None),
        float(two is not None and two.speaker == spoken[at].speaker),
    )


def _lead(spoken: Sequence[Turn], at: int, leads: Floor) -> tuple[float, ...]:
    """Return who speaks among those who lead, and how many spoke and asked just before."""
    speaker, before = spoken[at].speaker, spoken[max(0, at - _BEFORE) : at]
    return (
        float(speaker == leads.chair),
        float(speaker == leads.first),
        min(leads.rank[speaker], 4) / 4,
        len({turn.speaker for turn in before}) / 4,
        sum("?" in turn.text for turn in before) / 4,
    )


class _Heard:
    """Which words the turns of a talk share."""

    def __init__(self, spoken: Sequence[Turn], words: Sequence[frozenset[str]]) -> None:
        self._rows = words
        self._turns = [frozenset().union(*(words[row] for row in turn.rows)) for turn in spoken]
        self._first: dict[str, int] = {}
        for at, said in enumerate(self._turns):
            for word in said:
                self._first.setdefault(word, at)
        self._ties = [self._tie(at) for at in range(len(spoken))]

    def around(self, at: int) -> tuple[frozenset[str], ...]:
        """Return the words said around turn *at*: before it, next, soon after, later, and just before."""
        return (
            self._said(at - _BEFORE, at),
            self._said(at + 1, at + 2),
            self._said(at + 1, at + 1 + _SOON),
            self._said(at + 1 + _SOON, at + _LATER),
            self._said(at - 1, at),
        )

    def of(self, at: int, row: int, around: Sequence[frozenset[str]]) -> tuple[float, ...]:
        """Return the shares of the sentence's words said before and taken up after, and how the talk hangs together.

        *around* are the words around its turn *at*.
        """
        own, before = self._rows[row], around[0]
        long_before = {word for word in own - before if self._first[word] < at - _BEFORE}
        parts = (before, long_before, own - before - long_before, *around[1:])
        near = self._ties[max(0, at - _DEEP) : at + 1 + _DEEP]
        tie = self._ties[at]
        return (
            *(len(own & part) / max(1, len(own)) for part in parts),
            tie,
            self._ties[at - 1] if at else 0.0,
            tie - max(near),
        )

    def _said(self, first: int, end: int) -> frozenset[str]:
        return frozenset().union(*self._turns[max(0, first) : max(0, end)])

    def _tie(self, at: int) -> float:
        """Return how much of the words before the gap after turn *at* is said after it."""
        before, after = self._said(at + 1 - _BLOCK[0], at + 1), self._said(at + 1, at + 1 + _BLOCK[1])
        return len(before & after) / max(1, min(len(before), len(after)))


def _words(utterance: Utterance) -> frozenset[str]:
    """Return the stems of the words that carry meaning."""
    return frozenset(_stems(utterance.sent))


def _stems(sent: Any) -> Iterator[str]:
    for token in sent:
        word = token.lower_
        if len(word) > 2 and word not in _IDLE and (token.pos_ in _CARRIES or word.isdigit()):
            yield next((word[: -len(end)] for end in _ENDINGS if _ends(word, end)), word)


def _ends(word: str, ending: str) -> bool:
    return word.endswith(ending) and len(word) - len(ending) >= _STEM
