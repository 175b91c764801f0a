"""Issues: what has gone wrong or stands in the way now."""

import re
from collections.abc import Sequence

from hub.domain.minutes import Issue
from hub.domain.transcript import Transcript
from hub.nlp.extract.context import Roster
from hub.nlp.extract.matters import (
    IF,
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
from hub.nlp.extract.severity import category, severity
from hub.nlp.extract.utterances import Utterance

THRESHOLD = 0.55

_CUES = cues(
    (
        0.7,
        r"\b(?:we|there|they|i|it|that|this|the \w+)(?:'ve| have|'s| is| has)?(?: got)? (?:a|an|one|another|some|the|two|three)(?: \w+)? (?:problem|issue|blocker|gap|backlog|finding|deviation|discrepanc\w+|breach|error|outage|shortage|excursion)s?\b",
    ),
    (
        0.65,
        r"\b(?:is|are|was|were|has been|have been|'s|'re)\W+(?:\w+ )?(?:missing|overdue|late|behind|delayed|broken|down|stuck|blocked|rejected|expired|unsigned|incomplete|unanswered|locked out|wrong|inconsistent|empty|short|unavailable|out of (?:stock|window|range|date)|on hold|non-?compliant|not (?:there|replying|answering|responding|working|signed|filed|complete|available|acceptable|reconciled|matching))\b",
    ),
    (
        0.6,
        r"\b(?:has|have|did|does|do|is|are|was|were|'s|'ve)(?:n't| not) (?:yet )?(?:been )?(?:sent|received|answered|replied|responded|signed|approved|returned|provided|uploaded|filed|closed|delivered|arrived|reconciled|trained|activated|reported|resolved|entered|completed|done|paid|work|works|match|matched)\b|\bhas still not\b|\bhave still not\b|\bnever (?:sent|received|answered|arrived|signed|reported)\b",
    ),
    (
        0.55,
        r"\bstill (?:waiting|missing|no|open|pending|without|haven't|hasn't|don't|doesn't|not|outstanding|unsigned)\b|\bno (?:answer|reply|response|feedback)\b|\b(?:nobody|no one) (?:answers?|replies|responds|knows|signed)\b",
    ),
    (
        0.6,
        r"\b(?:failed|crashed|broke|lost|missed|breached|violated|deviated|mislabel\w*|misreported|duplicated|exceeded|slipped|dropped|fell (?:behind|short)|ran out|went wrong|temperature excursion|excursion)\b",
    ),
    (
        0.55,
        r"\b(?:older than|more than|over) (?:\w+|\d+) (?:days?|weeks?|months?)\b.*|\bgoing the wrong way\b|\bgrowing\b|\bbacklog\b|\bpiling up\b",
    ),
    (
        0.6,
        r"\b(?:behind (?:the )?(?:plan|schedule|target|forecast)|below (?:the )?(?:plan|target)|under target|too (?:many|few|late|slow|long))\b",
    ),
    (
        0.55,
        r"\b(?:can't|cannot|can not|couldn't|unable to|not able to) (?:\w+ )?(?:log in|access|open|reach|get|enter|export|see|upload|ship|dose|enrol|enroll|screen|import|close|sign|reconcile|find|recruit|start)\b",
    ),
    (
        0.5,
        r"\b(?:deviations?|discrepanc\w+|breach|outage|complaint|temperature excursion|protocol violation|finding|turnover|resigned|left the (?:site|company|study)|on sick leave|quit)\b",
    ),
    (
        0.6,
        r"\b(?:is|are|that's|it's) (?:a |the )?(?:big |real |main |serious )?(?:problem|issue|blocker|bottleneck|concern|mess)\b|\b(?:not pretty|not good|unacceptable)\b",
    ),
)
_NONE = re.compile(
    r"\b(?:no|not an?|without|any) (?:\w+ )?(?:issues?|problems?|findings?|deviations?|concerns?|complaints?|surprises)\b|\bnot a big (?:issue|problem)\b|"
    r"\b(?:issue|issued|issuing) (?:the|a|an)\b|\bnothing (?:is )?missing\b|\bnone (?:is|are|was)\b|\bno longer\b",
    re.IGNORECASE,
)
_SOLVED = re.compile(
    r"\b(?:(?:is|are|was|were|has been|have been|'s|'re|now|all|already|got|been) (?:now |all |already |been )?(?:closed|resolved|fixed|solved|done|answered|settled|sorted|filed|complete|completed|"
    r"back|received|signed|approved)|that's (?:done|closed|it|settled)|no longer|works again|is fine now|sorted out|back to normal)\b(?! (?:out|yet))",
    re.IGNORECASE,
)
_MAYBE = re.compile(r"\b(?:might|may|could|would|risk|worried|in case|hypothetically|imagine)\b", re.IGNORECASE)
_TO_DO = re.compile(r"\b(?:i(?:'ll| will)|can you|could you|please|let's|we(?:'ll| will| should))\b", re.IGNORECASE)
_STILL = re.compile(r"\b(?:not|n't|still|never|missing|except|but)\b", re.IGNORECASE)


def find_issues(utterances: Sequence[Utterance], transcript: Transcript, roster: Roster) -> list[Issue]:
    """Return the issues of a meeting in order, without ids. What was solved, denied or only imagined is none."""
    hits = [hit for utterance in utterances if (hit := _hit(utterance))]
    out = []
    for joined in neighbours_joined(hits, apart=2):
        item = worded(joined, transcript, roster, rewrite=impersonal)
        if item is None:
            continue
        said = " ".join(utterance.text for utterance in joined.all)
        out.append(Issue("", item.text, item.confidence, item.evidence, category(said), severity(joined.all)))
    return out


def _hit(utterance: Utterance) -> Hit | None:
    text = plain(utterance.text)
    if len(text.split()) < 5 or SMALL_TALK.search(text) or _NONE.search(text):
        return None
    if _SOLVED.search(text) and not _STILL.search(text):
        return None
    found = weight(text, _CUES)
    if not found:
        return None
    found += 0.05 if TRIAL.search(text) else -0.25
    found += 0.05 if re.search(r"\d", text) else 0.0
    found -= 0.3 if QUESTION.search(text) else 0.0
    found -= 0.3 if _MAYBE.search(text) or IF.search(text) else 0.0
    found -= 0.2 if _TO_DO.search(text) else 0.0
    return Hit(utterance, (utterance,), found) if found >= THRESHOLD else None
