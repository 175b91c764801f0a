"""Whether a clause is work at all, and how far to believe a draft."""

import re
from typing import TYPE_CHECKING, Any

from hub.nlp.extract.actions_clauses import Clause, Mood
from hub.nlp.extract.actions_lexicon import COURTESY_OBJECTS, DELIVER, EXTERNAL, LIGHT, SCREEN, TALK, WORK
from hub.nlp.extract.writing_phrases import verb_phrase
from hub.nlp.extract.writing_pronouns import PRONOUNS

if TYPE_CHECKING:
    from hub.nlp.extract.actions_draft import Draft

THRESHOLD = 0.6

_ROUTINE = re.compile(
    r"\b(?:every (?:single )?(?:\w+day|week|month|quarter|year|morning|two weeks|call|meeting|time)|each (?:week|month|"
    r"quarter|\w+day)|on the first of (?:every|each)|as (?:always|usual|ever|before)|like (?:always|every \w+)|always|usually|"
    r"normally|weekly as|monthly as|as (?:it|we|i) (?:did|do|does|have|has)\b|the usual|routinely|on a (?:weekly|monthly|"
    r"daily|rolling) basis|same as (?:always|last))\b",
    re.IGNORECASE,
)
_HERE = re.compile(
    r"\b(?:in a (?:minute|second|moment|sec|bit)|right now|real quick|for a (?:second|minute|moment)|one (?:second|moment|sec)|"
    r"quickly|briefly|out loud|the floor|screen|on mute|in the chat|first item|next item|the agenda item|turn it over|"
    r"the next slide|kick|give you (?:all )?.{0,20}back|minutes back|some context|the short version|the background)\b",
    re.IGNORECASE,
)
_JEST = re.compile(
    r"\b(?:joking|kidding|haha|lol|in my dreams|over my dead body|when pigs|in another life)\b", re.IGNORECASE
)
_INFORM = frozenset(
    [
        "tell",
        "say",
        "explain",
        "remind",
        "show",
        "walk",
        "clarify",
        "describe",
        "summarise",
        "summarize",
        "recap",
        "confirm",
        "repeat",
        "give",
    ]
)
_ASKERS = frozenset({"me", "us"})
_WISHES = frozenset({"need", "want", "like"})
_HYPOTHETICAL = re.compile(
    r"\b(?:would|could|might|may) (?:have|be|\w+)\b.{0,40}\bif\b|\bif (?:they|we|it) ever\b", re.IGNORECASE
)


def is_work(clause: Clause) -> bool:
    """Tell whether the clause speaks of a deed outside of the meeting, going by its verb and object."""
    lemma, text = clause.lemma, clause.utterance.text
    if clause.negated or (lemma in TALK and not _is_work_after_all(clause)):
        return False
    if lemma not in WORK and (clause.verb.pos_ != "VERB" or clause.weight <= 0.3):
        return False
    if (lemma == "make" and pronoun_only(clause.verb)) or (lemma == "ask" and not has_content(clause.verb)):
        return False
    phrase = " ".join(token.lower_ for token in verb_phrase(clause.verb))
    words = set(re.findall(r"[a-z-]+", phrase))
    if words & COURTESY_OBJECTS or (lemma in {"share", "show", "see"} and words & SCREEN):
        return False
    if _HERE.search(phrase) or _JEST.search(text) or _ROUTINE.search(text):
        return False
    return not (lemma in LIGHT and not has_content(clause.verb) and not pronoun_only(clause.verb))


def _is_work_after_all(clause: Clause) -> bool:
    """Tell whether a verb of talk means work here: "I need the list from you", "explain it in the memo"."""
    return (clause.mood is Mood.REQUEST and clause.lemma in _WISHES) or _in_writing(clause)


def _in_writing(clause: Clause) -> bool:
    """ "Keep", "explain" and the like are work only in writing or for somebody outside."""
    return clause.lemma in {"describe", "explain", "summarise", "summarize", "read"} and bool(
        re.search(
            r"\b(?:memo|email|e-mail|letter|writing|report|draft|document|manual)\b",
            clause.utterance.text,
            re.IGNORECASE,
        )
    )


