"""Clauses that may speak of work to be done: who, how firmly, and which verb."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from hub.nlp.extract.actions_clause import Clause
from hub.nlp.extract.actions_forms import VEILED, Mood, forms
from hub.nlp.extract.actions_lexicon import DELIVER, TALK, WORK
from hub.nlp.extract.actions_present import promised
from hub.nlp.extract.lexicon import words
from hub.nlp.extract.unapostrophed import SPELLED, is_short_form
from hub.nlp.extract.utterances import Utterance


def clauses(utterance: Utterance) -> tuple[Clause, ...]:
    """Return the clauses of work in *utterance*, in order, one for each verb."""
    found: dict[int, Clause] = {}
    stated = (
        *_spoken_forms(utterance),
        *_third_person(utterance),
        *_imperatives(utterance),
        *_wanted(utterance),
        *promised(utterance),
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
            two = mood in {Mood.COMMIT, Mood.OFFER} and _is_one_of_two(tokens.get(match.start()))
            yield Clause(
                utterance=utterance,
                mood=Mood.JOINT if two else mood,
                verb=_perfect(verb),
                weight=weight,
                negated="neg" in pattern.groupindex and match["neg"] is not None,
                begin=tokens[match.start()].i if match.start() in tokens else verb.i,
            )


def _is_one_of_two(first: Any) -> bool:
    """Tell whether the speaker is named beside another: "Tom or I will tell them"."""
    if first is None or first.lower_ != "i" or first.i < first.sent.start + 2:
        return False
    link, other = first.nbor(-1), first.nbor(-2)
    return (
        link.lower_ in {"or", "and"}
        and (other.pos_ == "PROPN" or other.lower_ in {"you", "he", "she"})
        and other.head.i >= link.i - 1
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
        if is_short_form(word, pieces[-1] if pieces else ""):
            word = SPELLED[word]
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
    over = verb.tag_ == "VBD" or any(child.dep_ == "aux" and child.tag_ == "VBD" for child in verb.children)
    if over and verb.lemma_ in {"go", "need", "have", "plan", "be"}:
        return 0.0, verb  # "was going to send it" says what did not happen
    if inner is not None and verb.lemma_ in {"go", "need", "have", "plan", "agree", "be", "promise", "offer"}:
        return (0.5 if verb.lemma_ in {"go", "agree", "promise", "offer"} else 0.4), inner
    return 0.0, verb


_WANTING = words("want need like ask have get let")


def _wanted(utterance: Utterance) -> Iterator[Clause]:
    """Yield what somebody named is wanted to do: "I want Rajesh to rebuild it", "let's have Helen run them"."""
    for token in utterance.sent:
        verb, wish = token.head, token.head.head
        named = token.dep_ == "nsubj" and (token.pos_ == "PROPN" or token.text[:1].isupper()) and token.lower_ != "i"
        if not named or verb.tag_ != "VB" or verb.dep_ not in {"ccomp", "xcomp"}:
            continue
        wishes = any(
            child.lower_ in {"i", "we", "us", "'s"} and child.dep_ in {"nsubj", "dobj"} for child in wish.children
        )
        lets = wish.dep_ in {"ccomp", "xcomp"} and wish.head.lemma_ == "let"
        if wish.lemma_.lower() in _WANTING and wish.tag_ not in {"VBD", "VBN"} and (wishes or lets):
            yield Clause(utterance, Mood.ASSIGN, verb, 0.45, subject=token, begin=token.left_edge.i)


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
