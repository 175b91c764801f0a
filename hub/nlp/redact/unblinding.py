"""Sentences that tell which treatment somebody gets; what is said of arms and of the study in general is not meant."""

import re
from collections.abc import Iterator

from hub.nlp.redact.subjects import Place, subjects

_PERSON = r"(?:patient|subject|participant|volunteer|case|man|woman|lady|gentleman|girl|boy|child|guy|person)"
_SOMEBODY = re.compile(
    rf"\b(?:he|she|him|her|his|hers)\b|\b(?:the|this|that|one|another|our|which|your) (?:\w+ ){{0,2}}?{_PERSON}s?(?:'s)?\b"
    rf"|\b(?:both|two|three|four|five|these|those|deceased|affected) (?:\w+ ){{0,2}}?{_PERSON}s\b"
    rf"|\b{_PERSON} (?:number )?[A-Z]*\d|\b{_PERSON} (?:zero|oh|one|two|three|four|five|six|seven|eight|nine)\b|\[(?:SUBJECT|NAME|INITIALS) \d+\]",
    re.IGNORECASE,
)
_NO_GOODS = r"(?! (?:kits?|labels?|suppl\w+|tablets?|vials?|shipments?|stock|boxes|manufactur\w+|sites?|phase|period|room|run-in|rate|data)\b)"
_ARM = (
    r"(?:placebo|sham|verum|comparator|active|(?:active|real|study|investigational|experimental|test) (?:drug|treatment|compound|"
    r"product|medication|substance|dose|arm|group)|(?:active|placebo|control|treatment|treated|experimental|investigational|"
    r"comparator|verum|standard of care|intervention|vaccine|drug)[- ](?:arm|group|side)|(?:high|low|higher|lower|mid)[- ]dose"
    r"(?: (?:arm|group))?|(?:the )?(?:high|low|higher|lower) dose|(?:arm|group) (?:[A-D]|[1-4]|one|two|three)|drug and not|the drug)\b"
)
_LINK = (
    r"\b(?:on|in|into|to|taking|takes|took|got|gets|getting|receives?|received|receiving|given|gave|allocated|assigned|"
    r"randomi[sz]ed|using|had|has)(?: (?:to|into|on|in))?"
)
_GETS = re.compile(
    rf"{_LINK} (?:(?:the|a|an|our|actual|only|just|really|indeed|probably) ){{0,2}}{_ARM}{_NO_GOODS}", re.IGNORECASE
)
_IS = re.compile(
    r"\b(?:kits?|bottle|vial|pack|treatment|drug|medication|assignment|allocation|randomi[sz]ation|code(?:[- ]break)?|envelope|"
    r"unblinding|label|levels?)\b[^.;?!]{0,60}?\b(?:is|was|are|were|shows?|showed|says?|said|revealed|reveals|turned out|contains?|contained|means?)\b"
    rf"[^.;?!]{{0,40}}?\b(?:placebo|verum|sham|comparator|active|{_ARM}){_NO_GOODS}(?! (?:or|and|versus|vs))",
    re.IGNORECASE,
)
_OWN = re.compile(r"\b(?:his|her|their|its|\w+'s|[\w-]*\d)\b|\bcode[- ]break|\bunblinding\b", re.IGNORECASE)
_ANYBODY = re.compile(rf"\b(?:if|whether|when|unless|once|every|each|any|a) (?:\w+ )?{_PERSON}\b", re.IGNORECASE)
_SENTENCE = re.compile(r"[^.?!]+(?:[.?!]+(?=\S)[^.?!]*)*[.?!]*")


def unblinding(text: str) -> Iterator[Place]:
    """Yield the sentences of *text* that would unblind."""
    for match in _SENTENCE.finditer(text):
        sentence = match.group()
        if sentence.strip() and _tells(sentence):
            start = match.start() + len(sentence) - len(sentence.lstrip())
            yield start, match.start() + len(sentence.rstrip())


def _tells(sentence: str) -> bool:
    somebody = _SOMEBODY.search(sentence) or next(subjects(sentence), None)
    if somebody and _GETS.search(sentence):
        generic = _ANYBODY.search(sentence) and not re.search(r"\b(?:he|she|him|his)\b", sentence, re.IGNORECASE)
        return not generic or next(subjects(sentence), None) is not None
    return bool(_IS.search(sentence) and _OWN.search(sentence))
