"""Whether a sentence beside a matter says its day: it is only a day, or speaks of it, of its object, or of who gets it."""

import re
from collections.abc import Collection, Iterable
from typing import Any

from hub.nlp.dates import SpokenDate
from hub.nlp.extract.actions_replies import is_only_a_day
from hub.nlp.extract.lexicon import words
from hub.nlp.extract.utterances import Utterance

_IT = words("it that this those these they all both")
_THEM = words("it that this them those these one all both")
_GIVERS = words("i you we everyone everybody y'all")
_GIVES = words(
    "have get see send receive do finish bring deliver give hand upload file share post show put close submit circulate "
    "mail email fax ship forward return complete deal need want print sign"
)
_LEAVES = words("be go follow")
_BEHIND = words("back in away off closed open up over here there")
_STANDS = words("ready done finished out due there through up signed sent filed complete yours with on in by before until at for")
_ELSE = words("talk speak meet fly travel drive visit see call ring work start")
_MEANS = re.compile(
    r"(?:\b(?:make it|call it|say|aim(?:ing)? for|look (?:out )?for (?:it|them|that)|expect (?:it|them|that)|shoot for)|"
    r"\b(?:give me|let me have|leave (?:it|that|them) with me|(?:ready|done|finished|through)))(?: until| till| by| on| for)?(?: the)? $",
    re.IGNORECASE,
)
"""What stands right before a day that is given to the matter at hand: "make it Friday", "give me until Friday"."""
_HEAR = re.compile(
    r"\b(?:you|you'll|you will) (?:all )?(?:hear|have (?:it|them|that)|get (?:it|them|that))\b|\bfrom me\b|\blet you know\b|"
    r"\b(?:tell|show|give|send) you\b|\b(?:get|come) back to you\b",
    re.IGNORECASE,
)
"""Who is to have the work: "you'll hear from me on Monday"."""
_ENDS = re.compile(r"[.,;:!?–—]|\b(?:and|but|so|then|because)\b", re.IGNORECASE)


def things_of(anchors: Iterable[Utterance]) -> frozenset[str]:
    """Return the nouns that are the objects of what *anchors* say is to be done, folded."""
    return frozenset(
        token.lemma_.casefold()
        for anchor in anchors
        for token in anchor.sent
        if token.dep_ in {"dobj", "conj"} and token.pos_ in {"NOUN", "PROPN"} and _is_object(token)
    )


def _is_object(token: Any) -> bool:
    while token.dep_ == "conj" and token.head.i != token.i:
        token = token.head
    return bool(token.dep_ == "dobj")


def speaks_of(utterance: Utterance, due: SpokenDate, things: Collection[str]) -> bool:
    """Tell whether *utterance* says the day *due* of a matter about *things*, the nouns of its objects."""
    text = utterance.text.replace("’", "'")
    if is_only_a_day(text, due.text) or _MEANS.search(text[: due.start]):
        return True
    start, end = _bounds(text, due)
    if _HEAR.search(text[start:end]):
        return True
    clause = _tokens(utterance, start, end)
    subjects = [token for token in clause if token.dep_ in {"nsubj", "nsubjpass"}]
    if not subjects:
        return False
    first = subjects[0]
    if first.lower_ in _GIVERS:
        return _gives(first.head, things)
    return (first.lower_ in _IT or first.lemma_.casefold() in things) and _leaves(first)


def _gives(verb: Any, things: Collection[str]) -> bool:
    """Tell whether *verb* has the matter as its object: "you have it", "I send the letter"."""
    objects = [child for child in verb.children if child.dep_ in {"dobj", "nsubj", "dative"} and child.i > verb.i]
    return verb.lemma_.lower() in _GIVES and any(
        one.lower_ in _THEM or one.lemma_.casefold() in things for one in objects
    )


def _leaves(subject: Any) -> bool:
    """Tell whether what *subject* is said to do means that the work is done: "it's out", "the letter goes to them"."""
    verb = subject.head
    behind = [child for child in verb.children if child.i > verb.i]
    if any(child.lower_ in _BEHIND and child.dep_ in {"advmod", "prt", "acomp"} for child in behind):
        return False
    if subject.dep_ == "nsubjpass":
        return verb.lemma_.lower() in _GIVES and subject.lower_ != "they"
    if verb.lemma_.lower() not in _LEAVES:
        return False
    return verb.lemma_.lower() != "be" or any(child.lower_ in _STANDS for child in behind)


def puts_another(utterance: Utterance, day: SpokenDate) -> bool:
    """Tell whether *utterance* puts *day* in the place of one that was taken back: hardly more than it, or of "I", "you", "it"."""
    text = utterance.text.replace("’", "'")
    if is_only_a_day(text, day.text):
        return True
    start, end = _bounds(text, day)
    clause = _tokens(utterance, start, end)
    subjects = [
        token
        for token in clause
        if token.dep_ in {"nsubj", "nsubjpass"} and not day.start <= token.idx - utterance.sent.start_char < day.end
    ]
    if not subjects:
        return True
    first = subjects[0]
    return first.lower_ in {"i", "you", "it", "that"} and first.head.lemma_.lower() not in _ELSE


def _bounds(text: str, day: SpokenDate) -> tuple[int, int]:
    """Return where the clause of a day begins and ends."""
    start = max((cut.end() for cut in _ENDS.finditer(text, 0, day.start)), default=0)
    end = _ENDS.search(text, day.end)
    return start, end.start() if end else len(text)


def _tokens(utterance: Utterance, start: int, end: int) -> list[Any]:
    offset = utterance.sent.start_char
    return [token for token in utterance.sent if start <= token.idx - offset < end]
