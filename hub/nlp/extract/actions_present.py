"""Promises in the present and of what will be there: "I call them tomorrow", "on Monday you get it", "it is with you by noon"."""

import re
from collections.abc import Iterator
from typing import Any

from hub.nlp.extract.actions_clause import Clause
from hub.nlp.extract.actions_forms import Mood
from hub.nlp.extract.actions_lexicon import DELIVER, WORK
from hub.nlp.extract.lexicon import words
from hub.nlp.extract.utterances import Utterance


def promised(utterance: Utterance) -> Iterator[Clause]:
    """Yield the clauses of *utterance* that promise without "will"; most count only with a day beside them."""
    yield from _present_promises(utterance)
    yield from _from_me(utterance)
    yield from _orders(utterance)
    if not utterance.text.rstrip().endswith("?"):
        yield from _to_be_had(utterance)
        yield from _in_your_hands(utterance)
        yield from _to_be_done(utterance)


_THEN = re.compile(r"\b(?:as soon as|once|when|after|then)\b", re.IGNORECASE)
_HANDIWORK = WORK - words(
    "have get go come move leave see meet visit present find give let take need look walk talk work own"
) | {"show", "walk"}
_TALKS = words("speak talk write check verify clarify discuss")
_UNCHANGED = words("put set cut let")
"""Verbs whose past looks like their present."""
PERFORMED = words("ask propose open close recommend")
"""Verbs that do in the present what they say: "I close the meeting"."""
_MYSELF = re.compile(r"\b(?:myself|personally|in person|with my own hands)\b", re.IGNORECASE)
_OTHERS = words("it them him her that this these those all")
_PROMISED = DELIVER | {"follow", "take", "do", "collect", "get"}


def _is_handed_over(verb: Any) -> bool:
    """Tell whether somebody in the room is to get a thing: "I send you the scans"."""
    you = any(child.dep_ == "dative" and child.lower_ == "you" for child in verb.children)
    return you and any(child.dep_ == "dobj" and child.pos_ in {"NOUN", "PROPN"} for child in verb.children)


def _makes_a_thing(verb: Any) -> bool:
    """Tell whether the verb is work on a named thing: "I make the invoice", not "I have a lunch"."""
    things = (
        child for child in verb.children if child.dep_ == "dobj" or (child.dep_ == "prep" and verb.lemma_ in _TALKS)
    )
    return verb.lemma_.lower() in _HANDIWORK and any(_is_matter(thing) for thing in things)


def _is_matter(thing: Any) -> bool:
    """Tell whether work can be done on what a word stands for: a thing, somebody who is not in the room."""
    return thing.pos_ in {"NOUN", "PROPN", "ADP"} or thing.lower_ in _OTHERS


def _present_promises(utterance: Utterance) -> Iterator[Clause]:
    """Yield the present with a day ahead: "I call them tomorrow", "I'm sending it on Monday"."""
    for token in utterance.sent:
        verb, first, joint = token.head, token.lower_ == "i", token.lower_ == "we"
        if token.dep_ != "nsubj" or not (verb.lemma_.lower() in _PROMISED or (first and _makes_a_thing(verb))):
            continue
        if not (first or joint or token.pos_ == "PROPN"):
            continue
        if not _is_main(verb):
            continue
        aux = {str(child.norm_).lower() for child in verb.children if child.dep_ == "aux"}
        plain = verb.tag_ in {"VBP", "VBZ"} or (verb.lower_ in _UNCHANGED and verb.tag_ in {"VBD", "VBN"})
        progressive = verb.tag_ == "VBG" and aux <= {"am", "is", "'m", "'s"} and bool(aux)
        if not (progressive or (plain and not aux)):
            continue
        handed = first and verb.tag_ == "VBP" and _is_handed_over(verb)
        oneself = first and _MYSELF.search(utterance.text) is not None
        chained = handed or oneself or (first and verb.tag_ == "VBP" and _follows_from(verb, utterance))
        yield Clause(
            utterance,
            Mood.COMMIT if first else Mood.JOINT if joint else Mood.ASSIGN,
            verb,
            0.55 if oneself else 0.45 if chained else 0.35,
            subject=None if first or joint else token,
            negated=any(child.dep_ == "neg" for child in verb.children),
            begin=token.i,
            needs_day=not chained,
        )


def _follows_from(verb: Any, utterance: Utterance) -> bool:
    """Tell whether a named thing is what the speaker does next: "then I make the invoice"."""
    named = any(child.dep_ == "dobj" and child.pos_ in {"NOUN", "PROPN"} for child in verb.children)
    return named and verb.lemma_.lower() not in PERFORMED and _THEN.search(utterance.text) is not None


_OPENERS = words(
    "whether if when where how what why before until unless because since while once as that who which till"
)


def _is_main(verb: Any) -> bool:
    """Tell whether a verb says what is done, not under which condition, when or why."""
    while verb.dep_ == "conj" and verb.head.pos_ in {"VERB", "AUX"}:
        if _is_opened(verb):
            return False
        verb = verb.head
    return verb.dep_ != "relcl" and not _is_opened(verb)


def _is_opened(verb: Any) -> bool:
    return any(child.i < verb.i and child.lower_ in _OPENERS for child in verb.children)


_FROM_ME = re.compile(r"from (?:me|my (?:side|end|desk))\b", re.IGNORECASE)


