"""How far to believe that a matter is an action: firm words, an answer and a day speak for it, doubts against."""

import re
from collections.abc import Iterator

from hub.nlp.extract.actions_clause import Clause
from hub.nlp.extract.actions_draft import Draft
from hub.nlp.extract.actions_forms import Mood
from hub.nlp.extract.actions_lexicon import DELIVER, EXTERNAL, WORK
from hub.nlp.extract.actions_weigh import has_content, informs_here, is_to_somebody

THRESHOLD, WEAKEST = 0.6, 0.35
FIRM = 0.5  # least weight of a promise: "I'll", "I'm going to"

_ON_THE_CALL = re.compile(
    r"\b(?:walk|run|go|step|talk|take) (?:(?:you|us|everyone|everybody|all) )*(?:quickly )?(?:through|over) "
    r"(?:the|this|these|my|our)\b",
    re.IGNORECASE,
)
_NOTES = re.compile(
    r"\b(?:send|circulate|share|distribute|get|write up|type up) (?:out |round |around )?(?:you |everyone )?"
    r"(?:the |my )?(?:meeting )?(?:notes|minutes|recap)\b",
    re.IGNORECASE,
)
_SUPPOSED = re.compile(r"\bif (?:i|we|you|they|it)\b", re.IGNORECASE)
_INTRODUCES = re.compile(
    r"\bI(?:'m| am) [A-Z][\w-]+(?: [A-Z][\w-]+)?,? (?:and )?(?:I|who)(?:'ll| will) be \w+ing\b|\bI(?:'ll| will) be "
    r"(?:your|the) (?:main |day-to-day )?(?:contact|lead|monitor|manager)\b",
)
_POLITE_IF = re.compile(r"\bif (?:that|it|this) (?:helps?|works|suits)|\bif you (?:want|like|wish)", re.IGNORECASE)
_IF = re.compile(r"\bif\b", re.IGNORECASE)
_HYPOTHETICAL = re.compile(
    r"\b(?:would|could|might|may) (?:have|be|\w+)\b.{0,40}\bif\b|\bif (?:they|we|it) ever\b", re.IGNORECASE
)


def score(draft: Draft) -> float:
    """Return how far to believe that *draft* is an action, 0 to 1."""
    clause = draft.clause
    value = max(entry.weight for entry in (clause, *draft.others))
    value += 0.2 * draft.accepted + 0.2 * (draft.due is not None) + 0.1 * (draft.recapped or draft.noted)
    value += 0.1 if clause.lemma in DELIVER else 0.05 * (clause.lemma in WORK)
    value += 0.1 if _names_the_work(draft) else -0.05
    return max(0.0, min(0.97, value - sum(_doubts(draft))))


def _names_the_work(draft: Draft) -> bool:
    """Tell whether the words say what is to be done, or with whom, or were understood by the one who was asked."""
    clause = draft.clause
    if has_content(clause.verb) or clause.mood is Mood.DELIVERY or clause.subject is not None:
        return True
    understood = draft.accepted and clause.mood is Mood.REQUEST and draft.address is not None
    return understood or (clause.weight >= FIRM and is_to_somebody(clause))


def _doubts(draft: Draft) -> Iterator[float]:
    clause, dated = draft.clause, draft.due is not None
    named = draft.owner is not None and draft.owner.name is not None
    if clause.mood is Mood.OFFER and clause.weight <= 0.2 and clause.lemma not in DELIVER:
        yield 0.3
    known = draft.due is not None and draft.due.day is not None
    if clause.mood in {Mood.JOINT, Mood.OPEN} and not named and not (known if clause.mood is Mood.JOINT else dated):
        yield 0.3
    if clause.mood is Mood.REQUEST and not draft.accepted:
        yield (0.1 if draft.address is not None else 0.2 if dated else 0.3) + (0.3 if informs_here(clause) else 0.0)
    if clause.mood is Mood.ASSIGN and not named:
        yield _doubt_of_outsiders(clause, dated=dated)
    if not dated and _NOTES.search(clause.utterance.text) and clause.mood is Mood.COMMIT:
        yield 0.3
    if not dated and (clause.lemma == "show" or _ON_THE_CALL.search(clause.utterance.text)):
        yield 0.3
    if not dated and clause.mood is Mood.COMMIT and _SUPPOSED.search(_before(clause)):
        yield 0.2
    if clause.mood is Mood.COMMIT and _INTRODUCES.search(clause.utterance.text):
        yield 0.5
    conditional = (clause.mood in {Mood.ASSIGN, Mood.OFFER} or clause.needs_day) and _IF.search(_polite(clause))
    if conditional or _HYPOTHETICAL.search(_polite(clause)):
        yield 0.3


def _polite(clause: Clause) -> str:
    """Return the sentence without an "if" that only courtesy says."""
    return _POLITE_IF.sub("", clause.utterance.text)


def _doubt_of_outsiders(clause: Clause, *, dated: bool) -> float:
    """What sites, vendors and things "will" do is mostly a forecast; what a person is to do is not."""
    subject = clause.subject
    if subject is not None and subject.pos_ == "PROPN" and not subject.text.isupper():
        known = subject.lemma_.lower() in EXTERNAL
        return 0.25 if known else 0.05
    forecast = 0.0 if clause.lemma in DELIVER else 0.2
    return forecast + (0.25 if dated else 0.45)


def _before(clause: Clause) -> str:
    """Return the words of the sentence before the clause."""
    return str(clause.verb.doc[clause.utterance.sent.start : clause.begin].text)
