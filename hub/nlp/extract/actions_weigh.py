"""Whether a clause is work at all, and what it is about."""

import re
from typing import Any

from hub.nlp.extract.actions_clause import Clause
from hub.nlp.extract.actions_forms import Mood
from hub.nlp.extract.actions_lexicon import COURTESY_OBJECTS, LIGHT, SCREEN, TALK, WORK
from hub.nlp.extract.lexicon import words
from hub.nlp.extract.writing_phrases import verb_phrase
from hub.nlp.extract.writing_pronouns import PRONOUNS

FAINT = 0.3  # weight up to which a form of words is hardly a request: a bare verb, "you could"

_ROUTINE = re.compile(
    r"\b(?:every (?:single )?(?:\w+day|week|month|quarter|year|morning|two weeks|call|meeting|time)|"
    r"each (?:week|month|"
    r"quarter|\w+day)|on the first of (?:every|each)|as (?:always|usual|ever|before)|like (?:always|"
    r"every \w+)|always|usually|"
    r"normally|weekly as|monthly as|(?<!soon )as (?:it|we|i) (?:did|do|does|have|has)\b|(?<!with )the usual|routinely|"
    r"on a (?:weekly|monthly|"
    r"daily|rolling) basis|same as (?:always|last))\b",
    re.IGNORECASE,
)
_HERE = re.compile(
    r"\b(?:in a (?:minute|second|moment|sec|bit)|right now|real quick|for a (?:second|minute|moment)|"
    r"one (?:second|moment|sec)|(?:come|get|go) back to (?:that|this|it) (?:at the end|later|in a)|"
    r"quickly|briefly|out loud|the floor|screen|whiteboard|slides?|on mute|minutes (?:of|during|today|for)|"
    r"take (?:the )?minutes|in the chat|the story|from the top|first item|next item|the agenda item|turn it over|"
    r"the next slide|kick|"
    r"(?:go|run|walk) (?:down|through|over) (?:the|this|our|my) (?:list|agenda|items|points|slides|minutes)|"
    r"give you (?:all )?.{0,20}back|minutes back|some context|the short version|the background)\b",
    re.IGNORECASE,
)
_NOTED = re.compile(
    r"^(?:put|note|mark|minute|record|log|write) (?:(?:it|that|this|them|him|her|you|[a-z]+)(?: down)?(?:,| for| as|$)|"
    r"[a-z]+,? no name)(?! (?:the|a|an) )",
    re.IGNORECASE,
)
_JEST = re.compile(
    r"\b(?:joking|kidding|haha|lol|in my dreams|over my dead body|when pigs|in another life)\b", re.IGNORECASE
)
_INFORM = words("""
    tell say explain remind show walk clarify describe summarise summarize recap confirm repeat give
""")
_PEOPLE = words("you me us him her")
_ASKERS = words("me us")
_THOSE = words("you me us him her them everyone everybody")
_OF_PEOPLE = words("commit brief excuse join follow")
_WISHES = words("need want like expect")


def is_work(clause: Clause) -> bool:
    """Tell whether the clause speaks of a deed outside of the meeting, going by its verb and object."""
    lemma, text = clause.lemma, clause.utterance.text
    if clause.mood is Mood.DELIVERY and clause.subject is not None:
        return not clause.negated and not (_JEST.search(text) or _ROUTINE.search(text))
    if clause.negated or (lemma in TALK and not _is_work_after_all(clause)):
        return False
    if lemma not in WORK and (clause.verb.pos_ != "VERB" or clause.weight <= FAINT):
        return False
    if _NOTED.search(phrase_text(clause)) or (lemma in _OF_PEOPLE and _is_done_to_people(clause.verb)):
        return False
    vague = (
        lemma == "ask" and not has_content(clause.verb) and not (clause.mood is Mood.COMMIT and is_to_somebody(clause))
    )
    if _is_only_talk_of_a_day(clause) or vague:
        return False
    phrase = " ".join(token.lower_ for token in verb_phrase(clause.verb))
    words = set(re.findall(r"[a-z-]+", phrase))
    if words & COURTESY_OBJECTS or (lemma in {"share", "show", "see"} and words & SCREEN):
        return False
    if _HERE.search(phrase) or _JEST.search(text) or _ROUTINE.search(text):
        return False
    if lemma in {"go", "come"} and any(_is_errand(child) for child in clause.verb.children if child.i > clause.verb.i):
        return True
    return lemma not in LIGHT or has_content(clause.verb) or pronoun_only(clause.verb) or _gets_done(clause.verb)


