"""Passages that say a carried action is done. A wrong match is worse than none: whatever is unclear is left open."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log

from hub.domain.minutes import Carried, Evidence
from hub.domain.transcript import Transcript
from hub.nlp.follow.done import Claim, claim, leaves_open, points, same_work, taken_back, work_words
from hub.nlp.follow.words import Sentence, content, names, passage, sentences

FITS = 0.5
"""Share of an action's words, by their weight, that what was said has to hold."""
AHEAD = 0.2
"""How far the next action that it could be has to stay behind."""
_BACK, _AFTER = 3, 3
_STILL = 0.6


@dataclass(frozen=True, slots=True)
class _Task:
    id: str
    text: str
    words: frozenset[str]
    names: frozenset[str]


def closings(transcript: Transcript, carried: Sequence[Carried]) -> dict[str, Evidence]:
    """Return by id of an action the passage that says it is done; English only.

    A claim counts where it names the action's matter and work, fits no other action nearly as well, names no other
    site or number, and nobody takes it back afterwards.
    """
    if not carried or not transcript.language.casefold().startswith("en"):
        return {}
    said, people = sentences(transcript), _people(transcript)
    tasks = [_task(one, people) for one in carried]
    weights = _weights(tasks)
    found: dict[str, Evidence] = {}
    for place, one in enumerate(said):
        made = claim(one.text, said[place - 1].text if place else "")
        if made is None or any(taken_back(later.text) for later in said[place + 1 : place + 1 + _AFTER]):
            continue
        topic = _topic(said, place)
        task = _only([part.text for part in topic], made, tasks, weights, people)
        if task is not None and not _still_open(task, said[place + 1 :], weights):
            found.setdefault(task.id, passage(topic[0], one, transcript))
    return found


def _people(transcript: Transcript) -> list[str]:
    spoke = {one.speaker for one in transcript.segments if one.speaker}
    return [*(person.name for person in transcript.meeting.participants), *sorted(spoke)]


def _task(action: Carried, people: Sequence[str]) -> _Task:
    known = [*people, *([action.owner] if action.owner else [])]
    return _Task(action.id, action.text, content(action.text) - work_words(action.text), names(action.text, known))


def _weights(tasks: Sequence[_Task]) -> dict[str, float]:
    every = [word for task in tasks for word in task.words]
    return {word: log(1 + (len(tasks) + 1) / (every.count(word) + 0.5)) for word in set(every)}


def _topic(said: Sequence[Sentence], place: int) -> Sequence[Sentence]:
    """Return the claim with the sentences before it that it points at."""
    first = place
    while first > max(0, place - _BACK) and not _names_its_matter(said[first].text):
        first -= 1
    return said[first : place + 1]


def _names_its_matter(text: str) -> bool:
    return len(content(text) - work_words(text)) > (2 if points(text) else 1)


def _only(
    said: Sequence[str], made: Claim, tasks: Sequence[_Task], weights: dict[str, float], people: Sequence[str]
) -> _Task | None:
    """Return the one action that the sentences are about, None where there is none or more than one."""
    topic = " ".join(said)
    fit = [task for task in tasks if made.general or same_work(made.verbs, task.text)]
    shares = sorted(((_share(task, topic, weights), task.id, task) for task in fit), reverse=True, key=lambda e: e[:2])
    if not shares or shares[0][0] < FITS:
        return None
    best, _id, task = shares[0]
    if len(shares) > 1 and shares[1][0] > best - AHEAD:
        return None
    if len(task.words & content(topic)) < min(2, len(task.words)) or not task.words:
        return None
    named = frozenset[str]().union(*(names(text, people) for text in said))
    return None if named and named != task.names else task


def _share(task: _Task, text: str, weights: dict[str, float]) -> float:
    whole = sum(weights[word] for word in task.words)
    return sum(weights[word] for word in task.words & content(text)) / whole if whole else 0.0


def _still_open(task: _Task, later: Sequence[Sentence], weights: dict[str, float]) -> bool:
    """Tell whether somebody speaks of it later as of something that is still to be done."""
    return any(leaves_open(one.text) and _share(task, one.text, weights) >= _STILL for one in later)
