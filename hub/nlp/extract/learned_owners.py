"""Who is to do what no cue told: only where the sentence itself and what answers it prove it."""

import re

from hub.nlp.extract.actions_answers import shortened, speaks_of_others
from hub.nlp.extract.actions_clause import Clause
from hub.nlp.extract.actions_clauses import clauses
from hub.nlp.extract.actions_forms import Mood
from hub.nlp.extract.actions_minding import MINDS, minded
from hub.nlp.extract.actions_replies import Reply, reply
from hub.nlp.extract.actions_weigh import is_work
from hub.nlp.extract.context_address import Address, addressed
from hub.nlp.extract.days import Days
from hub.nlp.extract.learned_items import Place
from hub.nlp.extract.matters import QUESTION, plain
from hub.nlp.extract.owners import Owner, of_speaker, of_subject
from hub.nlp.extract.owners_agreed import agreed
from hub.nlp.extract.utterances import Utterance, is_back_channel

_TAKES = re.compile(
    r"^\W*(?:(?:and|so|okay|ok|yes|yeah|sure|right|then|well|fine|good|no problem)[\s,.]+)*(?P<words>i(?:'ll| will|'m going to|'m gonna| am going to))\b"
    r"|^\W*(?:before|after|when|once|while|as soon as|because|since)\b[^.?!;]{3,70}?\bi(?:'ll| will|'m going to| am going to)\b",
    re.IGNORECASE,
)
_MINE = re.compile(
    r"\b(?:that|this|it)(?:'s| is|'ll be| will be) (?:with|on|up to) me\b|\bfalls? (?:to|on) me\b|\b(?:that|it|this)(?:'s| is) mine\b"
    r"|^\W*mine\W*$|\b(?:action|task|homework|note) (?:for|on|to) (?:me|myself|self)\b|\band i(?:'ll|'m going to| will| am going to)\W*$"
    r"|\bi owe (?:you|them|him|her) (?:that|this|it|one|those)\b|\bi(?:'m| am) (?:committing|giving you my word|sorting|opening|bringing|putting)\b"
    r"|\b(?:it|that)'ll be me\b|\bcount on me\b|\bhold me to\b|\b(?:that|it)(?:'s| is) (?:on my list|in my court|my job|my task)\b",
    re.IGNORECASE,
)
"""Words by which somebody has what was spoken of."""
_ASKS = re.compile(r"\b(?:can|could|would|will) you\b|\bplease\b", re.IGNORECASE)
_NOT = re.compile(r"\b(?:not|never|nobody|unless|if)\b|n't\b", re.IGNORECASE)
_DOUBTS = re.compile(
    r"\b(?:maybe|perhaps|might|would be|i hope|hopefully|try|should be|not before|not until|earliest|i think|depends)\b",
    re.IGNORECASE,
)
_REACH = 3
_ROLES = frozenset({"nsubj", "nsubjpass"})
_WILL = frozenset({"will", "'ll", "’ll", "shall"})
_FIRM = 0.35
UNPROVED = Owner(None, "what was said does not prove who is to do it", 0.0)


def proved_owner(main: Utterance, place: Place, days: Days | None = None) -> Owner:
    """Return who took it, was asked by name and agreed, or is named or the only one in a role; else nobody, and why."""
    text = plain(main.text)
    if not _NOT.search(text) and not QUESTION.search(text):
        takes = _TAKES.match(text) or _MINE.search(text)
        if takes:
            return of_speaker(main, place.roster, words=takes.group().strip(" ,."))
    asked = addressed(main.text, place.roster)
    if asked is not None and (_ASKS.search(text) or text.rstrip().endswith("?") or _orders(main)):
        return _answered(asked, main, place, days)
    if QUESTION.search(text):
        return UNPROVED
    named = _subject(main) if not _NOT.search(text) else None
    if named is not None:
        owner = of_subject(named, main, place.utterances[max(0, main.index - 4) : main.index], place.roster)
        if owner.name is None and (told := agreed(main, place.utterances, place.roster)) is not None:
            return told
        return Owner(owner.name, owner.reason, owner.certainty)
    found = _promised(main, place, days) or _told_when(main, place, days) or _in_present(main, place, days)
    return found or agreed(main, place.utterances, place.roster) or UNPROVED


def _in_present(main: Utterance, place: Place, days: Days | None) -> Owner | None:
    """The speaker says in the present what is there on a day ahead: "Monday I bring it", "you have my comments Friday"."""
    if not _says_by_when(main, days) or not main.sent.doc.has_annotation("DEP") or _OTHERS.search(main.text):
        return None
    if speaks_of_others(main, place.roster):
        return None
    for token in main.sent:
        own = token.dep_ == "nsubj" and token.lower_ in {"i", "you"} and token.head.tag_ in {"VBP", "VBG"}
        helped = any(child.dep_ == "aux" and child.tag_ == "MD" for child in token.head.children)
        if not own or helped or token.head.lemma_.lower() in _THINKS:
            continue
        if token.lower_ == "i" or token.head.lemma_.lower() in _GETS:
            return of_speaker(main, place.roster, words=shortened(main.text))
    return None


