"""Whether a sentence beside a matter says its day: it is only a day, or speaks of it, of its object, or of who gets it."""

import re
from collections.abc import Collection, Iterable
from typing import Any

from hub.nlp.dates import SpokenDate
from hub.nlp.extract.actions_replies import is_only_a_day
from hub.nlp.extract.days import verb_of
from hub.nlp.extract.lexicon import words
from hub.nlp.extract.utterances import Utterance

_IT = words("it that this those these they all both")
_THEM = words("it that this them those these one all both")
_POINTING = words("this that these those")
_GIVERS = words("i you we everyone everybody y'all")
_GIVES = words(
    "have get see send receive do finish bring deliver give hand upload file share post show put close submit circulate "
    "mail email fax ship forward return complete deal need want print sign"
)
_SENDS = words("send deliver submit circulate ship file upload share publish post")
_RECEIVES = words("have get see receive need")
_LEAVES = words("be go follow")
_BEHIND = words("back in away off closed open up over here")
_STANDS = words(
    "there running ready done finished out due there through up signed sent filed complete yours with on in by before until at for"
)
_ELSE = words("talk speak meet fly travel drive visit see call ring work start")
_MEANS = re.compile(
    r"(?:\b(?:make it|call it|say|aim(?:ing)? for|look (?:out )?for (?:it|them|that)|expect (?:it|them|that)|shoot for)|"
    r"\b(?:give me|let me have|leave (?:it|that|them) with me|(?:ready|done|finished|through))|"
    r"(?:^|[.,;:!?–—] |\b(?:and|so|but) )(?:the |our )?(?:deadline|due date|target(?: date)?)(?: is|'s| will be))"
    r"(?: until| till| by| on| for)?(?: the)? $",
    re.IGNORECASE,
)
"""What stands right before a day that is given to the matter at hand: "make it Friday", "the deadline is Friday"."""
_HEAR = re.compile(
    r"\b(?:you|you'll|you will) (?:all )?(?:hear|have (?:it|them|that)|get (?:it|them|that))\b|\blet you know\b|"
    r"\b(?:tell|show|give|send) you\b|\b(?:get|come) back to you\b",
    re.IGNORECASE,
)
"""Who is to have the work: "you'll hear from me on Monday"."""
_IS_IT = re.compile(r"(?: is|['’]s| works| suits| would| then\b| it is| i can\b| i could\b| i'll\b)", re.IGNORECASE)
"""What follows a day that takes another's place: "Wednesday is more honest"."""
NOT_THEN = re.compile(r" (?:doesn['’]t|does not|won['’]t|isn['’]t|is not)\b", re.IGNORECASE)
"""What follows a day that is refused: "sorry, Thursday doesn't work"."""
_SUBJECTS = frozenset({"nsubj", "nsubjpass"})
_NEUTRAL = words("i you we it that this")
_SPOKEN_OF = words("i you it that 's us")
_LIGHT = words(
    "be have get do make say think guess suppose propose suggest can could will would work suit manage let go gon gonna leave need take try mean know see"
)
_FROM_ME = re.compile(r"\bfrom me\b", re.IGNORECASE)
_BY = re.compile(r"\bby(?: the)? $", re.IGNORECASE)
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
    if gives_day(utterance, due):
        return True
    start, end = _bounds(text, due)
    if _HEAR.search(text[start:end]) or _FROM_ME.search(text):
        return True
    verb, subject = _said_of(utterance, due)
    if verb is None or subject is None:
        return False
    if subject.lower_ in _GIVERS or (verb.lemma_.lower() in _RECEIVES and _gives(verb, things)):
        return _gives(verb, things)
    if subject.lower_ in _IT or subject.lemma_.casefold() in things:
        return leaves(subject) or _BY.search(text[: due.start]) is not None
    return not things and _goes_out(subject)


def gives_day(utterance: Utterance, due: SpokenDate) -> bool:
    """Tell whether *utterance* gives the day *due* to the matter at hand: "make it Friday", "you'll have it by then".

    It also does where it is hardly more than the day, or draws it from a reason at its end: "..., so Monday".
    """
    text = utterance.text.replace("’", "'")
    before = text[: due.start]
    if is_hardly_more(utterance, due) or _MEANS.search(before) or _HAVE_DONE.search(text):
        return True
    return _SO.search(before) is not None and not text[due.end :].strip(" .!")


_SO = re.compile(r",? so(?: by| on)?(?: the)? $", re.IGNORECASE)
_HAVE_DONE = re.compile(
    r"\byou(?:'ll| will| have| shall)? (?:all )?(?:have|get|see) (?:it|that|them|those|both|all of (?:it|them))\b|"
    r"\bi(?:'ll|'ve| will| have)? (?:have |got )*(?:it|them|both|everything|all(?: of (?:it|them))?) (?!to\b)\w+(?:ed|en|ne|nt)\b",
    re.IGNORECASE,
)
"""What hands the matter over or calls it done: "you'll have that", "I've got all of it sorted"."""


