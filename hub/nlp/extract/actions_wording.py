"""The sentence an action stands as in the minutes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hub.nlp.extract.actions_clause import Clause
from hub.nlp.extract.actions_draft import Draft
from hub.nlp.extract.actions_forms import Mood
from hub.nlp.extract.actions_present import STATES
from hub.nlp.extract.actions_weigh import content, pronoun_only
from hub.nlp.extract.check import loses_negation, unproved
from hub.nlp.extract.context import Roster
from hub.nlp.extract.lexicon import words
from hub.nlp.extract.utterances import Utterance
from hub.nlp.extract.writing import (
    as_said,
    phrase_of,
    sentence,
    speaks_of_the_talkers,
    tidy,
    without_days,
    without_talkers,
)
from hub.nlp.extract.writing_phrases import subject_phrase, verb_phrase
from hub.nlp.extract.writing_pronouns import PRONOUNS, Antecedent, antecedent, person, pronoun_object, replacement


@dataclass(frozen=True, slots=True)
class Worded:
    """The text (None with a *reason* where no sentence could be proved) and further utterances it draws from."""

    text: str | None
    sources: tuple[Utterance, ...] = ()
    reason: str = ""
    context: tuple[Utterance, ...] = ()
    """What is quoted in the text itself: cited, and no part of the passage."""


def worded(draft: Draft, utterances: Sequence[Utterance], roster: Roster) -> Worded:
    """Return the item's sentence: the best of the clauses on the matter, checked against its evidence."""
    reason = "no clear wording"
    for clause in _best_first(draft):
        for resolve in (True, False):
            found = _resolved(clause, utterances, roster) if resolve else None
            text = _phrase(clause, draft, found, roster)
            if text is None:
                continue
            sources = (found.utterance,) if found is not None and text != _phrase(clause, draft, None, roster) else ()
            whole = sentence(_with_doer(draft, text))
            fault = _fault(whole, draft, sources)
            if fault is None:
                named = bool(sources) or _names_something(clause, draft)
                return Worded(whole, sources) if named else _with_context(whole, clause, draft, utterances)
            reason = fault
    return _plainly(draft, roster, reason)


def _names_something(clause: Clause, draft: Draft) -> bool:
    """Tell whether the words say what the work is done on, not only "it" or "him"."""
    if _pronoun(clause) is None or clause.mood is Mood.OPEN or draft.clause is not clause:
        return True
    days = " ".join(draft.days).casefold()
    nouns = (token for token in verb_phrase(clause.verb)[1:] if token.pos_ in {"NOUN", "PROPN"})
    return any(token.lower_ not in days and token.lower_ not in PRONOUNS for token in nouns)


def _with_context(whole: str, clause: Clause, draft: Draft, utterances: Sequence[Utterance]) -> Worded:
    """Return the sentence with the words that its "it" or "him" was said of, between quotes, where some lead up to it."""
    for before in reversed(utterances[max(0, clause.utterance.index - _LOOK_BACK) : clause.utterance.index]):
        told = " ".join(before.text.split()).rstrip(".!,;:–—- ")
        if not _FEWEST <= len(told.split()) <= _MOST or not any(_is_thing(t) for t in before.sent):
            continue
        text = f"{whole[:-1]} (said of: “{told}”)."
        if _fault(text, draft, (before,)) is None:
            return Worded(text, context=(before,))
    return Worded(whole)


def _is_thing(token: Any) -> bool:
    named = token.pos_ in {"NOUN", "PROPN"} and token.lower_ not in _TIMES
    return bool(named and token.dep_ in {"nsubj", "nsubjpass", "dobj", "attr", "pobj", "appos", "ROOT"})


_TIMES = words(
    "monday tuesday wednesday thursday friday saturday sunday today tomorrow tonight day days week weeks month months quarter year "
    "end morning noon afternoon evening phone time"
)
_LOOK_BACK, _FEWEST, _MOST = 3, 3, 22


def _best_first(draft: Draft) -> list[Clause]:
    every = [draft.clause, *(clause for clause in draft.others if clause is not draft.clause)]
    return sorted(
        every,
        key=lambda clause: (clause is not draft.lead, pronoun_only(clause.verb), -min(len(content(clause.verb)), 3)),
    )


def _resolved(clause: Clause, utterances: Sequence[Utterance], roster: Roster) -> Antecedent | None:
    pronoun = _pronoun(clause)
    if pronoun is None:
        return None
    index = clause.utterance.index
    if pronoun.lower_ in {"him", "her"}:
        return person(pronoun, clause.utterance, utterances[max(0, index - 2) : index], roster)
    return antecedent(pronoun, clause.begin, clause.utterance, utterances[max(0, index - 6) : index], roster)


