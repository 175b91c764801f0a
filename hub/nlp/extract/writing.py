"""Sentences as minutes have them: third person, no fillers, no day that stands in its own column."""

import re
from collections.abc import Sequence
from typing import Any

from hub.nlp.extract.context import Roster
from hub.nlp.extract.writing_phrases import verb_phrase

LONGEST_WORDS = 45
SHORTEST_WORDS = 2

_HUM = re.compile(r",?\s*\b(?:uh+|um+|erm?|eh|hmm+|mm+|pff|ah|oh)\b[,.]*\s*", re.IGNORECASE)
_NOISE = re.compile(
    r",?\s*\b(?:(?<!let )you know|i mean|i guess|i think|i suppose|how to say|how shall i say(?: this)?|let me see|"
    r"like i said|as i said|sort of|kind of|of course|to be honest|let's say|i would say|if you like|if you want|"
    r"if that's (?:okay|ok|alright|fine)(?: with you)?|if that helps|if possible|for sure|obviously|basically|actually|"
    r"honestly|please|then)(?=[\s,.?!]|$),?",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"(?:^|,)\s*(?:right|okay|ok|yeah|yes|no|like|good|so)\s*(?=[,.?!]|$),?", re.IGNORECASE)
_ADVERBS = re.compile(
    r"\b(?:just|also|simply|really|myself|yourself|himself|herself|too|as well|gonna)\b,?\s*", re.IGNORECASE
)
_STUTTER = re.compile(r"\b(\w+(?:\s\w+){0,3})(?:\s*,\s*|\s+)\1\b", re.IGNORECASE)
_KEPT_DOUBLE = re.compile(r"\b(that that|had had|very very)\b", re.IGNORECASE)
_TO_PEOPLE = re.compile(
    r"\s*,?\s*\b(?:to|for|with|from) (?:you(?: all| guys| both)?|me|us|everyone|everybody|"
    r"this group)(?: in (?:copy|cc))?\b(?! \w+ing)",
    re.IGNORECASE,
)
_DATIVE = re.compile(
    r"(?:^|(?<=\band ))((?:re)?send|give|get|deliver|show|forward|email|mail|bring|write|provide|pass|hand|tell|ask|ping|"
    r"call|let|drop|copy|shoot|buy|make|do|ship|text|book|find|fetch|pull) (?:you(?: all| guys| both)?|me|us)\b",
    re.IGNORECASE,
)
_REASON = re.compile(
    r",?\s+(?:so that|so (?:they|we|it|you|the)|because|since they|which (?:leaves|gives|is|means))\b.*$", re.IGNORECASE
)
_EDGE = re.compile(r"^[\s,;:.–—-]+|[\s,;:.?!…–—-]+$")
_DANGLING = re.compile(
    r"(?:[\s,]+(?:and|or|but|so|by|at|until|before|for|to|with|from|of|the|a|an|as|let|say|till|than|which|if|"
    r"maybe|latest|about|no later)|\s+with (?:that|this|it))+$",
    re.IGNORECASE,
)
_BEFORE_DATE = (
    r"(?:,?\s*\b(?:by|on|until|till|for|at|before|not later than|no later than|latest|already)\b)?"
    r"(?:,?\s*\b(?:maybe|around|about|say|let's say|sometime|some time|like|the end of|first thing)\b,?)*\s*"
)
_TAKEN = re.compile(r"^put me down for\b", re.IGNORECASE)
_OWN = (
    (re.compile(r"\b(?:my|our|your)\b(?! own)", re.IGNORECASE), "the"),
    (re.compile(r"\b(?:my|our|your) own\b", re.IGNORECASE), "their own"),
    (re.compile(r"\bget back (?:to (?:you|me|us)\b)?", re.IGNORECASE), "report back "),
    (re.compile(r"\bcome back to (?:you|me|us)\b", re.IGNORECASE), "report back"),
    (re.compile(r"\blet (?:you|me|us|everyone|everybody) know\b", re.IGNORECASE), "let the team know"),
    (re.compile(r"\b(?:us|you all|you guys)\b", re.IGNORECASE), "the team"),
)
_SPOKEN_SELF = re.compile(
    r"\b(?:i|me|my|mine|we|us|our|you|your|yours|i'm|i've|i'll|we're|we'll|you're)\b", re.IGNORECASE
)


def phrase_of(verb: Any, *, replace: dict[int, str], days: Sequence[str], roster: Roster) -> str | None:
    """Return what is to be done, from the verb on ("send the form to the sites"), or None where it says nothing.

    *replace* gives noun phrases for pronouns by token place; *days* are verbatim dates to leave out.
    """
    tokens = verb_phrase(verb)
    words = replace if verb.i in replace else replace | {verb.i: _base_form(verb)}
    dropped = {token.i for token in tokens if _is_idle_dative(token, verb)}
    text = "".join(words.get(token.i, token.text) + token.whitespace_ for token in tokens if token.i not in dropped)
    text = tidy(_REASON.sub("", without_days(text, days)), roster)
    if len(text.split()) < SHORTEST_WORDS or len(text.split()) > LONGEST_WORDS:
        return None
    return text


