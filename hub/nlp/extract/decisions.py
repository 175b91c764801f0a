"""Decisions: what was proposed and agreed to, or said to be settled."""

import re
from collections.abc import Sequence

from hub.domain.minutes import Before, Decision
from hub.domain.transcript import Transcript
from hub.nlp.extract.assent import OPEN, asks_for_assent, assents, content, is_joke
from hub.nlp.extract.context import Roster
from hub.nlp.extract.decisions_groups import Candidate, grouped, standing
from hub.nlp.extract.decisions_worth import THRESHOLD, assented, is_ruled_out, reports, worth
from hub.nlp.extract.impersonal import plan
from hub.nlp.extract.matters import QUESTION, Hit, Worded, plain, weight, worded
from hub.nlp.extract.pieces import pieces
from hub.nlp.extract.proposing import PROPOSED, proposes
from hub.nlp.extract.utterances import Utterance, evidence

_ASKING = re.compile(r"\?$|\b(?:shall|should|could|can|do) we\b", re.IGNORECASE)
_SURE = 0.75
"""Weight from which a decision may stand as it was said, where it cannot be told otherwise."""


def find_decisions(utterances: Sequence[Utterance], transcript: Transcript, roster: Roster) -> list[Decision]:
    """Return the decisions of a meeting in order, without ids ("d1" and so on are given later).

    A decision is a proposal that somebody else assented to, or a sentence that says that something is settled. What
    was parked, rejected, only asked, laughed off, or decided at an earlier meeting is none; what a later
    decision takes back stands beside that one.
    """
    spoken = pieces(utterances, transcript)
    found = [candidate for place in range(len(spoken)) if (candidate := _candidate(spoken, place))]
    out: list[Decision] = []
    for group, gone in standing(grouped(found)):
        item = _told(_hits(group), transcript, roster)
        if item is not None:
            before = tuple(Before(evidence([one.said for one in taken], transcript)) for taken in gone)
            out.append(Decision("", item.text, item.confidence, item.evidence, before))
    return out


def _told(hits: Sequence[Hit], transcript: Transcript, roster: Roster) -> Worded | None:
    """Return the first of *hits* that can be told in the third person, else the first as it was said."""
    plainly = [hit for hit in hits if hit.weight >= _SURE and proposes(hit.main)]
    every = [*((hit, False) for hit in hits), *((hit, True) for hit in plainly if not QUESTION.search(hit.main.text))]
    found = (worded(hit, transcript, roster, rewrite=plan, verbatim=verbatim) for hit, verbatim in every)
    return next((item for item in found if item is not None), None)


def _candidate(spoken: Sequence[Utterance], place: int) -> Candidate | None:
    said = spoken[place]
    text = plain(said.text)
    if len(text.split()) < 3 or is_ruled_out(text, asked=asks_for_assent(spoken, place)) or is_joke(spoken, place):
        return None
    answers = assents(spoken, place)
    value = worth(spoken, place, text, answers)
    if QUESTION.search(text) and not {"strong", "closing"} & {answer.kind for answer in answers}:
        return None
    return Candidate(said, tuple(answers), value) if value >= THRESHOLD else None


def leaning(spoken: Sequence[Utterance], place: int) -> tuple[float, float, float]:
    """Return how much a sentence leans to a decision, what its answers are worth, and 1 where it is ruled out."""
    text = plain(spoken[place].text)
    answers = assents(spoken, place)
    return worth(spoken, place, text, answers), assented(answers), float(is_ruled_out(text))


def _hits(group: Sequence[Candidate]) -> list[Hit]:
    """Return the group worded by each of its sentences, the best first."""
    every = {one.said.index: one.said for one in group}
    cite = [name for one in group for answer in one.answers if answer.kind != "weak" for name in answer.said.segments]
    value = max(one.value for one in group) + 0.05 * (len(group) - 1)
    mains = {utterance.index: utterance for utterance in _wordings(group)}
    ranked = sorted(mains.values(), key=lambda utterance: (-reads(utterance), utterance.index))
    proof = tuple(every[index] for index in sorted(every))
    return [
        Hit(
            main,
            tuple(sorted({main.index: main, **{u.index: u for u in proof}}.values(), key=lambda u: u.index)),
            value,
            tuple(dict.fromkeys(cite)),
        )
        for main in ranked
    ]


def _wordings(group: Sequence[Candidate]) -> list[Utterance]:
    said = [one.said for one in group]
    closings = [
        a.said for one in group for a in one.answers if a.kind in {"closing", "echo"} and not OPEN.search(a.said.text)
    ]
    return [*said, *(u for u in closings if not QUESTION.search(u.text))]


def reads(utterance: Utterance) -> float:
    """Return how well a sentence reads as a decision: it has a subject that is named, and a verb, and is not long."""
    sent = utterance.sent
    subjects = [token for token in sent if token.dep_ in {"nsubj", "nsubjpass"}]
    words = len(utterance.text.split())
    named = any(token.pos_ in {"NOUN", "PROPN", "NUM"} or token.lower_ == "we" for token in subjects)
    value = 1.0 if named else 0.3 if subjects else 0.0
    value += 0.15 * min(len(content(utterance)), 6)
    value += 0.3 if weight(plain(utterance.text), PROPOSED) else 0.0
    value -= 0.05 * max(0, words - 22)
    value -= 0.4 if _ASKING.search(plain(utterance.text)) else 0.0
    value -= 0.4 if sum(token.lower_ == "we" for token in sent) > 1 else 0.0
    value -= 2.0 if reports(utterance) else 0.0
    value -= 0.5 if words < 4 else 0.0
    value -= (
        0.6
        if any(token.lower_ in {"i", "you", "my", "your"} for token in sent)
        and not weight(plain(utterance.text), PROPOSED)
        else 0.0
    )
    return value
