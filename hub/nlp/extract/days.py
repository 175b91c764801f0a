"""The days of a sentence as they bear on work: those of what is over are past, those of an event known are its day."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from hub.domain.known_days import KnownDay
from hub.nlp.dates import SpokenDate
from hub.nlp.extract.events_beside import beside
from hub.nlp.extract.events_recorded import Recorded
from hub.nlp.extract.events_said import FindDates, dated, events_said
from hub.nlp.extract.lexicon import words
from hub.nlp.extract.utterances import Utterance

_PLANS = words(
    "say tell agree promise set fix plan schedule move push aim want need ask hope suppose mean think book put call expect like "
    "wish intend shift postpone bring go will commit decide"
)
"""Verbs whose past still speaks of what lies ahead: "we said Friday"."""
_WANTS = words("want need like have get expect")
_DEADLINE = re.compile(r"\b(?:by|before|until|till|for)(?: the| next| this)? $", re.IGNORECASE)
_ABSENT = re.compile(
    r"(?:\b(?:i|we|he|she)(?:'ll be| will be|'m| am|'re| are|'s| is) (?:\w+ )?(?:away|off|abroad|sick|out(?: of (?:the )?office)?)|"
    r"\bon (?:annual |maternity |parental |sick )?(?:leave|holidays?|vacation|pto)|\bout of office)(?: again| then)?,?(?: on| from| till| until| for)?(?: the)? $",
    re.IGNORECASE,
)
"""What is said of a day on which somebody is not there."""
_CONDITION = re.compile(
    r"\bif (?!possible|need|not|(?:you|we|i|they) (?:can|could|would|want|like|wish)\b|"
    r"(?:it|that|this)(?:'s|’s| is) (?:fine|okay|ok|all right|alright|good|acceptable|convenient)\b)"
    r"(?:(?!\b(?:then|please|(?:i|we)(?:'ll|’ll| will)|(?:can|could) you)\b)[^,;.?!])*$",
    re.IGNORECASE,
)
"""An "if" that a day hangs on, polite ones aside: "if Monday's test is clean"."""


class Days:
    """Finds the days of the sentences of one meeting; *recorded* are days ahead that the study's record holds."""

    def __init__(
        self, utterances: Sequence[Utterance], find_dates: FindDates, recorded: Sequence[KnownDay] = ()
    ) -> None:
        self._find_dates = find_dates
        self._known = events_said(utterances, self._plain)
        self._recorded = Recorded(recorded, utterances)

    def of(self, utterance: Utterance) -> list[SpokenDate]:
        """Return the days said in *utterance*, in order."""
        told = beside(self._find_dates(utterance.text), utterance, self._known)
        said = dated(told, utterance, self._known)
        found = [_hanging(entry, utterance) for entry in self._recorded.dated(said, utterance)]
        return [
            _seen(entry, utterance)
            for entry in found
            if not (_is_beside(utterance.text[: entry.start]) or _is_of_a_thing(entry, utterance))
            and not (_NOW.match(entry.text) and _SAYS_NOW.search(utterance.text[: entry.start]))
        ]

    def in_its_week(self, dates: Sequence[SpokenDate], former: SpokenDate | None) -> list[SpokenDate]:
        """Return *dates* with a bare weekday as one of the week named before: "next week" - "which day?" - "Wednesday"."""
        week = _WEEK.fullmatch(former.text) if former is not None and former.day is None else None
        return [self._of_week(entry, week) if week else entry for entry in dates]

    def _of_week(self, entry: SpokenDate, week: re.Match[str]) -> SpokenDate:
        weekday = _WEEKDAY.fullmatch(entry.text)
        if weekday is None or entry.day is None:
            return entry
        if week["after"]:
            return replace(entry, day=None, reason="it was not said which week is meant")
        found = self._find_dates(f"next week {weekday['wd']}")
        return replace(entry, day=found[0].day) if len(found) == 1 else entry

    def _plain(self, utterance: Utterance) -> list[SpokenDate]:
        """Return the days of a sentence for what they are, what is over as past."""
        return [_seen(entry, utterance) for entry in self._find_dates(utterance.text)]


def _hanging(entry: SpokenDate, utterance: Utterance) -> SpokenDate:
    """Take the day from one that nobody promised, and from a span that begins once something has happened."""
    if entry.day is not None and NO_PROMISE.search(utterance.text):
        return replace(entry, day=None, reason="no day was promised")
    if entry.day is None or entry.source or not _SPAN.fullmatch(entry.text):
        return entry
    if _ONCE_FIRST.match(utterance.text[: entry.start]) is None and _ONCE.match(utterance.text, entry.end) is None:
        return entry
    return replace(entry, day=None, reason="it counts from something that has not happened yet")