def without_days(text: str, days: Sequence[str]) -> str:
    """Return *text* without the spoken dates *days* and the prepositions that led to them."""
    for day in days:
        text = re.sub(
            _BEFORE_DATE + re.escape(day) + r"(?:,?\s+(?:at the latest|the latest|latest|or so|still|already))?"
            r"(?:,?\s+(?:and|or|to) (?:mon|tues|wednes|thurs|fri|satur|sun)day)?",
            " ",
            text,
            count=1,
            flags=re.IGNORECASE,
        )
    return text


def tidy(text: str, roster: Roster) -> str:
    """Return a phrase without noises, stutters, vocatives and words that point at the people talking."""
    text = _NOISE.sub(" ", _ASIDE.sub(" ", _HUM.sub(" ", text.replace("’", "'"))))
    text = _vocatives(text, roster)
    text = _ADVERBS.sub("", " ".join(text.split()))
    text = _TAKEN.sub("cover", text)
    text = _DATIVE.sub(_keep_verb, text)
    for pattern, word in _OWN[1:5]:
        text = pattern.sub(word, text)
    text = _TO_PEOPLE.sub("", text)
    text = _OWN[0][0].sub("the", text)
    text = _OWN[5][0].sub("the team", text)
    text = _unstutter(text)
    text = re.sub(r"\s+([,.?!;:])", r"\1", " ".join(text.split()))
    text = re.sub(r"(?:,\s*)+,", ",", text)
    return _trim(text)


def speaks_of_the_talkers(text: str) -> bool:
    """Tell whether *text* still says "I" or "you", which nobody outside of the talk can read."""
    return _SPOKEN_SELF.search(text) is not None


_CLAUSE_MARK = re.compile(
    r",?\s+(?:when|while|if|as|since|because|so|before|after|until|once|where|whenever|that|which|whether|and)\s+",
    re.IGNORECASE,
)


def without_talkers(text: str) -> str | None:
    """Return *text* up to the clause that says "I" or "you" ("... when I am there"), None where too little stays."""
    found = _SPOKEN_SELF.search(text)
    marks = [mark.start() for mark in _CLAUSE_MARK.finditer(text[: found.start()] if found else "")]
    kept = _trim(text[: marks[-1]]) if marks else ""
    return kept if len(kept.split()) > SHORTEST_WORDS else None


def sentence(text: str) -> str:
    """Return *text* with a capital first and one full stop."""
    text = _trim(text)
    return f"{text[:1].upper()}{text[1:]}." if text else text


def _keep_verb(found: re.Match[str]) -> str:
    verb = found[1].lower()
    return found[0] if verb in {"let", "tell", "ask", "call", "ping", "copy"} else found[1]


def _vocatives(text: str, roster: Roster) -> str:
    """Cut names that the sentence is only addressed to: between commas, or after one at the end."""
    for mention in reversed(roster.mentions(text)):
        before, after = text[: mention.start].rstrip(), text[mention.end :].lstrip()
        if before.endswith(",") and (not after or after[0] in ",.?!"):
            text = f"{before[:-1]}{after if after[:1] != ',' else ' ' + after[1:]}"
    return text


def _unstutter(text: str) -> str:
    for _ in range(3):
        shorter = text if _KEPT_DOUBLE.search(text) else _STUTTER.sub(r"\1", text)
        if shorter == text:
            return text
        text = shorter
    return text


def _trim(text: str) -> str:
    for _ in range(4):
        shorter = _DANGLING.sub("", _EDGE.sub("", text))
        if shorter == text:
            break
        text = shorter
    return text


def _is_idle_dative(token: Any, verb: Any) -> bool:
    """Tell whether *token* is the "them" of "send them the agenda": the minutes name the work."""
    if token.dep_ != "dative" or token.head != verb or token.lower_ not in {"them", "him", "her", "it"}:
        return False
    return any(child.dep_ == "dobj" and child.i > token.i for child in verb.children)


def _base_form(verb: Any) -> str:
    return str(verb.lemma_).lower() if verb.tag_ != "VB" else str(verb.text).lower()


def as_said(text: str) -> str | None:
    """Return *text* as an item that quotes it, for what cannot be told without "I" or "you"; None where it is no reading."""
    said = " ".join(text.split()).rstrip(",;:–—- ")
    return f"As said: “{said}”" if _FEWEST_SAID <= len(said.split()) <= _MOST_SAID else None


_FEWEST_SAID, _MOST_SAID = 4, 40  # words
