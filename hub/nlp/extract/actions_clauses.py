"""Clauses that may speak of work to be done: who, how firmly, and which verb."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from hub.nlp.extract.actions_lexicon import DELIVER, WORK
from hub.nlp.extract.utterances import Utterance


class Mood(StrEnum):
    """How a clause puts work to somebody."""

    COMMIT = "commit"  # "I'll send it"
    OFFER = "offer"  # "I can send it", "shall I send it?"
    REQUEST = "request"  # "can you send it?", "please send it"
    ASSIGN = "assign"  # "Priya will send it", "data management to run it"
    JOINT = "joint"  # "we'll send it", "we need to send it"
    OPEN = "open"  # "who can send it?", "somebody has to send it"
    DELIVERY = "delivery"  # "you'll have it by Friday"


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: *verb* is the spaCy token of the work, *subject* the doer's words where a third party is meant.

    *weight* is how firm the form of words is, 0 to 1; *needs_day* where only a day beside it makes it a promise
    ("I call them tomorrow").
    """

    utterance: Utterance
    mood: Mood
    verb: Any
    weight: float
    subject: Any = None
    negated: bool = False
    begin: int = 0
    needs_day: bool = False

    @property
    def lemma(self) -> str:
        """Base form of the verb."""
        return str(self.verb.lemma_).lower()


