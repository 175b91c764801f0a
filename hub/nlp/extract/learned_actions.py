"""Actions that the scores find: work put in words the grammar does not know, and what of the grammar's to believe."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hub.domain.known_days import KnownDay
from hub.domain.minutes import Action, Evidence, SetAside
from hub.nlp.dates import SpokenDate, is_deadline, pick_due
from hub.nlp.extract.actions_days import says_when
from hub.nlp.extract.actions_replies import corrects, is_only_a_day
from hub.nlp.extract.belief import confidence
from hub.nlp.extract.days import Days
from hub.nlp.extract.due_told import due_on
from hub.nlp.extract.events_said import FindDates
from hub.nlp.extract.impersonal import told
from hub.nlp.extract.learned_items import Place, also_said, merged, passage, rows_of, stands_for
from hub.nlp.extract.learned_owners import proved_owner
from hub.nlp.extract.matters import QUESTION, Hit, plain, worded
from hub.nlp.extract.turn_days import day_of_turn, put_right
from hub.nlp.extract.utterances import Utterance, evidence, is_back_channel
from hub.nlp.extract.writing import as_said
from hub.nlp.learned.groups import BESIDE, Group

_LEAST_WORDS = 4
_NEXT = 2  # sentences of the same turn in which a day may follow


_THINKS = re.compile(
    r"\bi(?:'ll| will| can|'m going to) (?:\w+ )?(?:think|see|consider|wonder|wait|remember)\b", re.IGNORECASE
)
"""Words that promise a thought and no deed."""


_STATES = frozenset({"be", "have", "come"})


def learned_actions(
    place: Place, taken: Sequence[Action], find_dates: FindDates, recorded: Sequence[KnownDay] = ()
) -> tuple[list[Action], list[SetAside]]:
    """Return further actions, without ids, and passages that may be one; *taken* are those of the grammar."""
    found, also = [], []
    days = Days(place.utterances, find_dates, recorded)
    for group in place.belief.matters("action"):
        rows = place.utterances[max(0, min(group.rows) - BESIDE) : max(group.rows) + 1 + BESIDE]
        if any(stands_for(item, u) for item in taken for u in rows):
            continue
        action = _action(group, place, days) if group.score >= 0 else None
        if action is not None:
            found.append(action)
        elif (found_aside := passage("action", group, place)) is not None:
            also.append(found_aside)
    return found, also


def believed(actions: Sequence[Action], place: Place) -> tuple[list[Action], list[SetAside]]:
    """Return which of the grammar's actions stand in free talk, by their scores, and the others as also said."""
    kept, also = [], []
    for action in actions:
        rows = rows_of(action, place)
        score = place.belief.of("action", rows)
        if score >= 0:
            kept.append(_sure(action, score))
        else:
            also.append(also_said("action", action.evidence, score))
    return kept, also


_SURE, _UNLIKELY = 1.0, -0.4
"""Score that makes a weak action stand, and under which even the grammar's is not believed."""


def weighed(actions: Sequence[Action], weak: Sequence[Action], place: Place) -> tuple[list[Action], list[SetAside]]:
    """Return the grammar's actions of a trial's meeting without those that the scores deny, with the weak they confirm."""
    kept, also = [], []
    for action in actions:
        score = place.belief.of("action", rows_of(action, place))
        if score >= _UNLIKELY:
            kept.append(action)
        else:
            also.append(also_said("action", action.evidence, score))
    confirmed = [action for action in weak if place.belief.of("action", rows_of(action, place)) >= _SURE]
    return merged(kept, confirmed, place.transcript), also


def _sure(action: Action, score: float) -> Action:
    return replace(action, confidence=confidence(score))


