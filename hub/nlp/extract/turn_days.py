"""The day of a matter that another sentence of the same turn tells: "I write. The letters go out on Tuesday."."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from hub.nlp.dates import SpokenDate, pick_due
from hub.nlp.dates.due import SOMEWHERE
from hub.nlp.extract.actions_days import ASKS_WHEN
from hub.nlp.extract.day_matter import gives_day, puts_another, speaks_of, things_of
from hub.nlp.extract.days import Days
from hub.nlp.extract.utterances import Utterance, is_back_channel

_BEFORE, _BEHIND = 1, 2  # sentences of the turn in which a day still means the matter
_FURTHER = 4  # those behind it in which one does that stands all but alone
_ELSEWHERE = re.compile(
    r"\b(?:is|are|was|were|been|be|it's|that's|he's|she's|they're|there's|it is|that is) (?:closed|out|away|off|back|over|shut|a holiday|holiday|on holiday)\b|"
    r"\b(?:holiday|congress|conference|vacation|leave)\b|\b(?:if|unless|whether|used to|should have|would have|could have)\b|"
    r"\bi(?:'m| am) not\b|\b(?:can't|cannot|won't|not|never)\b",
    re.IGNORECASE,
)
"""What a sentence says of a day on which nothing is done."""
_OF_AN_EVENT = re.compile(
    r"\b(?:go(?:es)? live|starts|begins|opens|expires|ends|was|were|had|happened)\b|\b(?:booked|scheduled|planned|invited|due)(?: in)? (?:for|on|at)(?: the)? $|"
    r"\b(?:yours|mine|his|hers|ours|theirs|this|that one) is (?:the )?$",
    re.IGNORECASE,
)
_HOUR = re.compile(r"(?:at|after|before|over) \w+$", re.IGNORECASE)
"""A day that is the hour of something else: "I've got our lawyer at lunch"."""


def turn_of(utterances: Sequence[Utterance], at: int) -> range:
    """Return the places of the sentences that the speaker of the one *at* says in one go; a "mm-hm" breaks nothing."""
    speaker = utterances[at].speaker
    first = last = at
    while first > 0 and _goes_on(utterances[first - 1], speaker):
        first -= 1
    while last + 1 < len(utterances) and _goes_on(utterances[last + 1], speaker):
        last += 1
    return range(first, last + 1)


def _goes_on(utterance: Utterance, speaker: str | None) -> bool:
    return utterance.speaker == speaker or is_back_channel(utterance.text)


def day_of_turn(
    anchors: Iterable[Utterance], utterances: Sequence[Utterance], days: Days, taken: Collection[int] = ()
) -> tuple[Utterance, SpokenDate] | None:
    """Return the only day ahead that the sentences around *anchors* in their turn tell, with its sentence.

    Sentences *taken* speak of other matters. None where they name several days, or none that is said of what *anchors*
    are about: a day of something else beside it is no day of it.
    """
    own = list(anchors)
    things = things_of(own)
    held = {utterance.index for utterance in own}
    found: dict[int, tuple[Utterance, SpokenDate]] = {}
    for anchor in own:
        turn = turn_of(utterances, anchor.index)
        for at in range(max(turn.start, anchor.index - _BEFORE), min(turn.stop, anchor.index + _FURTHER + 1)):
            beside = utterances[at]
            if (at in taken and at not in held) or beside.speaker != anchor.speaker:
                continue
            due = _told(beside, days)
            far = at > anchor.index + _BEHIND
            if far and any("?" in u.text or ASKS_WHEN.search(u.text) for u in utterances[anchor.index + 1 : at + 1]):
                break
            if due is not None and (gives_day(beside, due) if far else speaks_of(beside, due, things)):
                found[at] = (beside, due)
    if len({due.day for _, due in found.values()}) != 1:
        return None
    return min(found.values(), key=lambda entry: abs(entry[0].index - own[0].index))


_TAKES_BACK = re.compile(
    r"^\W*(?:(?:oh|ah|um+|uh|er|well|hmm|okay|ok)\W+)*(?:no\b(?! (?:problem|worries|bother|trouble|doubt))|wait\b|sorry\b|hang on\b|hold on\b|scratch that|actually\b|not \w+day\b|what am i saying)",
    re.IGNORECASE,
)
"""Openers of a sentence that takes back what its speaker has just said."""
_AT_ONCE = re.compile(
    r"\b(?:ah no|oh no|no sorry|no wait|sorry no|wait no|no no|no(?= (?:i'm|i’m|that's|friday|monday|tuesday|wednesday|thursday))|no\W*$|hang on|hold on|scratch that)\b",
    re.IGNORECASE,
)
"""The same in the sentence of the day itself, as speech without signs runs on: "by friday no sorry friday"."""
_BREAKS_OFF = re.compile(r"\b(?:no|wait|sorry|hang on|hold on|actually|oh)\b", re.IGNORECASE)
_FOLLOWING = 3  # sentences in which the new day is told


def put_right(
    said: Utterance, due: SpokenDate, utterances: Sequence[Utterance], days: Days
) -> tuple[Utterance, SpokenDate] | None:
    """Return the day that the speaker of *said* puts in the place of *due* in the next words, with its sentence.

    "Friday? No, I'm away. Wednesday week." Where they only say that they are not there on it, the day is open, with the
    reason. None where nothing is taken back.
    """
    begins = min((day.end for day in days.of(said) if day.day == due.day), default=due.end)
    taken_back = _AT_ONCE.search(said.text, begins) is not None
    refused = said if _BREAKS_OFF.search(said.text, begins) and _refuses(said, due, days, begins) else None
    things = things_of([said])
    for after in utterances[said.index + 1 : min(turn_of(utterances, said.index).stop, said.index + 1 + _FOLLOWING)]:
        taken_back = taken_back or _TAKES_BACK.match(after.text) is not None
        if not taken_back or after.speaker != said.speaker:
            continue
        if refused is None and _refuses(after, due, days, 0):
            refused = after
        others = [day for day in days.of(after) if day.day not in {None, due.day}]
        if not _ends_with_day(said, due, days):
            others = [day for day in others if not _there(day, after)]
        new = pick_due(others, after.text)
        if new is not None and new.day is not None and puts_another(after, new, things):
            return after, new
    return (refused, replace(due, day=None, reason="no day was promised")) if refused is not None else None


_WEEKDAY = re.compile(r"(?:mon|tues|wednes|thurs|fri|satur|sun)day", re.IGNORECASE)
_NOT_THERE = re.compile(
    r"\b(?:i|we)(?:'m| am|'re| are) (?:(?:all|both|still|already) )?(?:off|away|out(?! of\b)|on leave|on holiday|on vacation|not (?:here|in|there|around|working))\b|"
    r"\b(?:i|we) (?:can't|cannot|won't)\W*$|\bis (?:a|my) holiday\b|\b(?:doesn't|does not|won't) work\b",
    re.IGNORECASE,
)
"""What is said of a day on which the speaker cannot do it."""


def _refuses(utterance: Utterance, due: SpokenDate, days: Days, begins: int) -> bool:
    """Tell whether *utterance* names the day *due* behind *begins*, no other, and that its speaker is not there on it."""
    text = utterance.text.replace("’", "'")[begins:]
    others = any(day.start >= begins and day.day != due.day for day in days.of(utterance))
    spoken = _WEEKDAY.search(due.text)
    names = re.search(rf"\b(?:{re.escape(spoken[0] if spoken else due.text)}|then|that day)\b", text, re.IGNORECASE)
    return not others and names is not None and _NOT_THERE.search(text) is not None


def _ends_with_day(said: Utterance, due: SpokenDate, days: Days) -> bool:
    """Tell whether *said* breaks off at the day once more: "by friday no sorry friday" - "i'm in basel the tenth then"."""
    last = days.of(said)[-1:]
    return (
        bool(last)
        and last[0].start >= due.start
        and last[0].day == due.day
        and not said.text[last[0].end :].strip(" .,!")
    )


def _there(day: SpokenDate, utterance: Utterance) -> bool:
    """Tell whether the speaker is elsewhere on a day: "I'm in Tucson Monday"."""
    return SOMEWHERE.search(utterance.text[: day.start].replace("’", "'")) is not None


def _told(utterance: Utterance, days: Days) -> SpokenDate | None:
    text = utterance.text.replace("’", "'")
    due = pick_due(days.of(utterance), utterance.text)
    if due is None or due.day is None or due.past or _HOUR.fullmatch(due.text):
        return None
    if text.rstrip().endswith("?") or ASKS_WHEN.search(text):
        return None
    before, after = _clause(text, due)
    return None if _ELSEWHERE.search(f"{before} {after}") or _OF_AN_EVENT.search(before) else due


_ENDS = re.compile(r"[.,;:!?–—]|\b(?:and|but|so|then|because)\b", re.IGNORECASE)
_BEGINS = re.compile(r"\b(?=(?:i|we|you|they|he|she|it)(?:'|\b))", re.IGNORECASE)


def _clause(text: str, due: SpokenDate) -> tuple[str, str]:
    """Return what the clause of a day says before and behind it; speech without signs is cut before a pronoun too."""
    cuts = [cut.end() for cut in _ENDS.finditer(text, 0, due.start)] + [
        cut.start() for cut in _BEGINS.finditer(text, 0, due.start)
    ]
    end = _ENDS.search(text, due.end)
    return text[max(cuts, default=0) : due.start], text[due.end : end.start() if end else len(text)]
