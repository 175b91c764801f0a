"""Answers to a question: passages of the record, nothing else."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_ENDS = (
    "ations",
    "ation",
    "ments",
    "ment",
    "ings",
    "ing",
    "ions",
    "ion",
    "ies",
    "ers",
    "ed",
    "er",
    "es",
    "s",
    "ly",
    "e",
    "y",
)
_SMALL = frozenset(
    re.findall(
        r"\S+",
        """a about after all also an and any are as at be been before but by can could did do does for from had has have
        he her his how i if in into is it its me my no not of off on one or our out over said say she should so some
        than that the their them then there they this to up us was we were what when where which who whom why will with
        would you your there's what's meeting meetings talk talked tell""",
    )
)
_KINDS = {
    "decision": ("decide", "decided", "decision", "decisions", "agree", "agreed", "agreement"),
    "action": ("action", "actions", "task", "tasks", "assigned", "promised", "todo"),
    "risk": ("risk", "risks"),
    "issue": ("issue", "issues", "problem", "problems"),
}


_STILL_OPEN = re.compile(
    r"\b(?:still open|open (?:action|item|task|point)s?|outstanding|overdue|not (?:yet )?(?:done|closed))\b"
    r"|\b(?:action|item|task)s? (?:are|is) (?:still )?open\b",
    re.IGNORECASE,
)
_CLOSED = re.compile(
    r"\bwho (?:has )?closed\b|\b(?:is|was|were|are|been) .*\b(?:done|closed|completed)\b"
    r"|\b(?:closed|done|completed) (?:action|item|task)s?\b",
    re.IGNORECASE,
)
_OF_STATE = ("open", "outstanding", "overdue", "done", "closed", "completed", "still", "yet", "item", "items")


@dataclass(frozen=True, slots=True)
class State:
    """What became of an action of approved minutes: *name* as on the board, who closed it, and what was said of it.

    *quote* stands verbatim in the transcript of the meeting *meeting_id*, called *title*; empty where a person closed
    it without one.
    """

    name: str
    by: str = ""
    at: datetime | None = None
    quote: str = ""
    meeting_id: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """Something that stands in the record. *kind* is decision, action, risk, issue, summary or said.

    *quote* is verbatim, *text* what the minutes make of it (the same for what was only said); *start* in seconds.
    """

    meeting_id: str
    title: str
    at: datetime
    kind: str
    text: str
    quote: str
    segments: tuple[str, ...]
    speaker: str | None = None
    start: float | None = None
    owner: str | None = None
    due: str | None = None
    standing: str = ""
    """Where the minutes stand that it was taken from, such as approved; empty for what was only said."""
    state: State | None = None
    """What became of it, of an action on the board."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A passage with its score: 1 where every word of the question is met. Empty answers mean: nothing found."""

    passage: Passage
    score: float


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: the stems of the words that matter, and the kind of item it is after, if it says so."""

    text: str
    stems: tuple[str, ...]
    kinds: tuple[str, ...]
    still_open: bool = False
    """Only what is still to be done is asked for."""


def question(text: str) -> Question:
    """Return what *text* asks. Words without weight of their own are left out."""
    words = [word.casefold() for word in _WORD.findall(text)]
    kinds = tuple(kind for kind, forms in _KINDS.items() if any(word in forms for word in words))
    named = {form for kind in kinds for form in _KINDS[kind]}
    still_open = _STILL_OPEN.search(text) is not None
    if still_open or _CLOSED.search(text):
        named |= set(_OF_STATE)
        kinds = tuple(dict.fromkeys((*kinds, "action")))
    kept = [stem(word) for word in words if word not in _SMALL and word not in named]
    return Question(text, tuple(dict.fromkeys(kept)), kinds, still_open)


def stems(text: str) -> frozenset[str]:
    """Return the stems of all words of *text*."""
    return frozenset(stem(word.casefold()) for word in _WORD.findall(text))


def stem(word: str) -> str:
    """Return a word without its English ending, so that "sites" meets "site" and "monitoring" meets "monitor"."""
    for end in _ENDS:
        if word.endswith(end) and len(word) - len(end) >= 4:
            return stem(word[: -len(end)])
    return word


def met(asked: Question, text: str, weights: Mapping[str, float]) -> float:
    """Return the share (0 to 1) of the question's words that *text* holds, by their *weights*."""
    whole = sum(weights.get(one, 1.0) for one in asked.stems)
    if not whole:
        return 0.0
    there = stems(text)
    return sum(weights.get(one, 1.0) for one in asked.stems if one in there) / whole


def weights(asked: Question, texts: Iterable[str]) -> dict[str, float]:
    """Return how much each word of the question tells passages apart: a word in all of them tells nothing.

    Source: inverse document frequency, Spärck Jones 1972, smoothed.
    """
    from math import log

    count, holding = 0, dict.fromkeys(asked.stems, 0)
    for text in texts:
        count += 1
        for one in stems(text) & holding.keys():
            holding[one] += 1
    return {one: log(1 + (count + 1) / (held + 0.5)) for one, held in holding.items()}