_ADVERBS = (
    r"(?:(?:also|just|then|now|personally|definitely|certainly|probably|maybe|gladly|still|actually|quickly|go ahead "
    r"and|go and|try and|try to|make sure to|be sure to|be able to|be happy to|have to|need to|want to|please|kindly|"
    r"first|next|again|both|all|already|myself|simply|even|at least|of course|separately|immediately|today|tomorrow) )*"
)
_VERB = r"(?P<verb>[a-z][a-z-]*)"
_NOT = r"(?P<neg>(?:not|never|no longer) )?"
_FORMS: tuple[tuple[Mood, float, str], ...] = (
    (Mood.COMMIT, 0.55, rf"i (?:will|shall|'ll) {_ADVERBS}{_NOT}{_ADVERBS}{_VERB}"),
    (Mood.COMMIT, 0.5, rf"i (?:am|'m) {_NOT}(?:{_ADVERBS})going to {_ADVERBS}{_VERB}"),
    (Mood.COMMIT, 0.45, rf"i (?:am|'m) {_NOT}(?:happy|glad|planning|able) to {_ADVERBS}{_VERB}"),
    (
        Mood.COMMIT,
        0.4,
        rf"i (?:need|have|have got|'ve got|must|plan|intend|promise|owe you|still have) to {_ADVERBS}{_VERB}",
    ),
    (Mood.COMMIT, 0.4, rf"i (?:must|had better|'d better) {_ADVERBS}{_VERB}"),
    (Mood.COMMIT, 0.45, r"(?P<verb>put) me down for"),
    (Mood.COMMIT, 0.3, rf"let me {_ADVERBS}{_VERB}"),
    (Mood.OFFER, 0.35, rf"i can {_NOT}{_ADVERBS}{_VERB}"),
    (Mood.OFFER, 0.2, rf"(?:shall|should|can|could|may) i {_ADVERBS}{_VERB}"),
    (Mood.OFFER, 0.2, rf"(?:do|would) you (?:want|like) me to {_ADVERBS}{_VERB}"),
    (Mood.OFFER, 0.2, rf"i could {_NOT}{_ADVERBS}{_VERB}"),
    (Mood.OFFER, 0.2, rf"i should {_NOT}{_ADVERBS}{_VERB}"),
    (Mood.REQUEST, 0.4, rf"(?:can|could|will|would) you {_ADVERBS}{_VERB}"),
    (Mood.REQUEST, 0.4, rf"(?:can|could|may) (?:i|we) (?:ask|get|have|trust|count on) you to {_ADVERBS}{_VERB}"),
    (Mood.REQUEST, 0.4, rf"(?:would|do) you mind {_VERB}"),
    (Mood.REQUEST, 0.4, rf"are you (?:able|okay|ok|happy|free) to {_ADVERBS}{_VERB}"),
    (Mood.REQUEST, 0.4, rf"(?:possible for|chance) you (?:to|could|can|might) {_ADVERBS}{_VERB}"),
    (Mood.REQUEST, 0.3, rf"(?:do you want|would you like) to {_ADVERBS}{_VERB}"),
    (Mood.REQUEST, 0.3, rf"why do not you {_ADVERBS}{_VERB}"),
    (Mood.REQUEST, 0.35, rf"you (?:will|'ll) {_ADVERBS}(?!have|get|receive|find|see|be|need|know|laugh){_VERB}"),
    (Mood.REQUEST, 0.45, r"i (?:will |would |'d |'ll |still )?(?P<verb>need|want|like) (?:\w+ ){1,8}from you"),
    (
        Mood.REQUEST,
        0.35,
        r"(?:if i could|could i|can i|may i|can we|could we) (?P<verb>have|get)(?! you| that| it done)",
    ),
    (Mood.OPEN, 0.3, rf"who (?:can|will|could|wants to|is going to|would|is able to) {_ADVERBS}{_VERB}"),
    (Mood.OPEN, 0.25, rf"(?:can|could|shall|should) we {_ADVERBS}{_VERB}"),
    (Mood.REQUEST, 0.45, rf"i (?:will |would |'d |'ll )?(?:need|want|like|ask) you to {_NOT}{_ADVERBS}{_VERB}"),
    (Mood.REQUEST, 0.35, rf"you (?:need to|have to|must|should|ought to) {_NOT}{_ADVERBS}{_VERB}"),
    (Mood.REQUEST, 0.3, rf"(?:if|maybe|perhaps) you (?:could|can|would) {_ADVERBS}{_VERB}"),
    (Mood.REQUEST, 0.3, rf"you (?:could|can) {_NOT}{_ADVERBS}{_VERB}"),
    (Mood.REQUEST, 0.45, rf"please (?:do )?{_NOT}{_ADVERBS}{_VERB}"),
    (Mood.DELIVERY, 0.4, r"you (?:will|shall|'ll|'d|would|can) (?:also |all |both )?(?P<verb>have|get|receive|find)"),
    (Mood.DELIVERY, 0.35, r"you (?P<verb>have|get|receive) (?:it|that|this|them|these)"),
    (Mood.JOINT, 0.35, rf"we (?:will|shall|'ll) {_NOT}{_ADVERBS}{_VERB}"),
    (Mood.JOINT, 0.35, rf"we (?:are|'re) {_NOT}going to {_ADVERBS}{_VERB}"),
    (Mood.JOINT, 0.3, rf"we {_NOT}(?:need|have|have got|'ve got|ought) to {_ADVERBS}{_VERB}"),
    (Mood.JOINT, 0.3, rf"we (?:must|should) {_NOT}{_ADVERBS}{_VERB}"),
    (Mood.OPEN, 0.3, rf"(?:someone|somebody|one of us) (?:needs to|has to|should|must|will) {_ADVERBS}{_VERB}"),
    (Mood.JOINT, 0.25, rf"let (?:us|'s) {_NOT}{_ADVERBS}{_VERB}"),
)
_VEILED = re.compile(
    r"(?:said|says|say|told .{1,20}|wish|thought|hoped|if only|what|how|when|where|which|why|whether|until|before|because|"
    r"as|that's all|than|all|everything|the (?:\w+ )?(?:\w+ )?thing|so that|do not (?:think|know if)|doubt|not sure)"
    r"(?: that)?(?: if)?$"
)


@cache
def _compiled() -> tuple[tuple[Mood, float, re.Pattern[str]], ...]:
    return tuple((mood, weight, re.compile(rf"(?<![\w'-]){form}(?![\w'-])")) for mood, weight, form in _FORMS)


