"""The words of a clause that say what is to be done, cut out of the parse."""

from collections.abc import Iterator
from typing import Any

from hub.nlp.extract.lexicon import words

_OUTSIDE = words("nsubj nsubjpass expl intj parataxis discourse meta")
_REASONS = words("because since as so although though")
_CONTENT_VERBS = words(
    "check confirm verify ensure see find ask tell clarify make know say let determine document get have"
)
_STOPS = words("i you we they he she it that's this there")


def verb_phrase(verb: Any) -> tuple[Any, ...]:
    """Return the tokens from *verb* to the end of what it governs, without subjects, reasons and other clauses."""
    sent = verb.sent
    outside = {token.i for token in _outside(verb)}
    taken = [verb]
    for token in verb.doc[verb.i + 1 : sent.end]:
        if token.i in outside or _begins_clause(token, verb):
            break
        if not (token.is_punct or verb.is_ancestor(token) or _continues(token)):
            break
        taken.append(token)
    while len(taken) > 1 and _hangs(taken[-1], verb):
        taken.pop()
    return tuple(taken)


def _hangs(token: Any, verb: Any) -> bool:
    """Tell whether the last token is no end for a phrase: a sign, a conjunction, the start of something cut off."""
    if token.is_punct or token.pos_ in {"CCONJ", "SCONJ"} or token.dep_ == "mark":
        return True
    return not verb.is_ancestor(token) and token.pos_ in {"NUM", "DET", "ADP", "PART", "ADJ"}


def _outside(verb: Any) -> Iterator[Any]:
    """Yield the tokens under *verb* that belong to something else said in the same breath."""
    for child in verb.children:
        if child.i < verb.i:
            continue
        if child.dep_ in _OUTSIDE or _is_reason(child) or _is_other_clause(child, verb):
            yield from child.subtree
        elif child.dep_ == "cc" and _next_has_subject(child, verb):
            yield child


def _is_reason(child: Any) -> bool:
    return child.dep_ in {"advcl", "prep"} and child.left_edge.lower_ in _REASONS


def _is_other_clause(child: Any, verb: Any) -> bool:
    if child.dep_ in {"conj", "dep"} and child.pos_ in {"VERB", "AUX"}:
        return _has_subject(child) or any(part.dep_ == "aux" and part.tag_ == "MD" for part in child.children)
    if child.dep_ == "ccomp":
        return verb.lemma_.lower() not in _CONTENT_VERBS and _has_subject(child)
    return False


def _has_subject(token: Any) -> bool:
    return any(part.dep_ in {"nsubj", "nsubjpass", "expl"} for part in token.children)


def _next_has_subject(conjunction: Any, verb: Any) -> bool:
    following = [child for child in verb.children if child.dep_ == "conj" and child.i > conjunction.i]
    return bool(following) and _is_other_clause(following[0], verb)


def _begins_clause(token: Any, verb: Any) -> bool:
    """After a comma or "and", a pronoun with its verb begins another clause, whatever the parse says."""
    if token.lower_ not in _STOPS or token.i == verb.i + 1:
        return False
    before = token.nbor(-1)
    return (before.is_punct or before.lower_ in {"and", "but", "so"}) and token.dep_ in {"nsubj", "nsubjpass", "expl"}


def _continues(token: Any) -> bool:
    """A preposition phrase that the parser hung elsewhere still belongs to the words before it."""
    return token.pos_ in {"ADP", "NUM", "PART"} or token.dep_ in {"pobj", "compound", "nummod", "punct", "det", "amod"}


def subject_phrase(token: Any, *, stop: int | None = None) -> str:
    """Return the noun phrase of *token* with what belongs to it, up to token *stop*."""
    doc = token.doc
    begin, end = token.left_edge.i, token.right_edge.i + 1
    if stop is not None:
        end = min(end, stop)
    for place in range(token.i + 1, end):
        if doc[place].dep_ == "relcl" or doc[place].lower_ in {"which", "who"} or doc[place].text in {",", ":", ";"}:
            end = place
            break
    while begin < token.i and doc[begin].pos_ in {"CCONJ", "PUNCT", "INTJ", "SCONJ"}:
        begin += 1
    return str(doc[begin:end].text).strip(" ,.")
