"""The day of a matter that its doer and others settle on over some turns: "by when?" - "Tuesday" - "I'm off" - "then Friday"."""

import re
from collections.abc import Collection, Sequence
from typing import Any

from hub.nlp.dates import SpokenDate, pick_due
from hub.nlp.extract.actions_days import ASKS_WHEN, HOUR
from hub.nlp.extract.actions_draft import Draft
from hub.nlp.extract.context import Roster
from hub.nlp.extract.day_matter import is_hardly_more
from hub.nlp.extract.days import Days, verb_of
from hub.nlp.extract.lexicon import words
from hub.nlp.extract.utterances import Utterance, is_back_channel

_LONGEST = 14  # sentences that the talk about the day goes on for
_QUIET = 2  # sentences in a row that neither name a day nor ask for one, after which it is over
_SHORT = 5  # words of a sentence that is no matter of its own: "would you"
_LEADS_TO = re.compile(
    r"\b(?:so|then|say|make it|make that|by|until|till|put (?:me|it|that|in)(?: down)? for)(?: on| by| for| um| uh)*(?: the)? $",
    re.IGNORECASE,
)
"""What stands before the day that is settled on: "so lets say friday"."""
_IT_WILL = re.compile(
    r",? (?:then\b|at (?:the )?latest|(?:i|it|they|you)(?:['’]?ll| will)\b|(?:i|you) (?:send|have|get|bring|do|give|call|ring|write)\b)",
    re.IGNORECASE,
)
"""What follows it: "monday i send it"."""
_REFUSES = re.compile(
    r"\b(?:can['’]?t|cannot|won['’]?t|not(?! later)|closed|difficult|holiday|away|full|hard|i['’]?m (?:in|at|on|off|out|doing|there))\b",
    re.IGNORECASE,
)
"""What is said of a day that does not suit."""


def day_agreed(
    draft: Draft, utterances: Sequence[Utterance], days: Days, roster: Roster, taken: Collection[int]
) -> tuple[Utterance, SpokenDate] | None:
    """Return the last day that the doer of *draft* names while others ask for or propose one, with its sentence.

    Sentences *taken* speak of other matters and end the talk about the day, as do several that name none. None where
    the doer settles on no day but the one that *draft* has.
    """
    own = {passage.index for passage in draft.passages}
    found, asked, quiet = None, False, 0
    for said in utterances[draft.last + 1 : draft.last + 1 + _LONGEST]:
        told = days.in_its_week(days.of(said), draft.due)
        named = [day for day in told if day.day is not None and not day.past and not HOUR.match(day.text)]
        mine = draft.is_doer(said, roster)
        if quiet > _QUIET:
            break
        if said.index in taken and said.index not in own:
            found = None if mine and named else found
            break
        if not mine and not asked:
            asked = _puts_day(draft, said, named)
            if not asked and draft.due is not None and draft.due.day is not None:
                return None
        settled = _settled(draft, said, named) if mine and asked and _stands_alone(said, utterances, days) else None
        found = (said, settled) if settled is not None else found
        quiet = 0 if named or ASKS_WHEN.search(said.text) else quiet + (not _is_slight(said))
    if found is None or (draft.due is not None and draft.due.day == found[1].day):
        return None
    return found


def _puts_day(draft: Draft, said: Utterance, named: Sequence[SpokenDate]) -> bool:
    """Tell whether another asks for the day of *draft*, or names one; who only repeats the day that is set does not."""
    due = draft.due
    asks = ASKS_WHEN.search(said.text) is not None and not _is_of_another(draft, said, list(said.sent))
    if due is None or due.day is None:
        return bool(named) or asks
    if any(day.day == due.day and is_hardly_more(said, day) for day in named):
        return False
    return asks or any(day.day == due.day or not _is_of_another(draft, said, _clause_of(said, day)) for day in named)


def led_by_another(draft: Draft, utterance: Utterance, before: Utterance, days: Days) -> bool:
    """Tell whether a day in *utterance* answers what another has just asked or told, in *before*, of another matter."""
    if before.speaker == utterance.speaker:
        return False
    if ASKS_WHEN.search(before.text):
        return _is_of_another(draft, before, list(before.sent))
    set_day = draft.due.day if draft.due is not None else None
    told = {day.day for day in days.of(utterance)}
    asked = [day for day in days.of(before) if day.day in told]
    return bool(asked) and all(
        day.day != set_day and _is_of_another(draft, before, _clause_of(before, day)) for day in asked
    )


_SAYS = words(
    "have get see receive expect need want do be make manage finish bring deliver give send say let take suit work mean think guess promise would"
)
"""Verbs of talk about the day of a matter, whatever the matter is."""
_SOMEBODY = words("him her")
_ENDS = re.compile(r"[.,;:!?–—]|\b(?:and|but|so|then|because)\b", re.IGNORECASE)
_TIMES = words("day week month morning afternoon evening noon date time end latest")


def _clause_of(said: Utterance, day: SpokenDate) -> list[Any]:
    """Return the words of the clause of *day* in *said*, but those of the day itself."""
    start = max((cut.end() for cut in _ENDS.finditer(said.text, 0, day.start)), default=0)
    end = _ENDS.search(said.text, day.end)
    place, last = said.sent.start_char, end.start() if end else len(said.text)
    return [
        token
        for token in said.sent
        if start <= token.idx - place < last and not day.start <= token.idx - place < day.end
    ]


def _is_of_another(draft: Draft, said: Utterance, tokens: Sequence[Any]) -> bool:
    """Tell whether *tokens* of *said* speak of another matter: with a verb or a thing that *draft* has not."""
    own = {token.lemma_.casefold() for passage in draft.passages for token in passage.sent}
    verbs = {token.lemma_.casefold() for token in tokens if token.pos_ == "VERB"}
    things = [token for token in tokens if token.pos_ in {"NOUN", "PROPN"} and token.lemma_.casefold() not in _TIMES]
    who = any(token.lower_ in _SOMEBODY for token in tokens) and not verbs <= own
    there = _THERE.search(said.text) is not None
    return who or there or not verbs <= own | _SAYS or any(thing.lemma_.casefold() not in own for thing in things)


_THERE = re.compile(r"\bwhen (?:are|will|would) you (?:be )?(?!done|finished|ready|through|able|\w+ing)", re.IGNORECASE)
"""What asks when somebody is somewhere: "when are you there"."""


def _stands_alone(said: Utterance, utterances: Sequence[Utterance], days: Days) -> bool:
    """Tell whether the day of *said* is not led up to by another in the same breath: "end of next week | I go there Friday"."""
    before = utterances[said.index - 1] if said.index else said
    return not set(before.segments) & set(said.segments) or not days.of(before)


def _is_slight(said: Utterance) -> bool:
    return is_back_channel(said.text) or len(said.text.split()) <= _SHORT


def _settled(draft: Draft, said: Utterance, named: Sequence[SpokenDate]) -> SpokenDate | None:
    """Return the day on which the doer settles in *said*, None where it suits them not, or is of something else."""
    if not named or pick_due(named, said.text) is None:
        return None
    last = named[-1]
    if _REFUSES.search(said.text, last.end) or _is_of_another(draft, said, _clause_of(said, last)):
        return None
    if _LEADS_TO.search(said.text[: last.start]):
        return last
    if len({one.day for one in named}) > 1:
        return None
    if _IT_WILL.match(said.text, last.end):
        return last
    if _REFUSES.search(said.text):
        return None
    verb = verb_of(last, said)
    same = verb is not None and verb.lemma_ == draft.clause.lemma
    return last if same or is_hardly_more(said, last) else None