def _action(group: Group, place: Place, days: Days) -> Action | None:
    every = tuple(place.utterances[row] for row in group.rows)
    mains = _mains(group, place)
    for main in mains:
        item = worded(Hit(main, every, confidence(group.score)), place.transcript, place.roster, rewrite=told)
        if item is not None and len(item.text.split()) >= _LEAST_WORDS:
            return _made(item.text, item.confidence, item.evidence, main, every, place, days)
    for main in () if place.belief.free_talk else mains:
        text = as_said(main.text) if _names_a_deed(main) else None
        if text is None:
            continue
        proof = evidence(every, place.transcript)
        made = _made(text, confidence(group.score), proof, main, every, place, days)
        if made.owner is not None or made.due is not None:
            return made
    return None


def _names_a_deed(main: Utterance) -> bool:
    """Tell whether a sentence that stands as it was said has a deed in it: "I'll let them know", not "I'll be popular"."""
    return any(token.tag_ in {"VB", "VBG", "VBP"} and token.lemma_.lower() not in _STATES for token in main.sent)


def _made(
    text: str,
    sure: float,
    proof: Evidence,
    main: Utterance,
    every: Sequence[Utterance],
    place: Place,
    days: Days,
) -> Action:
    due = _due(main, every, place, days)
    owner = proved_owner(main, place, days)
    made = Action("", text, sure, proof, owner.name, owner.reason)
    return due_on(made, due)


def _due(main: Utterance, every: Sequence[Utterance], place: Place, days: Days) -> SpokenDate | None:
    """Return the day of the passages: one said alone after the others, else that of *main*, else the only deadline.

    Where none is said: that of the speaker's next sentence, if it only says when.
    """
    named = [(u, day) for u in every if (day := pick_due(days.of(u), u.text)) and day.day is not None]
    settled = [put_right(u, day, place.utterances, days) or (u, day) for u, day in named]
    said = [(u, day) for u, day in settled if day.day is not None]
    if settled and not said:
        return settled[-1][1]
    if len({day.day for _, day in said}) > 1:
        later = [day for u, day in said if u.index > main.index and is_only_a_day(u.text, day.text)]
        own = [day for u, day in said if u.index == main.index]
        firm = [day for u, day in said if is_deadline(day, u.text)]
        choice = later[-1:] or own or firm
        return choice[0] if len({day.day for day in choice}) == 1 else None
    if said:
        return _put_right(said, place, days)
    told = _day_behind(every[-1], place, days)
    if told is not None:
        return told
    beside = day_of_turn([u for u in every if u.speaker == main.speaker], place.utterances, days)
    return beside[1] if beside is not None else None


def _put_right(said: Sequence[tuple[Utterance, SpokenDate]], place: Place, days: Days) -> SpokenDate:
    """Return the day said, or the one that its speaker puts in its place in the next words: "Monday. No, Tuesday."."""
    told, found = said[-1]
    for after in place.utterances[told.index + 1 : told.index + 2 + _NEXT]:
        day = pick_due(days.of(after), after.text) if after.speaker == told.speaker else None
        if day is None or day.day is None:
            continue
        if is_only_a_day(after.text, day.text) or corrects(after.text, day.text):
            found = day
    return found


def _day_behind(last: Utterance, place: Place, days: Days) -> SpokenDate | None:
    for after in place.utterances[last.index + 1 : last.index + 1 + _NEXT]:
        if after.speaker != last.speaker:
            return None
        due = pick_due(days.of(after), after.text) if says_when(after) else None
        if due is not None and due.day is not None:
            return due
    return None


def _mains(group: Group, place: Place) -> list[Utterance]:
    rows = [group.top, *(row for row in group.rows if row != group.top)]
    said: list[Any] = [place.utterances[row] for row in rows]
    worth = [u for u in said if not is_back_channel(u.text) and not QUESTION.search(u.text)]
    if place.belief.free_talk:
        return worth
    return [u for u in worth if not _THINKS.search(plain(u.text)) and not _by_a_thing(u)]


def _by_a_thing(utterance: Utterance) -> bool:
    """Tell whether the sentence says what things will do of themselves ("the loggers send it every night")."""
    return re.search(r"\bby (?:it|them)sel(?:f|ves)\b|\bautomatically\b", utterance.text, re.IGNORECASE) is not None