def _phrase(clause: Clause, draft: Draft, found: Antecedent | None, roster: Roster) -> str | None:
    pronoun = _pronoun(clause)
    replace = replacement(pronoun, _lower_article(found.text)) if pronoun is not None and found is not None else {}
    if clause.mood is Mood.OPEN and clause.subject is not None:
        return tidy(f"{clause.lemma} {_lower_article(subject_phrase(clause.subject))}", roster)
    if clause.mood is Mood.DELIVERY and clause.subject is not None and pronoun is not None:
        return tidy(_delivered(clause, _lower_article(found.text)), roster) if found is not None else None
    if clause.mood is Mood.DELIVERY and clause.subject is not None:
        return tidy(f"provide {_lower_article(subject_phrase(clause.subject))}", roster)
    if clause.mood is Mood.DELIVERY:
        replace |= {clause.verb.i: "deliver"}
    if clause.mood is Mood.COMMIT and clause.lemma in {"leave", "give"} and clause.begin == clause.verb.i:
        replace |= {clause.verb.i: "handle"}
    if _asks_for_a_thing(clause):
        replace |= {clause.verb.i: "provide"}
    text = phrase_of(clause.verb, replace=replace, days=draft.days_unsaid, roster=roster)
    if text is None and found is not None:
        text = tidy(f"{clause.lemma} {_lower_article(found.text)}", roster)
    if text is not None and speaks_of_the_talkers(text):
        text = without_talkers(text)
    return text


def _delivered(clause: Clause, thing: str) -> str:
    """Return what is done with *thing*: "have the forms signed" for "they'll be signed", else "provide" it."""
    if clause.verb.tag_ == "VBN":
        return f"have {thing} {clause.verb.text}"
    state = next(
        (child.text for child in clause.verb.children if child.i > clause.verb.i and child.lower_ in STATES), ""
    )
    return f"have {thing} {state}" if state else f"provide {thing}"


def _pronoun(clause: Clause) -> Any | None:
    """Return the pronoun that stands for the thing: the object, or what is said to reach somebody."""
    if clause.mood is Mood.DELIVERY and clause.subject is not None:
        return clause.subject if clause.subject.lower_ in PRONOUNS | {"they"} else None
    somebody = (child for child in clause.verb.children if child.dep_ in {"dobj", "dative"} and child.i > clause.verb.i)
    return next((child for child in somebody if child.lower_ in {"him", "her"}), None) or pronoun_object(clause.verb)


def _asks_for_a_thing(clause: Clause) -> bool:
    """Tell whether the work is to provide a thing: "I need the list from you", "I'll have names for you"."""
    if any(_tells_what_becomes(child) for child in clause.verb.children):
        return False
    if clause.mood is Mood.REQUEST:
        return clause.lemma in {"need", "want", "like", "expect", "have", "get"} and clause.begin != clause.verb.i
    written = any(token.tag_ == "VBN" or token.dep_ in {"ccomp", "xcomp"} for token in verb_phrase(clause.verb)[1:])
    return clause.mood is Mood.COMMIT and clause.lemma == "have" and not written


def _tells_what_becomes(child: Any) -> bool:
    """Tell whether a word beside "get" or "have" says what comes of the thing: "get them to answer", "have it out"."""
    return bool((child.dep_ in {"ccomp", "xcomp"} and child.tag_ == "VB") or child.dep_ == "prt" or child.tag_ == "RP")


def _lower_article(text: str) -> str:
    first, _, rest = text.partition(" ")
    return (
        f"{first.lower()} {rest}" if first in {"The", "A", "An", "This", "That", "Our", "My", "Your", "All"} else text
    )


def _with_doer(draft: Draft, phrase: str) -> str:
    doer = (draft.owner.name or draft.owner.doer) if draft.owner is not None else None
    return f"{doer} to {phrase}" if doer else phrase


def _fault(text: str, draft: Draft, sources: tuple[Utterance, ...]) -> str | None:
    spoken = " ".join(entry.text for entry in (*draft.passages, *sources))
    people = [draft.owner.name] if draft.owner is not None and draft.owner.name is not None else []
    return unproved(text, spoken, people=people)


def _as_said(draft: Draft) -> str | None:
    """Return the sentence itself between quotes, where who is to do it is known and bound to it; else None."""
    text = as_said(draft.clause.utterance.text)
    bound = draft.accepted or draft.due is not None or draft.mood is Mood.COMMIT
    if text is None or not bound or draft.owner is None or draft.owner.name is None:
        return None
    return f"{draft.owner.name}, {text[:1].lower()}{text[1:]}"


def _plainly(draft: Draft, roster: Roster, reason: str) -> Worded:
    """Fall back on the spoken sentence itself, tidied, where it speaks of nobody in the room."""
    text = tidy(without_days(draft.clause.utterance.text, draft.days_unsaid), roster)
    if speaks_of_the_talkers(text) or loses_negation(text, draft.clause.utterance.text) or len(text.split()) < 3:
        return Worded(_as_said(draft), (), reason)
    whole = sentence(_with_doer(draft, f"follow up: {text[:1].lower()}{text[1:]}"))
    fault = _fault(whole, draft, ())
    return Worded(whole) if fault is None else Worded(None, (), fault)