def clauses(utterance: Utterance) -> tuple[Clause, ...]:
    """Return the clauses of work in *utterance*, in order, one for each verb."""
    found: dict[int, Clause] = {}
    for clause in (
        *_spoken_forms(utterance),
        *_third_person(utterance),
        *_imperatives(utterance),
        *_present_promises(utterance),
        *_from_me(utterance),
    ):
        known = found.get(clause.verb.i)
        if known is None or clause.weight > known.weight:
            found[clause.verb.i] = clause
    return tuple(found[place] for place in sorted(found))


def _spoken_forms(utterance: Utterance) -> Iterator[Clause]:
    text, places = _normal(utterance.sent)
    tokens = {start: token for start, token in places}
    for mood, weight, pattern in _compiled():
        for match in pattern.finditer(text):
            verb = tokens.get(match.start("verb"))
            verb = _past_adverbs(verb)
            if verb is None or _VEILED.search(text[: match.start()].rstrip()):
                continue
            yield Clause(
                utterance=utterance,
                mood=mood,
                verb=_perfect(verb),
                weight=weight,
                negated="neg" in pattern.groupindex and match["neg"] is not None,
                begin=tokens[match.start()].i if match.start() in tokens else verb.i,
            )


def _past_adverbs(token: Any) -> Any:
    """Return the first verb at or after *token* with only adverbs and noises between, or None."""
    while token is not None and token.pos_ in {"ADV", "INTJ", "PUNCT"} and token.i + 1 < token.sent.end:
        token = token.nbor()
    verbal = token is not None and (token.tag_.startswith("VB") or token.lemma_.lower() in WORK)
    return token if verbal else None


def _perfect(verb: Any) -> Any:
    """For "I'll have the memo written" the verb stays have; for "I'll be sending" it is sending."""
    if verb.lower_ == "be":
        following = [token for token in verb.doc[verb.i + 1 : verb.i + 3] if token.tag_ == "VBG"]
        return following[0] if following else verb
    return verb


def _normal(sent: Any) -> tuple[str, list[tuple[int, Any]]]:
    """Return the sentence in normal spelling ("'ll" as will) without commas and fillers, and each token's place."""
    pieces: list[str] = []
    places: list[tuple[int, Any]] = []
    length = 0
    for token in sent:
        word = _norm(token)
        if not word:
            continue
        places.append((length, token))
        pieces.append(word)
        length += len(word) + 1
    return " ".join(pieces), places


def _norm(token: Any) -> str:
    word = str(token.norm_).lower().replace("’", "'")
    if token.lower_ in {"uh", "um", "er", "erm", "ah"} or word in {",", "...", "…", "–", "—", "-", '"'}:
        return ""
    return {"na": "to", "gon": "going", "'ve": "have", "wo": "will", "ca": "can"}.get(word, word)


_TALKERS = frozenset({"i", "you", "we", "who", "which", "that", "what"})
_WILL = frozenset({"will", "shall"})
_OUGHT = frozenset({"should", "must"})


def _third_person(utterance: Utterance) -> Iterator[Clause]:
    """Somebody else will, should, has to or is to do something; the parse tells who."""
    for token in utterance.sent:
        if token.dep_ not in {"nsubj", "nsubjpass"} or token.lower_ in _TALKERS:
            continue
        verb, doer = token.head, _nearest(token)
        weight, work = _firmness(verb)
        if weight and doer.lower_ not in _TALKERS:
            negated = any(child.dep_ == "neg" for child in (*work.children, *verb.children))
            yield Clause(utterance, Mood.ASSIGN, work, weight, subject=doer, negated=negated, begin=doer.left_edge.i)


