"""Clauses that may speak of work to be done: who, how firmly, and which verb."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from hub.nlp.extract.actions_forms import VEILED, Mood, forms
from hub.nlp.extract.actions_lexicon import DELIVER, TALK, WORK
from hub.nlp.extract.lexicon import words
from hub.nlp.extract.utterances import Utterance


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


def clauses(utterance: Utterance) -> tuple[Clause, ...]:
    """Return the clauses of work in *utterance*, in order, one for each verb."""
    found: dict[int, Clause] = {}
    stated = (
        *_spoken_forms(utterance),
        *_third_person(utterance),
        *_imperatives(utterance),
        *_present_promises(utterance),
        *_from_me(utterance),
    )
    for clause in (*stated, *_second_verbs(stated)):
        if clause.mood is Mood.ASSIGN and clause.verb.head.lemma_ == "have" and clause.verb.dep_ in {"ccomp", "xcomp"}:
            found.pop(clause.verb.head.i, None)
        known = found.get(clause.verb.i)
        if known is None or clause.weight > known.weight:
            found[clause.verb.i] = clause
    return tuple(found[place] for place in sorted(found))


def _second_verbs(stated: Sequence[Clause]) -> Iterator[Clause]:
    """Yield the work behind a verb of talk: "I'll read it over the weekend and send my comments"."""
    for clause in stated:
        if clause.mood is Mood.COMMIT and clause.lemma == "have":
            yield from _put_to_another(clause)
        if clause.lemma in TALK:
            for token in clause.verb.conjuncts:
                if token.tag_ == "VB" and token.lemma_.lower() in DELIVER:
                    yield replace(clause, verb=token)


def _put_to_another(clause: Clause) -> Iterator[Clause]:
    """Yield what somebody else is made to do: "I'll have Darren call them"."""
    for work in clause.verb.children:
        doer = next((child for child in work.children if child.dep_ == "nsubj" and child.pos_ == "PROPN"), None)
        if work.dep_ in {"ccomp", "xcomp"} and work.tag_ == "VB" and doer is not None:
            yield replace(clause, mood=Mood.ASSIGN, verb=work, subject=doer, begin=doer.i)


def _spoken_forms(utterance: Utterance) -> Iterator[Clause]:
    text, places = _normal(utterance.sent)
    tokens = dict(places)
    for mood, weight, pattern in forms():
        for match in pattern.finditer(text):
            verb = tokens.get(match.start("verb"))
            verb = _past_adverbs(verb)
            if verb is None or _is_veiled(text[: match.start()].rstrip(), verb):
                continue
            yield Clause(
                utterance=utterance,
                mood=mood,
                verb=_perfect(verb),
                weight=weight,
                negated="neg" in pattern.groupindex and match["neg"] is not None,
                begin=tokens[match.start()].i if match.start() in tokens else verb.i,
            )


def _is_veiled(before: str, verb: Any) -> bool:
    """Tell whether the words before only speak of the work; "which I'll do myself" takes it."""
    if before.endswith("which") and verb.lemma_.lower() in _TAKING:
        return False
    return VEILED.search(before) is not None


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
    if token.lower_ in {"uh", "um", "er", "erm", "ah", "hm", "hmm", "mm"} or word in {
        ",",
        "...",
        "…",
        "–",
        "—",
        "-",
        '"',
    }:
        return ""
    return {"na": "to", "gon": "going", "'ve": "have", "wo": "will", "ca": "can"}.get(word, word)


_TALKERS = words("i you we who which that what somebody someone anybody anyone everybody everyone nobody")
_RECEIVING = words("have get receive see need")
_TAKING = words("do take handle own sort")
_WILL = words("will shall")
_OUGHT = words("should must ought")


def _third_person(utterance: Utterance) -> Iterator[Clause]:
    """Somebody else will, should, has to or is to do something; the parse tells who."""
    for token in utterance.sent:
        if token.dep_ not in {"nsubj", "nsubjpass"} or token.lower_ in _TALKERS:
            continue
        verb, doer = token.head, _nearest(token)
        weight, work = _firmness(verb)
        if token.dep_ == "nsubjpass":
            yield from _passive(utterance, token, weight)
            continue
        if not weight and _asks_of_others(verb, utterance):
            yield Clause(utterance, Mood.REQUEST, verb, 0.4, begin=doer.left_edge.i)
            continue
        if weight and work.lemma_ in _RECEIVING:
            if "from me" in utterance.text.lower():
                yield Clause(utterance, Mood.DELIVERY, work, 0.4, begin=doer.left_edge.i)
            continue
        if weight and doer.lower_ not in _TALKERS:
            if _is_yours(doer, utterance):
                yield Clause(utterance, Mood.REQUEST, work, 0.4, begin=doer.left_edge.i)
                continue
            negated = any(child.dep_ == "neg" for child in (*work.children, *verb.children))
            yield Clause(utterance, Mood.ASSIGN, work, weight, subject=doer, negated=negated, begin=doer.left_edge.i)


def _is_yours(doer: Any, utterance: Utterance) -> bool:
    """Tell whether a question puts work to the people of who is asked: "your department will conduct the visit?"."""
    return utterance.text.rstrip().endswith("?") and any(child.lower_ == "your" for child in doer.children)


def _passive(utterance: Utterance, token: Any, weight: float) -> Iterator[Clause]:
    """Yield work that nobody is named for: "the plan has to be updated", "was the room booked?"."""
    verb = token.head
    inner = next((child for child in verb.children if child.dep_ == "xcomp"), verb)
    asked = utterance.text.rstrip().endswith("?") and token.i > min(child.i for child in token.head.subtree)
    over = any(child.lemma_ == "have" and child.dep_ == "aux" for child in verb.children)  # "should have been signed"
    if token.pos_ in {"NOUN", "PROPN", "PRON"} and (weight or asked) and not over:
        yield Clause(utterance, Mood.OPEN, inner, min(weight or 0.2, 0.35), subject=token, begin=token.left_edge.i)


def _asks_of_others(verb: Any, utterance: Utterance) -> bool:
    """Tell whether a question puts work to somebody's people: "can the TMF team pull those together?"."""
    able = any(child.dep_ == "aux" and child.lower_ in {"can", "could"} for child in verb.children)
    return able and verb.tag_ == "VB" and "?" in utterance.text


