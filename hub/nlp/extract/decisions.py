"""Decisions: what was proposed and agreed to, or said to be settled."""

import re
from collections.abc import Iterator, Sequence

from hub.domain.minutes import Decision
from hub.domain.transcript import Transcript
from hub.nlp.extract.context import Roster
from hub.nlp.extract.matters import (
    QUESTION,
    SMALL_TALK,
    TRIAL,
    Hit,
    cues,
    impersonal,
    neighbours_joined,
    plain,
    weight,
    worded,
)
from hub.nlp.extract.utterances import Utterance

THRESHOLD = 0.6

_SETTLED = cues(
    (
        0.75,
        r"\bwe(?:'ve| have)? (?:just |all )?(?:decided|agreed|settled|concluded)\b(?! (?:last|in (?:jan|feb|mar|apr|may|jun|jul)))",
    ),
    (0.75, r"\b(?:the )?decision (?:is|stands|then is)\b|^decision:|\bdecided:"),
    (
        0.75,
        r"\b(?:it|that|this)(?:'s| is) (?:decided|agreed|settled|the decision|our decision)\b|\bconsider (?:it|that) (?:approved|agreed|done)\b",
    ),
    (
        0.7,
        r"\bso we(?:'re| are) going (?:with|ahead|for)\b|\bwe go (?:with|ahead|for)\b|\bwe(?:'ll| will) go (?:with|ahead|for)\b",
    ),
    (
        0.65,
        r"\b(?:is|are) (?:hereby )?(?:approved|signed off)\b(?! by)|\bi approve\b|\bapproved from (?:our|the sponsor)",
    ),
    (
        0.6,
        r"\b(?:so|okay|then|right),? (?:then )?we (?:don't|do not|won't|keep|stay|use|stick|stop|move|drop|skip|freeze|hold|leave|take|allow|accept)\b",
    ),
)
_PROPOSED = cues(
    (
        0.4,
        r"\b(?:i|we) (?:propose|suggest|recommend)\b|\bmy (?:proposal|position|recommendation|suggestion) (?:is|would be)\b",
    ),
    (
        0.4,
        r"\b(?:let's|let us) (?!see\b|start\b|move on\b|look\b|talk\b|go around|go through|take the next|wait and|hear|check|discuss|park|come back|say\b)\w+",
    ),
    (
        0.35,
        r"\bwe(?:'ll| will| should| could| can| are going to|'re going to) (?!see\b|talk|discuss|decide|come back|look at|check|hear|start with)\w+",
    ),
    (0.35, r"\b(?:shall|should|can|do) we \w+"),
    (
        0.35,
        r"\b(?:stays?|remains?|is (?:not )?(?:allowed|accepted|extended|moved|kept|opened|closed|used|needed)|will (?:not )?be)\b",
    ),
    (
        0.3,
        r"\b(?:keep|use|move|extend|drop|freeze|stick with|switch to|go with)\b.+\b(?:instead|rather|from now on|until|as is)\b",
    ),
    (
        0.35,
        r"\b(?:one|two|three|no|only|not more than|at most|from now on)\b.+\b(?:allowed|permitted|each|per|instead|until|as of)\b",
    ),
)
_AGREED = re.compile(
    r"^(?:(?:yes|yeah|okay|ok|right|good|all right|alright|fine|perfect|great|so|and),? )*(?:"
    r"agreed|agree\b(?! (?:that|but))|we agree|i agree(?=[.,!]?$| with that)|approved|confirmed|no objections?|works for (?:me|us)|"
    r"fine (?:for|with|by) (?:me|us)|(?:i'm|we're|i am|we are) (?:fine|okay|ok|happy|good) with (?:that|it|this)|(?:that|it) works|"
    r"sounds (?:good|fine|right)|let's do (?:it|that)|good for (?:me|us)|happy with that|you have (?:our|my) (?:approval|okay|ok)|"
    r"deal|done|go ahead|let's go with that|same here|makes sense|that's fine|okay for (?:me|us))\b",
    re.IGNORECASE,
)
_WEAK_YES = re.compile(r"^(?:yes|yeah|yep|okay|ok|fine|right|exactly|sure|correct|perfect|good)\b[.,!]?", re.IGNORECASE)
_ASKS = re.compile(
    r"\b(?:everyone|everybody|all|anyone|anybody|you|we)\b.{0,25}\b(?:okay|ok|fine|happy|agree[ds]?|good|object\w*|against|argue)\b.*|"
    r"\bany objections?\b|\bif (?:any(?:one|body)|nobody|no one) objects\b|\b(?:agreed|okay|ok|right|yes|fine)\?|"
    r"\b(?:okay|ok|fine|good|all right) (?:for|with|by) (?:everyone|everybody|you|all)\b.*\?|\bdoes that work\b|\bworks for (?:everyone|everybody|you)\?",
    re.IGNORECASE,
)
_SILENCE = re.compile(
    r"\b(?:hearing (?:nothing|none|no objections?)|no objections?|nobody objects|no one objects|i take (?:that|it) as (?:a )?(?:yes|agreed)|"
    r"then (?:that's|it's|it is) (?:decided|agreed|settled))\b",
    re.IGNORECASE,
)
_STATES = re.compile(
    r"\b(?:is|are|isn't|aren't|get|gets|don't|doesn't|do not|does not|stays?|comes?|goes|go|becomes?|moves?|will|won't|remains?|"
    r"use[sd]?|starts?|stops?|happens?|applies|apply|counts?|one|same|only|no)\b",
    re.IGNORECASE,
)
_OPEN = re.compile(
    r"\b(?:park (?:it|that|this)|(?:we|i)(?:'ll| will) (?:decide|discuss|see|come back|think about)|decide (?:next|later|on|when)|not (?:yet )?decided|"
    r"no decision|undecided|to be (?:decided|discussed)|come back to (?:it|that|this)|take (?:it|that|this) offline|need to think|"
    r"not sure|don't know|maybe we (?:should|could)|it depends|what if|let me think|i would need|have to ask|pending|leave it open)\b",
    re.IGNORECASE,
)
_RECALLED = re.compile(
    r"\b(?:last (?:week|month|year|time|meeting|call)|at the (?:last|kick-?off|previous)|back in|in (?:january|february|march|april|"
    r"may|june|july|august|september|october|november|december)|already (?:decided|agreed|approved)|as (?:we )?(?:decided|agreed) (?:last|in|before)|"
    r"years? ago|weeks? ago|yesterday)\b",
    re.IGNORECASE,
)
_MINE = re.compile(
    r"^(?:\W*(?:and|so|okay|yes|sure|fine|well|good|then|right|no),? )*(?:i(?:'ll| will|'m going to| can| could)|(?:can|could|would|will) you|please|you(?:'ll| will))\b|"
    r"^\W*[A-Z]\w+, (?:can|could|would|will|please)",
    re.IGNORECASE,
)
_REJECTED = re.compile(
    r"^(?:no\b|nope|not really|i disagree|i don't think|hmm|we can't|we cannot|absolutely not)", re.IGNORECASE
)
_EITHER = re.compile(r", or \b|\beither\b|\bwhether\b", re.IGNORECASE)
_AHEAD = 4


