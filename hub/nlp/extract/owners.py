"""Who is to do it, and what in the conversation proves it; nobody where nothing does."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hub.nlp.extract.context import Roster
from hub.nlp.extract.context_address import Address
from hub.nlp.extract.lexicon import words as lexicon_words
from hub.nlp.extract.owners_roles import function_in
from hub.nlp.extract.utterances import Utterance

_UNNAMED = re.compile(r"^(?:speaker|voice|spk|s)[ _-]?\d+$", re.IGNORECASE)
_COLLECTIVE = lexicon_words("""
    sites site cras monitors everybody everyone somebody someone team people both all
""")


@dataclass(frozen=True, slots=True)
class Owner:
    """The doer (None where unproved), why, and how sure that is from 0 to 1.

    *doer* is what the item's text calls the doer where *name* is None: "Sandrine", "Legal"; None for nobody.
    """

    name: str | None
    reason: str
    certainty: float
    doer: str | None = None


def of_speaker(utterance: Utterance, roster: Roster, *, words: str, asked: str | None = None) -> Owner:
    """Return the owner where a speaker took it upon themselves with *words*; *asked* is the request's vocative."""
    name = roster.speaker(utterance.speaker)
    said = f'said "{words}"' if asked is None else f'was asked ("{asked}") and said "{words}"'
    if name is not None:
        return Owner(name, f"{name} {said}", 0.95)
    if utterance.speaker is None:
        return Owner(None, f"somebody {said}, but whose voice it was could not be told", 0.0)
    if _UNNAMED.match(utterance.speaker):
        return Owner(utterance.speaker, f"{utterance.speaker} {said}; this voice has not been named", 0.7)
    if not roster.names:
        return Owner(utterance.speaker, f"{utterance.speaker} {said}", 0.9)
    return Owner(utterance.speaker, f"{utterance.speaker} {said}; not on the list of participants", 0.7)


def of_address(address: Address) -> Owner:
    """Return the owner where somebody was asked by name and said nothing against it."""
    if not address.people:
        return Owner(None, f"{address.name} was asked, who is not on the list of participants", 0.0, address.name)
    if len(address.people) > 1:
        return Owner(None, f"{address.name} was asked, and {_number(len(address.people))} people are called so", 0.0)
    name = address.people[0]
    return Owner(name, f"{name} was asked by name and did not refuse", 0.6)


def of_subject(subject: Any, utterance: Utterance, before: Sequence[Utterance], roster: Roster) -> Owner:
    """Return the owner where a third party is to do it: by name, by the pronoun for one just named, or by role."""
    phrase = _phrase(subject)
    if any(child.lower_ in {"my", "our"} for child in subject.subtree) and subject.pos_ == "NOUN":
        return Owner(None, f'"{phrase}" names nobody in particular', 0.0, phrase)
    if subject.lower_ in {"he", "she", "they", "someone", "somebody", "everyone", "it", "this", "that"}:
        return _by_pronoun(subject, utterance, before, roster)
    if subject.lower_ in _COLLECTIVE:
        return Owner(None, f'"{phrase}" are several people', 0.0, phrase)
    mentions = roster.mentions(phrase)
    if any(conjunct.pos_ == "PROPN" for conjunct in subject.conjuncts):
        return Owner(None, f'"{phrase}": more than one person was named', 0.0, phrase)
    if mentions:
        return _by_name(mentions[0].text, mentions[0].people, utterance, roster)
    function = function_in(phrase, roster)
    if function is not None:
        return _by_role(phrase, function.people, utterance, roster)
    if subject.pos_ == "PROPN":
        return _by_name(phrase, roster.meant_by(phrase), utterance, roster)
    return Owner(None, f'"{phrase}" names nobody on the list of participants', 0.0, phrase)


def of_group() -> Owner:
    """Return the finding for "we": work that nobody took."""
    return Owner(None, 'said as "we"; nobody took it by name', 0.0)


def _by_name(spoken: str, people: tuple[str, ...], utterance: Utterance, roster: Roster) -> Owner:
    if not people:
        return Owner(None, f"{spoken} is not on the list of participants", 0.0, spoken)
    if len(people) > 1:
        own = roster.speaker(utterance.speaker)
        others = [person for person in people if person != own]
        # Nobody speaks of themselves by their first name, so the other namesake is meant
        if len(others) == 1:
            return Owner(others[0], f"{spoken} was named, by the other person of that name", 0.75)
        return Owner(None, f"{_number(len(people))} people are called {spoken}", 0.0, spoken)
    by = roster.speaker(utterance.speaker) or utterance.speaker or "somebody"
    heard = "" if spoken in people[0] else f' (heard as "{spoken}")'
    return Owner(people[0], f"{people[0]}{heard} was named for it by {by}", 0.85)


def _by_role(phrase: str, people: tuple[str, ...], utterance: Utterance, roster: Roster) -> Owner:
    own = roster.speaker(utterance.speaker)
    if len(people) == 1:
        role = roster.role(people[0])
        said = "said so" if own == people[0] else "is the only one on the list with that role"
        return Owner(people[0], f'"{phrase}" was named; {people[0]} ({role}) {said}', 0.85)
    if people:
        return Owner(None, f'"{phrase}" are {_number(len(people))} people on the list', 0.0, phrase)
    return Owner(None, f'"{phrase}" was named, and nobody on the list has that role', 0.0, phrase)


def _by_pronoun(subject: Any, utterance: Utterance, before: Sequence[Utterance], roster: Roster) -> Owner:
    """He or she is whoever was named last, where that is beyond doubt: in this sentence or the one before it."""
    if subject.lower_ not in {"he", "she"}:
        return Owner(None, f'said as "{subject.lower_}"; nobody was named', 0.0)
    start = subject.idx - utterance.sent.start_char
    texts = [utterance.sent.text[: max(start, 0)], *(entry.text for entry in reversed(before[-2:]))]
    for text in texts:
        named = _names(text, roster)
        if len(named) == 1:
            spoken, people = named[0]
            return _by_name(spoken, people, utterance, roster)
        if named:
            break
    return Owner(None, f'said as "{subject.lower_}"; who that is was not clear', 0.0)


_NAME = re.compile(r"(?<![.?!] )(?<!^)\b[A-Z][a-zà-ž]{2,}(?: (?:van |de |el |El )?[A-Z][a-zà-ž]+)?\b")


def _names(text: str, roster: Roster) -> list[tuple[str, tuple[str, ...]]]:
    known = roster.mentions(text)
    if known:
        return [(mention.text, mention.people) for mention in known]
    return [(found.group(), ()) for found in _NAME.finditer(text)]


def _phrase(token: Any) -> str:
    """Return the doer's words without what hangs behind them ("Hannah in legal", not "Hannah, who is away")."""
    doc = token.doc
    end = token.i + 1
    while end < token.right_edge.i + 1 and doc[end].pos_ in {"PROPN", "ADP", "CCONJ"}:
        end += 1
    while doc[end - 1].pos_ in {"ADP", "CCONJ"}:
        end -= 1
    begin = token.left_edge.i
    while doc[begin].pos_ in {"CCONJ", "PUNCT", "INTJ", "ADV", "SCONJ"} and begin < token.i:
        begin += 1
    return re.sub(r"^(?:the|our|your|my) ", "", doc[begin:end].text, flags=re.IGNORECASE)


def _number(count: int) -> str:
    return {2: "two", 3: "three", 4: "four"}.get(count, str(count))