def _nearest(subject: Any) -> Any:
    """Return the doer said last before the verb; parsers may take a topic put first ("The list, Jan will send it")."""
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
_HANDIWORK = WORK - words(
    "have get go come move leave see meet visit present find give let take need look walk talk work"
)
_PROMISED = DELIVER | {"follow", "take", "do", "collect", "get"}


def _is_handed_over(verb: Any) -> bool:
    """Tell whether somebody in the room is to get a thing: "I send you the scans"."""
    you = any(child.dep_ == "dative" and child.lower_ == "you" for child in verb.children)
    return you and any(child.dep_ == "dobj" and child.pos_ in {"NOUN", "PROPN"} for child in verb.children)


def _makes_a_thing(verb: Any) -> bool:
    """Tell whether the verb is work on a named thing: "I make the invoice", not "I have a lunch"."""
    things = (child for child in verb.children if child.dep_ == "dobj")
    return verb.lemma_.lower() in _HANDIWORK and any(thing.pos_ in {"NOUN", "PROPN"} for thing in things)


def _present_promises(utterance: Utterance) -> Iterator[Clause]:
    """Yield the present with a day ahead: "I call them tomorrow", "I'm sending it on Monday"."""
    for token in utterance.sent:
        verb, first, joint = token.head, token.lower_ == "i", token.lower_ == "we"
        if token.dep_ != "nsubj" or not (verb.lemma_.lower() in _PROMISED or (first and _makes_a_thing(verb))):
            continue
        if not (first or joint or token.pos_ == "PROPN"):
            continue
        aux = {str(child.norm_).lower() for child in verb.children if child.dep_ == "aux"}
        progressive = verb.tag_ == "VBG" and aux <= {"am", "is", "'m", "'s"} and bool(aux)
        if not (progressive or (verb.tag_ in {"VBP", "VBZ"} and not aux)):
            continue
        handed = first and verb.tag_ == "VBP" and _is_handed_over(verb)
        chained = handed or (first and _THEN.search(utterance.text) is not None and verb.tag_ == "VBP")
        yield Clause(
            utterance,
            Mood.COMMIT if first else Mood.JOINT if joint else Mood.ASSIGN,
            verb,
            0.45 if chained else 0.35,
            subject=None if first or joint else token,
            negated=any(child.dep_ == "neg" for child in verb.children),
            begin=token.i,
            needs_day=not chained,
        )


_FROM_ME = re.compile(r"from (?:me|my (?:side|end|desk))\b", re.IGNORECASE)


def _from_me(utterance: Utterance) -> Iterator[Clause]:
    """Yield what is announced as coming: "Draft one comes from me on Friday"."""
    for token in utterance.sent[:-1]:
        mine = token.lower_ == "from" and _FROM_ME.match(token.doc[token.i : token.i + 3].text)
        if not mine or token.head.lemma_.lower() not in {"come", "follow", "go", "leave"}:
            continue
        subject = next((child for child in token.head.children if child.dep_ == "nsubj"), None)
        if subject is not None and subject.pos_ in {"NOUN", "PROPN", "NUM"}:
            yield Clause(
                utterance, Mood.DELIVERY, token.head, 0.4, subject=subject, begin=subject.left_edge.i, needs_day=True
            )
