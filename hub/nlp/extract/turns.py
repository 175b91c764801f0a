"""A talk as turns: who speaks how much and who leads, for what asks how one turn answers another."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from hub.nlp.extract.utterances import Utterance

_LEADS_IN = r"^(?:(?:okay|ok|right|good|so|all right|alright|now|then|well|thanks|thank you)[,. ]+)*"
_MOVES_ON = re.compile(
    _LEADS_IN + r"(?:next|moving on|let's move|let's go|item|point|agenda|other business|aob|last|second|third|"
    r"anything else|what about|how about|and on|the other|on to)\b",
    re.IGNORECASE,
)
_ASSENTS = re.compile(
    r"^(?:yes|yeah|yep|yup|ok|okay|fine|sure|agreed|agree|good|great|right|perfect|done|understood|noted|"
    r"no objections?|makes sense|sounds good|works|happy|will do|all right|alright|exactly|deal|go ahead|i'm fine|"
    r"that's fine|no problem|of course|absolutely|certainly|got it|for me too|same here|no|nothing|mm|i can live)\b",
    re.IGNORECASE,
)
_MOST_WORDS = 8
"""An answer of more words says more than yes."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one person says until another speaks: the *rows* of its sentences, their text and how many words."""

    speaker: str | None
    rows: range
    text: str
    words: int

    @property
    def asks(self) -> bool:
        """Whether it ends in a question."""
        return self.text.rstrip().endswith("?")

    @property
    def assents(self) -> bool:
        """Whether it is a short yes, or the no of who objects to nothing."""
        return self.words <= _MOST_WORDS and _ASSENTS.match(self.text) is not None

    @property
    def moves_on(self) -> bool:
        """Whether it goes on to another point."""
        return moves_on(self.text)


def moves_on(text: str) -> bool:
    """Tell whether *text* begins with words that go on to another point."""
    return _MOVES_ON.match(text) is not None


def turns(utterances: Sequence[Utterance]) -> tuple[Turn, ...]:
    """Return the turns of a talk in their order."""
    found, row = [], 0
    for speaker, group in groupby(utterances, key=lambda u: u.speaker):
        texts = [u.text.strip() for u in group]
        text = " ".join(texts)
        found.append(Turn(speaker, range(row, row + len(texts)), text, len(text.split())))
        row += len(texts)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Floor:
    """Who leads a talk: who speaks *first*, who goes on to the next point (*chair*), and by turns the *rank* of each."""

    first: str | None
    chair: str | None
    rank: dict[str | None, int]


def floor(spoken: Sequence[Turn]) -> Floor:
    """Return who leads; where nobody goes on to another point, who speaks first is the chair."""
    first = spoken[0].speaker if spoken else None
    leads = Counter(turn.speaker for turn in spoken if turn.moves_on)
    most = Counter(turn.speaker for turn in spoken).most_common()
    chair = leads.most_common(1)[0][0] if leads else first
    return Floor(first, chair, {speaker: rank for rank, (speaker, _) in enumerate(most)})