def informs_here(clause: Clause) -> bool:
    """Tell whether a request only asks to be told something now ("can you remind us ...")."""
    if clause.lemma not in _INFORM and clause.lemma not in {"take", "start", "go", "share", "bring", "see", "hear"}:
        return False
    follows = [token.lower_ for token in clause.verb.doc[clause.verb.i + 1 : clause.verb.i + 3]]
    return bool(set(follows) & _ASKERS) or clause.lemma in {
        "explain",
        "repeat",
        "remind",
        "clarify",
        "say",
        "start",
        "go",
        "see",
        "hear",
    }


def has_content(verb: Any) -> bool:
    """Tell whether the verb governs a noun or a clause, beyond pronouns and days."""
    return any(
        (token.pos_ in {"NOUN", "PROPN"} or (token.pos_ == "NUM" and token.dep_ == "dobj"))
        and token.lower_ not in PRONOUNS
        for token in verb_phrase(verb)[1:]
    )


def pronoun_only(verb: Any) -> bool:
    """Tell whether the verb's object is a bare pronoun ("do it", "take that one"), with nothing that tells more."""
    objects = [child for child in verb.children if child.dep_ == "dobj"]
    objects = objects or [child for child in verb.children if child.dep_ == "dative"]
    told = any(part.dep_ in {"amod", "relcl", "prep", "acl"} for child in objects for part in child.children)
    return bool(objects) and not told and all(child.lower_ in PRONOUNS for child in objects)


def content(verb: Any) -> frozenset[str]:
    """Return the lemmas that tell what a clause is about."""
    return frozenset(
        token.lemma_.lower()
        for token in verb_phrase(verb)
        if token.pos_ in {"NOUN", "PROPN", "NUM", "VERB", "ADJ"} and token.lemma_.lower() not in LIGHT
    )


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of the smaller set that stands in the larger, 0 to 1."""
    return len(one & other) / min(len(one), len(other)) if one and other else 0.0


def score(draft: "Draft") -> float:
    """Return how far to believe that *draft* is an action, 0 to 1."""
    clause = draft.clause
    value = max(entry.weight for entry in (clause, *draft.others))
    value += 0.2 * draft.accepted + 0.2 * (draft.due is not None) + 0.1 * (draft.recapped or draft.noted)
    value += 0.1 if clause.lemma in DELIVER else 0.05 * (clause.lemma in WORK)
    value += 0.1 if has_content(clause.verb) or clause.mood is Mood.DELIVERY else -0.05
    value -= _doubts(draft)
    return max(0.0, min(0.97, value))


def _doubts(draft: "Draft") -> float:
    clause, doubt = draft.clause, 0.0
    named = draft.owner is not None and draft.owner.name is not None
    if clause.mood is Mood.OFFER and clause.weight <= 0.2 and clause.lemma not in DELIVER:
        doubt += 0.3
    if clause.mood in {Mood.JOINT, Mood.OPEN} and not named and draft.due is None:
        doubt += 0.3
    if clause.mood is Mood.REQUEST and not draft.accepted:
        doubt += 0.1 if draft.address is not None else 0.3
        doubt += 0.3 if informs_here(clause) else 0.0
    if clause.mood is Mood.ASSIGN and not named:
        doubt += 0.25 if _is_outside(clause) else 0.05
        doubt += 0.2 if draft.due is None and _is_outside(clause) else 0.0
    conditional = clause.mood is Mood.ASSIGN and re.search(r"\bif\b", clause.utterance.text, re.IGNORECASE)
    if conditional or _HYPOTHETICAL.search(clause.utterance.text):
        doubt += 0.3
    return doubt


def _is_outside(clause: Clause) -> bool:
    subject = clause.subject
    return subject is not None and (
        subject.lemma_.lower() in EXTERNAL or subject.pos_ != "PROPN" or subject.text.isupper()
    )
