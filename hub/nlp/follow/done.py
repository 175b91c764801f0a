"""Sentences that say something is done, and how: by a word for any work, or by the verb of one."""

import re
from dataclasses import dataclass

from hub.domain.answers import stem
from hub.nlp.follow.words import plain

_CLASSES = (
    "send sent forward forwarded circulate circulated share shared distribute distributed mail mailed email emailed "
    "submit submitted deliver delivered ship shipped provide provided out",
    "upload uploaded file filed",
    "write wrote written draft drafted prepare prepared",
    "update updated revise revised correct corrected amend amended fix fixed",
    "review reviewed check checked verify verified reconcile reconciled",
    "book booked schedule scheduled arrange arranged organise organised organize organized",
    "call called ring rang phone phoned contact contacted",
    "order ordered buy bought",
    "sign signed countersign countersigned",
    "find found",
    "make made",
    "give gave given",
    "tell told",
    "hold held",
    "pay paid",
    "run ran",
    "get got",
)
_CLASS_OF = {word: number for number, line in enumerate(_CLASSES) for word in line.split()}
_PRESENT = frozenset(
    """send forward circulate share distribute mail email submit deliver ship provide upload file write draft prepare
    update revise correct amend fix review check verify reconcile book schedule arrange organise organize call ring
    phone contact order buy sign countersign find make give tell hold pay run get""".split()  # noqa: SIM905 - words
)
_PAST = frozenset(_CLASS_OF) - _PRESENT
_FILL = r"(?:(?:just|already|finally|now|all|both|also|actually|completely|fully) )*"
_ANY = r"(?:done|complete|completed|finished|closed|resolved|sorted|taken care of|dealt with|wrapped up)"
_GENERIC = re.compile(
    rf"(?:\b(?:is|are|was|were|been|got)|'s|'re) {_FILL}{_ANY}\b"
    rf"|\b(?:i|we|they|he|she)(?:'ve| have| has)? {_FILL}(?:closed|completed|finished|resolved|sorted|did)"
    r" (?:it|that|this|those|them|the)\b"
    rf"|^(?:(?:yes|yep|yeah|okay|so|and|that one|this one),? )*(?:already |all )?{_ANY}[.!]?$"
    r"|\b(?:can|may) (?:be )?(?:close|closed|tick)(?: off)? (?:it|that|this|the)\b|\bcan be closed\b"
)
_YES = re.compile(r"^(?:yes|yep|yeah),? (?:\w+, )?(?:it|that|they|i|we|he|she) (?:is|has|have|did|was|were|are)\b")
_ASKED = re.compile(r"^(?:\w+,? ){0,3}?(?:did|has|have|is|are|was|were)\b.*\?$")
_ACTIVE = re.compile(rf"\b(?:i|we|he|she|they)(?:'ve| have| has|'d| had)? {_FILL}(\w+)\b")
_NAMED = re.compile(
    r"\b(?!(?:The|An?|Our|My|Your|Their|His|Her|This|That|These|Those|All|Any|And|So|No|Some)\b)[A-Z][a-z]+(?: has|'s)?"
    rf" {_FILL}(\w+)\b"
)
_PASSIVE = re.compile(rf"(?:\b(?:was|were|is|are|been|got|went)|'s|'re) {_FILL}(\w+)\b")
_OPEN = re.compile(
    r"\b(?:will|would|should|could|can't|may|might|must|shall|to be|needs?|have to|has to|going to|gonna|want|let's|"
    r"please|try|trying|plans? to|planning|planned|hope|hopefully|once|when|if|unless|until|before|as soon as|tomorrow|"
    r"next|almost|nearly|half|partly|partially|mostly|most of|some of|not|never|nobody|no one|none|nothing|still|yet|"
    r"pending|waiting|except|apart from|but|however|only|though|although|think|believe|guess|maybe|perhaps|probably|"
    r"supposed|percent|started|begun|last (?:week|time) (?:we|i) said|you said|wonder|whether|so far|claims?|says|"
    r"assume|first (?:half|part)|were told|told (?:me|us) (?:that )?(?:it|they)|every|always|usually|regularly|weekly|"
    r"monthly|daily|last (?:month|year|quarter)|(?:months?|years?) ago)\b|n't\b|'ll\b|\?|%"
)
_TAKEN_BACK = re.compile(
    r"\bnot (?:yet|quite|really|all|done|sent|closed|true|correct)\b|\bactually,? no\b|^no\b|\bwait\b|\bhold on\b|n't\b"
    r"|\bstill\b|\bre-?open|\bexcept|\bare you sure\b|\bi thought\b|\bmissing\b|\bhalf\b|\bdraft\b|\brejected\b"
    r"|\b(?:keep|leave) (?:it|that|this) open\b|\bonly (?:the|a|one|part)\b|\bcame back\b|\bbounced\b"
    r"|\bwrong (?:version|one|file|address)\b"
)
_POINTS = re.compile(r"\b(?:it|that|this|those|these|them|they|one|both)\b|^\W*(?:yes|yep|yeah|done|closed|already)\b")


def points(text: str) -> bool:
    """Tell whether a sentence speaks of something that one before it names."""
    return _POINTS.search(plain(text)) is not None


@dataclass(frozen=True, slots=True)
class Claim:
    """How a sentence says that something is done: by *verbs*, or in *general*."""

    verbs: frozenset[str]
    general: bool


def claim(text: str, before: str) -> Claim | None:
    """Return what *text* claims to be done, after the sentence *before*; None where it leaves anything open."""
    said = plain(text)
    if _OPEN.search(said):
        return None
    answers = _YES.search(said) is not None and _ASKED.search(plain(before)) is not None
    general = answers or _GENERIC.search(said) is not None
    told = [*_ACTIVE.findall(said), *_PASSIVE.findall(said), *_NAMED.findall(text)]
    verbs = frozenset(word for word in told if _is_past(word))
    if not general and not verbs:
        return None
    return Claim(verbs, general)


def taken_back(text: str) -> bool:
    """Tell whether a sentence may take back what was said just before it."""
    return _TAKEN_BACK.search(plain(text)) is not None


def leaves_open(text: str) -> bool:
    """Tell whether a sentence says of what it is about that it is still to be done."""
    return _OPEN.search(plain(text)) is not None


def same_work(verbs: frozenset[str], task: str) -> bool:
    """Tell whether one of *verbs* is the work of *task*, an action as minutes write it."""
    words = plain(task).split()
    stems = {stem(word) for word in words}
    classes = {_CLASS_OF[word] for word in words if word in _CLASS_OF}
    return any(stem(verb) in stems or _CLASS_OF.get(verb, -1) in classes for verb in verbs)


def work_words(text: str) -> frozenset[str]:
    """Return the stems of the verbs of known work in *text*: they say what was done, not to what."""
    return frozenset(stem(word) for word in plain(text).split() if word in _CLASS_OF)


def _is_past(word: str) -> bool:
    return word in _PAST or (word.endswith("ed") and word not in {"need", "needed"})
