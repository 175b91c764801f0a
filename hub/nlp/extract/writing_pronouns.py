"""What "it", "that" and "them" stand for, where the words just before leave one answer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hub.nlp.extract.context import Roster
from hub.nlp.extract.lexicon import words
from hub.nlp.extract.utterances import Utterance, is_back_channel
from hub.nlp.extract.writing_phrases import subject_phrase

PRONOUNS = words("it that this them those these one ones both")
_PLURAL = words("them they those these ones both")
_NOT_THINGS = words("""
    mind desk hand hands eye lap plate
    day week month year morning afternoon evening today tomorrow yesterday monday tuesday wednesday thursday friday
    saturday sunday time thing things lot bit way point question problem idea person people guy somebody minute hour
    end kind sort moment second reason sense everybody anybody
""")
_ARTICLE = re.compile(r"^(?:the|a|an|this|that|these|those|our|my|your|their)\s+", re.IGNORECASE)
_ORDINAL = re.compile(
    r"(?:\w+)?(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|\w+teenth|\w*tieth)$"
)
_LIMITS = words("to under below over above than about around")
_STRUNG = 20
"""Words of a sentence without a pause in which several things were spoken of, so that none is the last one."""
_PAUSE = re.compile(r"[,;:–—-] ")
_ROLES = ("dobj", "attr", "nsubjpass", "nsubj", "ROOT", "dep", "appos", "pobj")


@dataclass(frozen=True, slots=True)
class Antecedent:
    """A noun phrase and the utterance that it was said in."""

    text: str
    utterance: Utterance


def pronoun_object(verb: Any) -> Any | None:
    """Return the pronoun that is the object of *verb* ("send it", "do that one"), or None."""
    objects = [child for child in verb.children if child.dep_ in {"dobj", "dative"} and child.i > verb.i]
    direct = [child for child in objects if child.dep_ == "dobj"] or objects
    if not direct or direct[0].lower_ in {"you", "me", "us"}:
        return next((token for token in verb.doc[verb.i + 1 : verb.i + 3] if token.lower_ in PRONOUNS), None)
    if direct[0].lower_ not in PRONOUNS:
        return None
    return None if any(part.dep_ in {"prep", "relcl", "acl"} for part in direct[0].children) else direct[0]


def replacement(pronoun: Any, found: str) -> dict[int, str]:
    """Return the words that stand for the pronoun's tokens by place: "the new one" keeps its "the new"."""
    before = [part for part in pronoun.children if part.i < pronoun.i]
    if any(part.dep_ == "amod" for part in before):
        return {pronoun.i: _ARTICLE.sub("", found)}
    return {part.i: "" for part in before} | {pronoun.i: found}


def antecedent(
    pronoun: Any, begin: int, utterance: Utterance, before: Sequence[Utterance], roster: Roster
) -> Antecedent | None:
    """Return what *pronoun* stands for: a topic put first in its own sentence, else the last thing spoken of.

    *begin* is the token its clause begins with; *before* are earlier utterances in order. None where the nearest
    sentence that speaks of things offers none of the pronoun's number.
    """
    plural = pronoun.lower_ in _PLURAL or _is_counted(pronoun)
    own = _things(utterance, plural=plural, stop=begin, roster=roster)
    if own:
        return Antecedent(own[0], utterance)
    looked = 0
    for earlier in reversed(before):
        if is_back_channel(earlier.text):
            continue
        things = _things(earlier, plural=plural, stop=None, roster=roster)
        if things:
            others = _things(earlier, plural=not plural, stop=None, roster=roster)
            strung = len(earlier.text.split()) > _STRUNG and not _PAUSE.search(earlier.text)
            return None if strung and len(things) + len(others) > 1 else Antecedent(things[0], earlier)
        looked += 1
        if looked == 2:
            return None
    return None


def person(pronoun: Any, utterance: Utterance, before: Sequence[Utterance], roster: Roster) -> Antecedent | None:
    """Return whom "him" or "her" means: the one on the list who is named in its own sentence before it, else just before."""
    own = pronoun.idx - utterance.sent.start_char
    for said, text in ((utterance, utterance.text[: max(own, 0)]), *((u, u.text) for u in reversed(before))):
        named = {mention.text for mention in roster.mentions(text)}
        if len(named) == 1:
            return Antecedent(named.pop(), said)
        if named:
            return None
    return None


def _is_counted(pronoun: Any) -> bool:
    """Tell whether a number follows that only many things can come to: "get that down to under fifty"."""
    after = list(pronoun.doc[pronoun.i + 1 : min(pronoun.i + 6, pronoun.sent.end)])
    led = [token for token in after if token.lower_ in _LIMITS]
    return bool(led and led[-1].i + 1 < pronoun.sent.end and led[-1].nbor().like_num)


def _things(utterance: Utterance, *, plural: bool, stop: int | None, roster: Roster) -> list[str]:
    """Return noun phrases that a pronoun may stand for, the likeliest first."""
    if not utterance.sent.doc.has_annotation("DEP"):
        return []
    found: list[tuple[int, int, str]] = []
    for token in utterance.sent:
        if stop is not None and token.i >= stop:
            break
        if token.dep_ in _ROLES and _is_thing(token, roster) and _is_plural(token) == plural:
            if not _is_definite(token):
                continue
            phrase = subject_phrase(token, stop=stop)
            if 1 <= len(phrase.split()) <= 14:
                found.append((_ROLES.index(token.dep_), token.i, phrase))
    return [phrase for _, _, phrase in sorted(found)]


def _is_thing(token: Any, roster: Roster) -> bool:
    if token.pos_ not in {"NOUN", "PROPN"} or token.lemma_.lower() in _NOT_THINGS or token.ent_type_ == "PERSON":
        return False
    if token.ent_type_ in {"DATE", "TIME", "ORDINAL"} or _ORDINAL.match(token.lower_):
        return False  # "the tenth" is a day
    if token.pos_ == "PROPN" and not any(part.pos_ == "NOUN" or part.dep_ == "det" for part in token.subtree):
        return token.text.isupper() and not roster.mentions(token.text)
    return not roster.mentions(token.text)


def _is_definite(token: Any) -> bool:
    """Tell whether a thing was spoken of as a known one: "the memo", "there is a plan", not "one level"."""
    if token.dep_ == "pobj":
        return token.head.lower_ == "about" and token.head.head.pos_ not in {"NOUN", "PROPN"}
    kinds = {child.dep_ for child in token.children}
    if "nummod" in kinds and "det" not in kinds and not _is_plural(token):
        return False
    if any(
        child.dep_ == "det" and child.lower_ in {"a", "an", "any", "no", "some", "every"} for child in token.children
    ):
        return token.head.lemma_ in {"be", "have"} and token.head.dep_ == "ROOT"
    return (
        bool(kinds & {"det", "poss", "compound", "amod", "prep", "relcl"}) or _is_plural(token) or token.text.isupper()
    )


def _is_plural(token: Any) -> bool:
    return token.tag_ in {"NNS", "NNPS"} or any(child.dep_ == "conj" for child in token.children)