def _from_me(utterance: Utterance) -> Iterator[Clause]:
    """Yield what is announced as coming: "Draft one comes from me on Friday"."""
    for token in utterance.sent[:-1]:
        mine = token.lower_ == "from" and _FROM_ME.match(token.doc[token.i : token.i + 3].text)
        if not mine or token.head.lemma_.lower() not in {"come", "follow", "go", "leave"}:
            continue
        subject = next((child for child in token.head.children if child.dep_ == "nsubj"), None)
        if subject is not None and subject.pos_ in {"NOUN", "PROPN", "NUM"}:
            yield Clause(
                utterance, Mood.DELIVERY, token.head, 0.4, subject=subject, begin=subject.left_edge.i, needs_day=True
            )


_ORDERED = (WORK | {"show"}) - words("have get go come see find need talk speak know meet")


def _orders(utterance: Utterance) -> Iterator[Clause]:
    """Yield what somebody is told to do in the present: "in two weeks you show us the plan", "you take the visits?"."""
    asked = utterance.text.rstrip().endswith("?")
    for token in utterance.sent:
        verb = token.head
        if token.dep_ != "nsubj" or token.lower_ != "you" or verb.tag_ not in {"VBP", "VB"}:
            continue
        bare = all(child.dep_ not in {"aux", "neg", "mark", "advmod"} or child.i > verb.i for child in verb.children)
        if bare and verb.dep_ == "ROOT" and verb.lemma_.lower() in _ORDERED and _makes_or_shows(verb):
            yield Clause(utterance, Mood.REQUEST, verb, 0.4, begin=token.i, needs_day=not asked)


def _makes_or_shows(verb: Any) -> bool:
    return any(child.dep_ == "dobj" and _is_matter(child) for child in verb.children)


_GIVER = re.compile(r"\b(?:from|to|on|with) me\b|\bmy\b", re.IGNORECASE)
_HAD = words("have get receive expect see hear")
_BEFORE_HAVING = words("will 'll ’ll shall can may 'd ’d have 've ’ve")


def _to_be_had(utterance: Utterance) -> Iterator[Clause]:
    """Yield what somebody is to have from the speaker: "on Monday you get it", "he'll have my answer by noon"."""
    for token in utterance.sent:
        verb = token.head
        mine = token.lower_ == "i" and verb.lemma_ == "have" and _FOR_YOU.search(utterance.text) is not None
        if token.dep_ != "nsubj" or verb.lemma_.lower() not in _HAD or (token.lower_ in _SPEAKERS and not mine):
            continue
        aux = {child.lower_ for child in verb.children if child.dep_ == "aux"}
        held = any(child.dep_ == "dobj" for child in verb.children)
        if (
            not held
            or not _is_main(verb)
            or not aux <= _BEFORE_HAVING
            or any(child.dep_ in {"neg", "xcomp"} or child.lower_ in _TO_SPEAKER for child in verb.children)
        ):
            continue
        if token.lower_ == "you" or mine or _GIVER.search(utterance.text):
            yield Clause(utterance, Mood.DELIVERY, verb, 0.4, begin=token.left_edge.i, needs_day=True)


_FOR_YOU = re.compile(r"\bfor you\b", re.IGNORECASE)
_SPEAKERS = words("i we who which that")
_TO_SPEAKER = frozenset({"me", "us"})
"""Who is to have it in "you'll get me the table": the other does it."""
_HANDS = re.compile(
    r"\bwith you\b|\b(?:come|comes|go|goes|follows?) to you\b|\bin your (?:in-?box|hands?|mail(?:box)?|e-?mail)\b|\bon your desk\b|\b(?:on (?:its|their) way to|reach(?:es)?) you\b",
    re.IGNORECASE,
)
_ARRIVES = words("be reach land go come follow lie stand")


def _in_your_hands(utterance: Utterance) -> Iterator[Clause]:
    """Yield what is said to reach those in the room: "the schedule is in your hands on the fifteenth"."""
    if _HANDS.search(utterance.text) is None:
        return
    for token in utterance.sent:
        verb = token.head
        if token.dep_ != "nsubj" or verb.lemma_.lower() not in _ARRIVES or token.lower_ in _SPEAKERS | {"you"}:
            continue
        if verb.tag_ not in {"VBD", "VBN"} and not any(child.dep_ == "neg" for child in verb.children):
            yield Clause(utterance, Mood.DELIVERY, verb, 0.55, subject=token, begin=token.left_edge.i, needs_day=True)
            return


_JUST_SAID = words("it they that this those these all everything both")
STATES = words("up off out done ready live open there finished sorted signed closed complete over fixed")


def _to_be_done(utterance: Utterance) -> Iterator[Clause]:
    """Yield what the speaker says will be done with the thing spoken of: "they'll be signed tomorrow", "it's up on Monday"."""
    for token in utterance.sent:
        verb = token.head
        if token.lower_ not in _JUST_SAID or token.dep_ not in {"nsubj", "nsubjpass"} or not _is_main(verb):
            continue
        aux = {child.lower_ for child in verb.children if child.dep_ in {"aux", "neg"}}
        done = verb.tag_ == "VBN" and any(child.dep_ == "auxpass" and child.tag_ == "VB" for child in verb.children)
        state = verb.lemma_ == "be" and any(child.lower_ in STATES for child in verb.children if child.i > verb.i)
        if aux and aux <= _WILL and (done or state):
            yield Clause(utterance, Mood.DELIVERY, verb, 0.55, subject=token, begin=token.left_edge.i, needs_day=True)
            return


_WILL = words("will 'll ’ll shall")
