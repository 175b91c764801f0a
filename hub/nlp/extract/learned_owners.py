"""Who is to do what no cue told: only where the sentence itself and what answers it prove it."""

import re

from hub.nlp.extract.actions_replies import Reply, reply
from hub.nlp.extract.context_address import Address, addressed
from hub.nlp.extract.learned_items import Place
from hub.nlp.extract.matters import QUESTION, plain
from hub.nlp.extract.owners import Owner, of_speaker, of_subject
from hub.nlp.extract.utterances import Utterance

_TAKES = re.compile(
    r"^\W*(?:(?:and|so|okay|ok|yes|yeah|sure|right|then|well|fine|good|no problem)[\s,.]+)*(?P<words>i(?:'ll| will|'m going to|'m gonna| am going to))\b",
    re.IGNORECASE,
)
_ASKS = re.compile(r"\b(?:can|could|would|will) you\b|\bplease\b", re.IGNORECASE)
_NOT = re.compile(r"\b(?:not|never|nobody|unless|if)\b|n't\b", re.IGNORECASE)
_REACH = 3
_ROLES = frozenset({"nsubj", "nsubjpass"})
_WILL = frozenset({"will", "'ll", "’ll", "shall"})


def proved_owner(main: Utterance, place: Place) -> Owner:
    """Return who took it, was asked by name and agreed, or is named or the only one in a role; else nobody, and why."""
    text = plain(main.text)
    takes = _TAKES.match(text)
    if takes and not _NOT.search(text) and not QUESTION.search(text):
        return of_speaker(main, place.roster, words=takes["words"])
    asked = addressed(main.text, place.roster)
    if asked is not None and _ASKS.search(text):
        return _answered(asked, main, place)
    named = _subject(main) if not _NOT.search(text) and not QUESTION.search(text) else None
    if named is not None:
        owner = of_subject(named, main, place.utterances[max(0, main.index - 4) : main.index], place.roster)
        return Owner(owner.name, owner.reason, owner.certainty)
    return Owner(None, "what was said does not prove who is to do it", 0.0)


def _answered(asked: Address, main: Utterance, place: Place) -> Owner:
    """A request proves its owner only with the answer of the one person it can mean."""
    if len(asked.people) != 1:
        return Owner(None, f"{asked.name} was asked, who is not one person on the list of participants", 0.0)
    for after in place.utterances[main.index + 1 : main.index + 1 + _REACH]:
        if place.roster.speaker(after.speaker) != asked.people[0]:
            continue
        said = reply(after.text)
        if said in {Reply.TAKE, Reply.ASSENT}:
            return Owner(asked.people[0], f'{asked.people[0]} was asked by name and said "{after.text}"', 0.85)
        return Owner(None, f"{asked.people[0]} was asked and did not take it", 0.0)
    return Owner(None, f"{asked.people[0]} was asked, and no answer was heard", 0.0)


def _subject(main: Utterance) -> object | None:
    """Return the doer of a sentence that says what somebody will do ("data management will run it")."""
    for token in main.sent:
        if token.dep_ in _ROLES and token.pos_ in {"PROPN", "NOUN"} and token.dep_ != "nsubjpass":
            helpers = {child.lower_ for child in token.head.children if child.dep_ == "aux"}
            return token if helpers & _WILL else None
    return None
