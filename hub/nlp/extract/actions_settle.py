"""The days of matters once all was said: those that stand beside a matter in its turn, and those taken back."""

import re
from collections.abc import Sequence
from dataclasses import replace

from hub.nlp.dates import SpokenDate
from hub.nlp.extract.actions_draft import Draft
from hub.nlp.extract.context import Roster
from hub.nlp.extract.day_agreed import day_agreed
from hub.nlp.extract.days import NO_PROMISE, Days
from hub.nlp.extract.turn_days import day_of_turn, put_right, turn_of
from hub.nlp.extract.utterances import Utterance

_HOW_LONG = re.compile(r"\bhow long\b(?!.*\byou\b)", re.IGNORECASE)
_IT_IS = re.compile(r"\W*(?:it|that)(?:'s|’s| is)(?! (?:no|not|now|rather|better)\b) ", re.IGNORECASE)


def settle_days(drafts: Sequence[Draft], utterances: Sequence[Utterance], days: Days, roster: Roster) -> None:
    """Give each of *drafts* without a day the only one that its doer tells beside it; put right what was taken back."""
    standing = [draft for draft in drafts if draft.dropped is None]
    spoken_for = frozenset(passage.index for draft in standing for passage in draft.passages)
    for draft in standing:
        _agree(draft, day_agreed(draft, utterances, days, roster, spoken_for))
        if draft.due is not None and draft.due.day is not None:
            _leave_open(draft, utterances, roster)
            _put_right(draft, utterances, days)
            _set_anew(draft, utterances, days, roster)
        elif not draft.day_refused:
            _date(draft, utterances, days, roster, spoken_for)


def _date(
    draft: Draft,
    utterances: Sequence[Utterance],
    days: Days,
    roster: Roster,
    spoken_for: frozenset[int],
) -> None:
    own = [passage for passage in draft.passages if draft.is_doer(passage, roster)] or _last_words(draft)
    told = day_of_turn(own, utterances, days, taken=spoken_for)
    if told is not None:
        beside, draft.due = told
        draft.days.append(draft.due.text)
        draft.add(beside)


def _agree(draft: Draft, found: tuple[Utterance, SpokenDate] | None) -> None:
    if found is not None:
        beside, draft.due = found
        draft.day_refused = False
        draft.days.append(draft.due.text)
        draft.add(beside)


def _leave_open(draft: Draft, utterances: Sequence[Utterance], roster: Roster) -> None:
    """Take the day that another named for it from who says in the same turn that no day can be promised."""
    due = draft.due
    said = [passage for passage in draft.passages if due is not None and due.text in passage.text]
    own = [passage for passage in draft.passages if draft.is_doer(passage, roster)]
    if due is None or not own or any(passage in own for passage in said):
        return
    turn = [utterances[at] for at in turn_of(utterances, own[-1].index) if at >= own[-1].index]
    if any(NO_PROMISE.search(u.text) for u in turn if u.speaker == own[-1].speaker):
        draft.due = replace(due, day=None, reason="no day was promised")
        draft.day_refused = True


def _last_words(draft: Draft) -> list[Utterance]:
    """Return what is said of a matter by who spoke of it last, where it is not known who is to do it."""
    if draft.owner is not None and draft.owner.name is not None:
        return []
    return [passage for passage in draft.passages if passage.speaker == draft.passages[-1].speaker]


def _put_right(draft: Draft, utterances: Sequence[Utterance], days: Days) -> None:
    due = draft.due
    said = next((passage for passage in reversed(draft.passages) if due is not None and due.text in passage.text), None)
    new = put_right(said, due, utterances, days) if said is not None and due is not None else None
    if new is not None:
        beside, draft.due = new
        draft.day_refused = draft.due.day is None
        draft.days.append(draft.due.text)
        draft.add(beside)


_SAID = re.compile(
    r"\bi(?: had|['’]d|['’]ve| have)? (?:said|promised|told you)(?: by| on| for)?(?: the)? $", re.IGNORECASE
)
"""What stands before a day that is named to put another in its place: "I said Friday, it'll be Tuesday"."""


def _set_anew(draft: Draft, utterances: Sequence[Utterance], days: Days, roster: Roster) -> None:
    """Take the day that the doer later puts in the place of the one said before."""
    due = draft.due
    for later in utterances[draft.last + 1 :]:
        if due is None or due.day is None or _SAYS_AGAIN.search(later.text) is None or not draft.is_doer(later, roster):
            continue
        found = days.of(later)
        if len(found) == 2 and found[0].day == due.day and _SAID.search(later.text[: found[0].start]) and found[1].day:
            draft.due = found[1]
            draft.days.append(draft.due.text)
            draft.add(later)
            return


_SAYS_AGAIN = re.compile(r"\b(?:said|promised|told you)\b", re.IGNORECASE)


def is_of_another_thing(utterance: Utterance, before: Utterance, *, names_day: bool) -> bool:
    """Tell whether a day answers how long others take, or only says which day it is: it moves no day set before.

    *names_day* tells whether the sentence *before* it has a day.
    """
    if before.speaker == utterance.speaker:
        return False
    if _HOW_LONG.search(before.text) or before.text.rstrip().endswith("?"):
        return _HOW_LONG.search(before.text) is not None
    return _IT_IS.match(utterance.text) is not None and not names_day