def _is_done_to_people(verb: Any) -> bool:
    """Tell whether the object is only somebody: "I'll brief her after", "I can commit him to Friday"."""
    objects = [child for child in verb.children if child.dep_ in {"dobj", "dative"}]
    return bool(objects) and all(child.lower_ in _THOSE for child in objects)


def _is_errand(child: Any) -> bool:
    """Tell whether a word beside "go" says what for: "I'll go see him", "I'll go through them"."""
    return bool(child.tag_ == "VB" or (child.dep_ == "prep" and child.lower_ in {"through", "for", "over", "after"}))


_TO_SOMEBODY = words(
    "go ring call phone ask tell write email mail visit see brief inform warn chase remind train speak talk meet"
)


def is_to_somebody(clause: Clause) -> bool:
    """Tell whether the work is to reach somebody who is not in the room: "I'll ring him"."""
    reached = (part for child in clause.verb.children for part in (child, *child.children) if part.i > clause.verb.i)
    return clause.lemma in _TO_SOMEBODY and any(part.lower_ in {"him", "her", "them"} for part in reached)


def phrase_text(clause: Clause) -> str:
    """Return the words of the clause from its verb on, as spoken."""
    return str(clause.verb.doc[clause.verb.i : clause.verb.sent.end].text)


def _is_only_talk_of_a_day(clause: Clause) -> bool:
    """Tell whether the words only set a day: "make it Tuesday", "call it Monday"."""
    return clause.lemma in {"make", "call"} and clause.weight <= FAINT and pronoun_only(clause.verb)


def _gets_done(verb: Any) -> bool:
    """Tell whether the work is in a second verb: "get that switched off", "have it signed"."""
    if verb.lemma_ not in {"get", "have"}:
        return False
    return any(
        child.tag_ in {"VBN", "VBD"}
        or (child.dep_ in {"ccomp", "xcomp"} and child.tag_ == "VB" and any(c.dep_ == "dobj" for c in child.children))
        for child in verb.children
    )


def _is_work_after_all(clause: Clause) -> bool:
    """Tell whether a verb of talk means work here: "I need the list from you", "explain it in the memo"."""
    if clause.mood is Mood.COMMIT and clause.lemma == "see":
        if clause.verb.i + 1 == clause.verb.sent.end:
            return False
        after = clause.verb.nbor()
        return bool(after.lower_ == "to" or (after.lower_ == "that" and after.dep_ == "mark"))
    if clause.mood is Mood.COMMIT and clause.lemma in {"leave", "give"}:
        return bool(clause.begin == clause.verb.i)
    return (clause.mood is Mood.REQUEST and clause.lemma in _WISHES) or _in_writing(clause)


def _in_writing(clause: Clause) -> bool:
    """Tell whether a verb of telling is meant in writing, and so is work."""
    return clause.lemma in {"describe", "explain", "summarise", "summarize", "read"} and bool(
        re.search(
            r"\b(?:memo|email|e-mail|letter|writing|report|draft|document|manual)\b",
            clause.utterance.text,
            re.IGNORECASE,
        )
    )


def informs_here(clause: Clause) -> bool:
    """Tell whether a request only asks to be told something now ("can you remind us ...")."""
    if clause.needs_day:
        return False
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
    objects = [child for child in verb.children if child.dep_ in {"dobj", "dative"} and child.i > verb.i]
    told = any(part.dep_ in {"amod", "relcl", "prep", "acl"} for child in objects for part in child.children)
    words = {child.lower_ for child in objects if child.pos_ != "ADP"}
    return not told and bool(words & PRONOUNS) and words <= PRONOUNS | _PEOPLE


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