def _nearest(subject: Any) -> Any:
    """Return the doer said last before the verb: the parser may take a topic put first ("The report, Jan will send it")."""
    between = [token for token in subject.doc[subject.i + 1 : subject.head.i] if token.text in {",", ":"}]
    if not between or any(child.dep_ in {"relcl", "appos", "conj"} for child in subject.children):
        return subject
    after = subject.doc[between[-1].i + 1 : subject.head.i]
    named = [token for token in after if token.pos_ in {"PROPN", "NOUN", "PRON"} and token.dep_ != "compound"]
    return named[0] if named else subject


def _firmness(verb: Any) -> tuple[float, Any]:
    """Return how firmly the finite verb puts work to its subject, and the verb of that work."""
    aux = {str(child.norm_).lower() for child in verb.children if child.dep_ == "aux"}
    if aux & (_WILL | {"'ll"}):
        return 0.5, verb
    if aux & _OUGHT:
        return 0.35, verb
    if "to" in aux and verb.tag_ == "VB" and verb.dep_ in {"ROOT", "conj", "parataxis"}:
        return 0.5, verb
    inner = next((child for child in verb.children if child.dep_ == "xcomp" and child.tag_ == "VB"), None)
    if inner is not None and verb.lemma_ in {"go", "need", "have", "plan", "agree", "be", "promise", "offer"}:
        return (0.5 if verb.lemma_ in {"go", "agree", "promise", "offer"} else 0.4), inner
    return 0.0, verb


def _imperatives(utterance: Utterance) -> Iterator[Clause]:
    """A bare verb at the root without a subject: "Tomas, send it over please"."""
    for token in utterance.sent:
        if token.dep_ != "ROOT" or token.tag_ not in {"VB", "VBP"}:
            continue
        children = list(token.children)
        if any(child.dep_ in {"nsubj", "nsubjpass", "aux", "expl"} for child in children):
            continue
        negated = any(child.dep_ == "neg" for child in children)
        yield Clause(utterance, Mood.REQUEST, token, 0.3, negated=negated, begin=token.i)


_THEN = re.compile(r"\b(?:as soon as|once|when|after|then)\b", re.IGNORECASE)
_PROMISED = DELIVER | {"follow", "take", "do", "meet", "visit", "collect", "get"}


def _present_promises(utterance: Utterance) -> Iterator[Clause]:
    """ "I call them tomorrow", "I'm sending it on Monday", "Priya sends it on Friday": the present with a day ahead."""
    for token in utterance.sent:
        if token.dep_ != "nsubj" or token.head.lemma_.lower() not in _PROMISED:
            continue
        verb, first = token.head, token.lower_ == "i"
        if not first and token.pos_ != "PROPN":
            continue
        aux = {str(child.norm_).lower() for child in verb.children if child.dep_ == "aux"}
        progressive = verb.tag_ == "VBG" and aux <= {"am", "is", "'m", "'s"} and bool(aux)
        if not (progressive or (verb.tag_ in {"VBP", "VBZ"} and not aux)):
            continue
        chained = first and _THEN.search(utterance.text) is not None and verb.tag_ == "VBP"
        yield Clause(
            utterance,
            Mood.COMMIT if first else Mood.ASSIGN,
            verb,
            0.45 if chained else 0.35,
            subject=None if first else token,
            negated=any(child.dep_ == "neg" for child in verb.children),
            begin=token.i,
            needs_day=not chained,
        )


def _from_me(utterance: Utterance) -> Iterator[Clause]:
    """ "Draft one comes from me on Friday"."""
    for token in utterance.sent[:-1]:
        if token.lower_ != "from" or token.nbor().lower_ != "me" or token.head.lemma_.lower() not in {"come", "follow"}:
            continue
        subject = next((child for child in token.head.children if child.dep_ == "nsubj"), None)
        if subject is not None and subject.pos_ in {"NOUN", "PROPN", "NUM"}:
            yield Clause(
                utterance, Mood.DELIVERY, token.head, 0.4, subject=subject, begin=subject.left_edge.i, needs_day=True
            )