_THINKS = frozenset(
    [
        "think",
        "know",
        "believe",
        "hope",
        "guess",
        "mean",
        "want",
        "need",
        "suppose",
        "wonder",
        "remember",
        "say",
        "see",
        "hear",
        "tell",
        "agree",
    ]
)
_GETS = frozenset(["have", "get", "receive", "see", "hear", "find"])
_OTHERS = re.compile(r"\b(?:he|she|they)\b", re.IGNORECASE)


def _orders(main: Utterance) -> bool:
    """Tell whether the sentence tells somebody what to do: "Wes, open it again"."""
    return any(clause.mood is Mood.REQUEST for clause in _clauses(main))


def _clauses(main: Utterance) -> tuple[Clause, ...]:
    return clauses(main) if main.sent.doc.has_annotation("DEP") else ()


def _answered(asked: Address, main: Utterance, place: Place, days: Days | None) -> Owner:
    """A request proves its owner only with the answer of the one person it can mean."""
    if len(asked.people) != 1:
        return Owner(None, f"{asked.name} was asked, who is not one person on the list of participants", 0.0)
    for after in place.utterances[main.index + 1 : main.index + 1 + _REACH]:
        if place.roster.speaker(after.speaker) != asked.people[0]:
            continue
        said = minded(after.text) if MINDS.search(main.text) else reply(after.text)
        if said in {Reply.TAKE, Reply.ASSENT} or (said is Reply.NONE and _says_by_when(after, days)):
            return Owner(asked.people[0], f'{asked.people[0]} was asked by name and said "{after.text}"', 0.85)
        return Owner(None, f"{asked.people[0]} was asked and did not take it", 0.0)
    return Owner(None, f"{asked.people[0]} was asked, and no answer was heard", 0.0)


def _says_by_when(utterance: Utterance, days: Days | None) -> bool:
    """Tell whether a day ahead is promised in the sentence."""
    if (
        days is None
        or QUESTION.search(utterance.text)
        or _DOUBTS.search(utterance.text)
        or _NOT.search(plain(utterance.text))
    ):
        return False
    return any(day.day is not None and not day.past for day in days.of(utterance))


def _promised(main: Utterance, place: Place, days: Days | None) -> Owner | None:
    """The speaker does it, in words that the grammar knows somewhere in the sentence: "he's in on Friday, I call him then"."""
    found = _clauses(main)
    own = [clause for clause in found if _is_own(clause, days)]
    if not own or any(clause.mood in {Mood.ASSIGN, Mood.REQUEST} for clause in found):
        return None
    said = main.sent.doc[own[0].begin : main.sent.end].text
    return of_speaker(main, place.roster, words=shortened(said))


def _is_own(clause: Clause, days: Days | None) -> bool:
    """Tell whether the clause is a deed that the speaker promises: to do it, or to have it there on a day."""
    first = clause.verb.doc[clause.begin].lower_
    if any(child.lower_ in {"if", "unless"} for child in clause.verb.children):
        return False
    if clause.mood is Mood.DELIVERY:
        return first in {"you", "i"} and _says_by_when(clause.utterance, days)
    return clause.mood is Mood.COMMIT and clause.weight >= _FIRM and not clause.negated and is_work(clause)


def _told_when(main: Utterance, place: Place, days: Days | None) -> Owner | None:
    """Who is asked and tells by when it is there has it: "How soon?" - "It's with you on Friday"."""
    if not _says_by_when(main, days) or speaks_of_others(main, place.roster):
        return None
    before = _last_of_another(main, place)
    if before is None or not _is_put(before):
        return None
    return of_speaker(main, place.roster, words=shortened(main.text))


def _last_of_another(main: Utterance, place: Place) -> Utterance | None:
    """Return what another said last before the speaker's turn."""
    for before in reversed(place.utterances[max(0, main.index - _REACH) : main.index]):
        if before.speaker != main.speaker and not is_back_channel(before.text):
            return before
    return None


def _is_put(before: Utterance) -> bool:
    """Tell whether a sentence asks for something: a question, an order, a wish."""
    return QUESTION.search(before.text) is not None or _orders(before) or _WISH.search(before.text) is not None


_WISH = re.compile(r"\bi(?:'d| would) (?:like|want|need)\b|\bi (?:want|need)\b|\bplease\b", re.IGNORECASE)


def _subject(main: Utterance) -> object | None:
    """Return the doer of a sentence that says what somebody will do ("data management will run it")."""
    for token in main.sent:
        if token.dep_ in _ROLES and token.pos_ in {"PROPN", "NOUN"} and token.dep_ != "nsubjpass":
            helpers = {child.lower_ for child in token.head.children if child.dep_ == "aux"}
            return token if helpers & _WILL else None
    return None