def is_hardly_more(utterance: Utterance, day: SpokenDate) -> bool:
    """Tell whether *utterance* is hardly more than *day*, and says of nobody else and nothing else what that one does."""
    if not is_only_a_day(utterance.text, day.text):
        return False
    subjects = [token for token in utterance.sent if token.dep_ in _SUBJECTS and not _within(token, utterance, day)]
    return all(token.lower_ in _NEUTRAL and _is_light(token.head, utterance, day) for token in subjects)


def _is_light(verb: Any, utterance: Utterance, day: SpokenDate) -> bool:
    """Tell whether a verb names nothing that is done: "it's Friday", "I can Friday", but not "it's my birthday"."""
    named = [child for child in verb.children if child.dep_ in {"attr", "dobj"} and child.pos_ in {"NOUN", "PROPN"}]
    apart = utterance.text[: day.start].rstrip().endswith((",", ":", "–", "—"))
    return verb.lemma_.lower() in _LIGHT and (apart or all(_within(child, utterance, day) for child in named))


def _within(token: Any, utterance: Utterance, day: SpokenDate) -> bool:
    return bool(day.start <= token.idx - utterance.sent.start_char < day.end)


def _before(utterance: Utterance, day: SpokenDate) -> list[Any]:
    return [token for token in utterance.sent if token.idx - utterance.sent.start_char < day.start]


def _said_of(utterance: Utterance, day: SpokenDate) -> tuple[Any | None, Any | None]:
    """Return the verb that a day hangs on, and its subject; one that has none shares that of the verb above it."""
    verb = verb_of(day, utterance)
    above = verb
    while above is not None:
        subject = next((child for child in above.children if child.dep_ in _SUBJECTS), None)
        if subject is not None or above.dep_ not in {"xcomp", "conj", "advcl"}:
            return verb, subject
        above = above.head
    return verb, None


def _gives(verb: Any, things: Collection[str]) -> bool:
    """Tell whether *verb* has the matter as its object: "you have it", "I send the letter"."""
    return verb.lemma_.lower() in _GIVES and any(
        one.lower_ in _THEM or one.lemma_.casefold() in things or points(one) for one in _objects(verb)
    )


def points(thing: Any) -> bool:
    """Tell whether a noun is said to be the one just spoken of: "I'll get that request in"."""
    return thing.pos_ == "NOUN" and any(child.dep_ == "det" and child.lower_ in _POINTING for child in thing.children)


def pointed_at(verb: Any) -> set[str]:
    """Return the lemmas of the verb's objects that are said to be the ones just spoken of."""
    return {child.lemma_.lower() for child in verb.children if child.dep_ == "dobj" and points(child)}


def _objects(verb: Any) -> list[Any]:
    return [child for child in verb.children if child.dep_ in {"dobj", "nsubj", "dative"} and child.i > verb.i]


def _goes_out(subject: Any) -> bool:
    """Tell whether something is sent off, as what "I'll write to them" has no word for: "the letters go out"."""
    verb = subject.head
    return verb.lemma_.lower() == "go" and any(child.lower_ == "out" for child in verb.children)


def leaves(subject: Any) -> bool:
    """Tell whether what *subject* is said to do means that the work is done: "it's out", "the letter goes to them"."""
    verb = subject.head
    behind = [child for child in verb.children if child.i > verb.i]
    if any(child.lower_ in _BEHIND and child.dep_ in {"advmod", "prt", "acomp"} for child in behind):
        return False
    if subject.dep_ == "nsubjpass":
        return verb.lemma_.lower() in _GIVES and subject.lower_ != "they"
    if verb.lemma_.lower() not in _LEAVES:
        return False
    named = any(child.dep_ == "attr" and child.pos_ in {"NOUN", "PROPN"} for child in behind)
    return verb.lemma_.lower() != "be" or (not named and any(child.lower_ in _STANDS for child in behind))


def puts_another(utterance: Utterance, day: SpokenDate, things: Collection[str]) -> bool:
    """Tell whether *utterance* puts *day* in the place of one that was taken back in a matter about *things*.

    It does where it is hardly more than the day, speaks of the matter, or says what "I", "you" or "it" do on it.
    """
    if NOT_THEN.match(utterance.text, day.end):
        return False
    if speaks_of(utterance, day, things) or _IS_IT.match(utterance.text, day.end):
        return True
    verb, subject = _said_of(utterance, day)
    if verb is None or subject is None:
        start, _ = _bounds(utterance.text, day)
        beside = [t for t in _before(utterance, day) if t.idx - utterance.sent.start_char >= start]
        return not any(token.pos_ in {"NOUN", "PROPN"} for token in beside)
    if _within(subject, utterance, day):
        return True
    sends = subject.lower_ == "we" and verb.lemma_.lower() in _SENDS and not _objects(verb)
    return sends or (subject.lower_ in _SPOKEN_OF and verb.lemma_.lower() not in _ELSE)


def _bounds(text: str, day: SpokenDate) -> tuple[int, int]:
    """Return where the clause of a day begins and ends."""
    start = max((cut.end() for cut in _ENDS.finditer(text, 0, day.start)), default=0)
    end = _ENDS.search(text, day.end)
    return start, end.start() if end else len(text)