_SPAN = re.compile(
    r"(?:(?:with)?in )?(?!the )[\w-]+(?: of)? (?:working |business )?(?:hours?|days?|weeks?|months?)(?: time)?",
    re.IGNORECASE,
)
_WEEK = re.compile(
    r"(?:(?:early |late |during )?(?:the )?(?:next|following|coming) week|(?P<after>the week after(?: next)?))",
    re.IGNORECASE,
)
_WEEKDAY = re.compile(r"(?:on )?(?:the )?(?P<wd>(?:mon|tues|wednes|thurs|fri)day)", re.IGNORECASE)
_ONCE = re.compile(r",? (?:once (?!again|more|a )|as soon as|from the day)", re.IGNORECASE)
NO_PROMISE = re.compile(
    r"\b(?:(?:don't|don’t|do not|can't|can’t|cannot|won't|won’t) (?:want to |yet )?(?:promise|name|give you|commit to) (?:you )?(?:a|any|the) (?:day|date)|"
    r"no (?:day|date) from me)\b",
    re.IGNORECASE,
)
"""Days that are only guessed at: "today or this week, I don't want to promise a day"."""
_ONCE_FIRST = re.compile(
    r"^\W*(?:(?:and|but|well|so|yes|okay)\W+)*(?:once (?!again|more|a )|as soon as\b|from the day\b)", re.IGNORECASE
)


def _is_beside(before: str) -> bool:
    """Tell whether a day after the words *before* says when somebody is away, or under which condition."""
    conditional = _CONDITION.search(before) is not None and _DEADLINE.search(before) is None
    return conditional or _ABSENT.search(before) is not None


_SAYS_NOW = re.compile(r"\bcan (?:\w+ )?(?:tell|say|answer|promise)(?: you)? (?=$)", re.IGNORECASE)
"""What is told at once: "that much I can tell you today"."""


def _is_of_a_thing(entry: SpokenDate, utterance: Utterance) -> bool:
    """Tell whether a day only says which thing is meant: "Monday's transfer goes without"; "by Monday's call" is a day."""
    text, doc = utterance.text, utterance.sent.doc
    if _OWNS.match(text, entry.end) is None or _AHEAD.search(text[: entry.start]) or not doc.has_annotation("DEP"):
        return False
    offset = utterance.sent.start_char + entry.end
    mark = next((token for token in utterance.sent if token.idx == offset), None)
    return mark is not None and mark.tag_ == "POS" and len(utterance.sent) > _SHORT and not _IS.match(text, entry.end)


_SHORT = 5  # tokens of "Monday's grand."
_IS = re.compile(
    r"['’]s (?:(?:their|our|his|her|your)\b|okay|ok|fine|good|grand|better|best|perfect|great|lovely|tight|too|no|not|out|early|late|possible|impossible|free|full|hard|"
    r"a|the|my|when|what|where|it|enough|alright|all right|more|realistic|honest)\b",
    re.IGNORECASE,
)
"""What tells that "Monday's" is "Monday is"."""
_OWNS = re.compile(r"['’]s? ")
_AHEAD = re.compile(r"\b(?:by|before|until|till|for|in time for|ahead of|at|in|to)(?: the| our)? $", re.IGNORECASE)


def _seen(entry: SpokenDate, utterance: Utterance) -> SpokenDate:
    if entry.past or entry.day is None or _COMING.search(entry.text) or not utterance.sent.doc.has_annotation("DEP"):
        return entry
    return replace(entry, past=True) if _is_over(entry, utterance) else entry


def _is_over(entry: SpokenDate, utterance: Utterance) -> bool:
    """Tell whether the verb of a day says what was done on it: "I sent it on Monday"."""
    if _DEADLINE.search(utterance.text[: entry.start]):
        return False
    verb = verb_of(entry, utterance)
    plans = verb is not None and verb.lemma_.lower() in _PLANS and verb.lower_ != "went" and not _NOW.match(entry.text)
    if verb is None or plans or any(child.lower_ == "if" for child in verb.children):
        return False
    if verb.lower_ in {"got", verb.lemma_.lower()} or _is_had(verb):
        return False
    aux = [child for child in verb.children if child.dep_ in {"aux", "auxpass"}]
    if verb.tag_ == "VBD":
        return not aux
    told = any(child.tag_ == "VBD" or (child.lemma_ == "have" and child.dep_ == "aux") for child in aux)
    return verb.tag_ == "VBN" and told and not any(child.tag_ == "MD" for child in aux)


_COMING = re.compile(
    r"\b(?:next|tomorrow|coming|from (?:now|today)|week today|fortnight)\b|^(?:with)?in ", re.IGNORECASE
)
"""Words that no day of what is over is told with: "this time next week I've done it"."""
_NOW = re.compile(r"this morning|today\b", re.IGNORECASE)
"""What was said so far today is over, also where it was a plan: "he promised it this morning"."""


def _is_had(verb: Any) -> bool:
    """Tell whether what is done is had or wanted by then: "you'll see it signed on Monday", "I want it done by Monday"."""
    above = verb.head
    behind = verb.dep_ in {"ccomp", "xcomp", "acl"} and verb.i > above.i
    wanted = above.lemma_.lower() in _WANTS and above.tag_ in {"VB", "VBP", "VBZ"}
    return behind and (wanted or any(child.tag_ == "MD" for child in above.children))


def verb_of(entry: SpokenDate, utterance: Utterance) -> Any | None:
    """Return the verb that a day hangs on."""
    doc, offset = utterance.sent.doc, utterance.sent.start_char
    span = doc.char_span(offset + entry.start, offset + entry.end, alignment_mode="expand")
    if span is None:
        return None
    token = span.root
    while token.head.i != token.i and token.pos_ not in {"VERB", "AUX"}:
        token = token.head
    return token if token.pos_ in {"VERB", "AUX"} else None
