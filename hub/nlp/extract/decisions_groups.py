"""Which proposals are one matter, and which a later decision takes back."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from hub.nlp.extract.assent import REACH, Assent, content
from hub.nlp.extract.decisions_worth import points_back
from hub.nlp.extract.lexicon import words
from hub.nlp.extract.matters import plain, weight
from hub.nlp.extract.proposing import PROPOSED
from hub.nlp.extract.utterances import Utterance

SCRAP = re.compile(
    r"\b(?:not|instead of|no longer|rather than|forget(?: the)?|scratch(?: the)?) ([\w-]+)", re.IGNORECASE
)
_LITTLE = 3
"""Words of content in a sentence that says nothing by itself ("Then the committee approves that")."""
_AGAIN = 40
"""Sentences after which a matter is still the same one, once argued about."""
_COMMON = words("more only the open need patien site study week day")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may be a decision, what was answered to it, and what both together are worth."""

    said: Utterance
    answers: tuple[Assent, ...]
    value: float


def grouped(found: Sequence[Candidate]) -> list[list[Candidate]]:
    """Put together what is one matter: a proposal, and its own restatement among the answers."""
    groups: list[list[Candidate]] = []
    for candidate in found:
        last = groups[-1] if groups else []
        if last and _is_same(last, candidate):
            last.append(candidate)
        else:
            groups.append([candidate])
    return groups


def _is_same(group: Sequence[Candidate], candidate: Candidate) -> bool:
    said = candidate.said
    if group[-1].said.segments == said.segments and said.index - group[-1].said.index == 1:
        return True
    if any(answer.said.index == said.index for one in group for answer in one.answers):
        return True
    ends = max(answer.said.index for one in group for answer in (*one.answers, Assent(one.said, "own")))
    own, known = content(said), set().union(*(content(one.said) for one in group))
    shared = own & known
    if any(_is_again(own, content(one.said)) for one in group) and said.index - ends <= _AGAIN:
        return True
    if said.index - ends <= 3:
        return said.index < ends or len(shared) >= 1
    if points_back(said) and len(own) <= _LITTLE and not weight(plain(said.text), PROPOSED):
        return said.index - ends <= REACH
    return False


def _is_again(own: frozenset[str], other: frozenset[str]) -> bool:
    fewer = min(len(own), len(other))
    return fewer > 1 and len(own & other) > 0.75 * fewer


def standing(groups: Sequence[list[Candidate]]) -> list[tuple[list[Candidate], list[list[Candidate]]]]:
    """Put what a later decision takes back by its number ("five days, not seven") beside the first that does."""
    taken_by: dict[int, int] = {}
    for place, group in enumerate(groups):
        said = set().union(*(content(one.said) for one in group))
        later = next((at for at in range(place + 1, len(groups)) if _scraps(groups[at], said)), None)
        if later is not None:
            taken_by[place] = later
    gone: dict[int, list[list[Candidate]]] = {}
    for place in taken_by:
        last = taken_by[place]
        while last in taken_by:
            last = taken_by[last]
        gone.setdefault(last, []).append(groups[place])
    return [(group, gone.get(place, [])) for place, group in enumerate(groups) if place not in taken_by]


def _scraps(group: Sequence[Candidate], said: set[str]) -> bool:
    """Tell whether *group* takes back a word of *said* that is not a common one."""
    scrapped = {word.lower() for one in group for word in SCRAP.findall(plain(one.said.text))}
    return any(not word.isalpha() or word not in _COMMON for word in said & scrapped)