def find_decisions(utterances: Sequence[Utterance], transcript: Transcript, roster: Roster) -> list[Decision]:
    """Return the decisions of a meeting in order, without ids ("d1" and so on are given later).

    A decision is a proposal that somebody else assented to, or a sentence that says that something is settled. What
    was parked, rejected, only asked, or decided at an earlier meeting is none.
    """
    hits = [hit for place in range(len(utterances)) if (hit := _hit(utterances, place))]
    found = [worded(hit, transcript, roster, rewrite=impersonal) for hit in neighbours_joined(hits, apart=3)]
    return [Decision("", item.text, item.confidence, item.evidence) for item in found if item]


def _hit(utterances: Sequence[Utterance], place: int) -> Hit | None:
    said = utterances[place]
    text = plain(said.text)
    if len(text.split()) < 4 or _OPEN.search(text) or _MINE.search(text) or SMALL_TALK.search(text):
        return None
    settled, proposed = weight(text, _SETTLED), weight(text, _PROPOSED)
    if settled and _RECALLED.search(text):
        return None
    base = max(settled, proposed)
    if settled and QUESTION.search(text):
        return None
    if _turned_down(utterances, place):
        return None
    assents = list(_assents(utterances, place))
    strong = [assent for assent in assents if _agrees(assent)]
    asked = _asks(utterances, place)
    if not base:
        if QUESTION.search(text) or _RECALLED.search(text) or not _STATES.search(text) or not (strong and asked):
            return None
        base = 0.25
    base += 0.35 if strong else 0.12 if assents else 0.0
    base += 0.1 if len({assent.speaker for assent in strong}) > 1 else 0.0
    base += 0.15 if asked and assents else 0.0
    base -= 0.3 if _EITHER.search(text) else 0.0
    assent = next(iter(strong or assents), None)
    base += 0.05 if TRIAL.search(text) else -0.1
    if base < THRESHOLD:
        return None
    restated = _restated(utterances, said, assent) if assent else None
    if restated is not None:
        return Hit(restated, (said, restated), base, assent.segments if assent else ())
    return Hit(said, (said,), base, assent.segments if assent else ())


def _restated(utterances: Sequence[Utterance], said: Utterance, assent: Utterance) -> Utterance | None:
    """Return the sentence in which whoever agreed says the matter again, and shorter ("Agreed. No Lille.")."""
    for after in utterances[assent.index : assent.index + 3]:
        if after.speaker != assent.speaker or QUESTION.search(after.text) or _OPEN.search(plain(after.text)):
            continue
        shared = _content(after) & _content(said)
        words = len(after.text.split())
        if len(shared) >= 3 and 4 <= words <= len(said.text.split()) and not _MINE.search(plain(after.text)):
            return after
    return None


def _content(utterance: Utterance) -> set[str]:
    return {token.lemma_.lower() for token in utterance.sent if token.is_alpha and not token.is_stop}


def _assents(utterances: Sequence[Utterance], place: int) -> Iterator[Utterance]:
    """Yield assents to a sentence: of others, in the next few sentences, before another matter is opened."""
    said = utterances[place]
    for after in utterances[place + 1 : place + 1 + _AHEAD]:
        text = plain(after.text)
        if after.speaker == said.speaker:
            if _SILENCE.search(text):
                yield after
            if QUESTION.search(text) and not _ASKS.search(text):
                return
            continue
        if _AGREED.search(text) or (_WEAK_YES.search(text) and len(text.split()) <= 6):
            yield after
        elif len(text.split()) > 8:
            return


def _agrees(assent: Utterance) -> bool:
    text = plain(assent.text)
    return bool(_AGREED.search(text) or _SILENCE.search(text))


def _asks(utterances: Sequence[Utterance], place: int) -> bool:
    """Tell whether the speaker goes on to ask whether everybody agrees."""
    said = utterances[place]
    after = utterances[place + 1 : place + 3]
    return any(u.speaker == said.speaker and _ASKS.search(plain(u.text)) for u in after)


def _turned_down(utterances: Sequence[Utterance], place: int) -> bool:
    said = utterances[place]
    answers = [u for u in utterances[place + 1 : place + 3] if u.speaker != said.speaker]
    return bool(answers) and bool(_REJECTED.search(plain(answers[0].text)) or _OPEN.search(plain(answers[0].text)))
