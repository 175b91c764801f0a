"""Risks: what may happen and would hurt."""

import re
from collections.abc import Sequence

from hub.domain.minutes import Risk
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
from hub.nlp.extract.severity import category, likelihood, severity
from hub.nlp.extract.utterances import Utterance

THRESHOLD = 0.5

_HARM = (
    r"slip\w*|slid\w*|clash\w*|drag\w*|pile up|delay\w*|miss\w*|run (?:out|dry|short|low)|los(?:e|ing|s)|fail\w*|drop(?:s|ped)? out|late|shortage|jeopardi[sz]\w*|"
    r"expir\w*|reject\w*|refus\w*|stop\w*|clos\w*|finding|observation|stuck|problem|trouble|overrun|exceed\w*|gap|bias|break|broken|"
    r"withdraw\w*|short of|too (?:late|few|slow)|unblind\w*|not (?:be )?(?:ready|enough|approved|available|make|reach|have)|push\w* (?:out|back)|"
    r"move[sd]? (?:out|back)|suffer|fall behind|backlog|bottleneck|overload\w*|leave|quit|go wrong|contaminat\w*|damage"
)
_CUES = cues(
    (
        0.75,
        r"\b(?:there(?:'s| is) (?:a|some|the|also a)(?: \w+)? ?risk|(?:the|a|my|our|main|big(?:gest)?|real) risk (?:is|here|would|that|of)|at risk\b|risk (?:of|that)\b|as a risk|put \w+ at risk)",
    ),
    (0.6, rf"\b(?:might|may|could)\b(?:\W+\w+){{0,6}}?\W+(?:{_HARM})\b"),
    (
        0.6,
        r"\b(?:i'm|i am|we're|we are|is|are|what|that)\W+(?:\w+ )?(?:worr(?:ied|ies)|concerned|concerns|afraid|nervous|scared|uneasy)\b|\bmy (?:worry|fear|concern)\b",
    ),
    (0.65, r"\bin danger of\b|\bthreat(?:ens?|ening)?\b|\bjeopardi[sz]"),
    (
        0.6,
        rf"\bif\b.{{5,120}}\b(?:we|it|they|that|this|the \w+|[A-Z]\w+)\W+(?:\w+ )?(?:'ll |will |won't |would |run|lose|miss|slip|are |is )?.{{0,50}}\b(?:{_HARM})\b",
    ),
    (
        0.5,
        r"\b(?:unlikely|not going|won't be able|will struggle|struggle|tight) (?:to|for)\b|\b(?:won't|will not) (?:make|reach|hit|meet|be ready)\b",
    ),
    (0.5, rf"\b(?:probably|likely|chances are|potentially)\b.{{0,60}}\b(?:{_HARM})\b"),
)
_NONE = re.compile(
    r"\b(?:no|not a|without|zero|little|low) (?:real |big |more )?risk\b|\brisk[- ](?:based|adapted|log|register|management|assessment|review|proportionate)\b|"
    r"\bnot (?:worried|concerned)\b|\bno (?:worries|concerns?)\b|\bdon't worry\b|\bif (?:you|anyone|somebody|someone) (?:want|have|need|like|could)\b|"
    r"\bmay (?:i|we)\b|\bcould (?:you|we|i)\b|\bif (?:that's|it's|this is) (?:okay|ok|fine)\b|\bat (?:your|their) own risk\b|\bif i (?:may|can|remember)\b",
    re.IGNORECASE,
)
_GONE = re.compile(r"\b(?:is gone|was closed|is closed|no longer|mitigated|resolved|is off the table)\b", re.IGNORECASE)
_MINE = re.compile(r"\bif\b.+\bi(?:'ll| will)\b(?!.*\b(?:lose|miss)\b)", re.IGNORECASE)


def find_risks(utterances: Sequence[Utterance], transcript: Transcript, roster: Roster) -> list[Risk]:
    """Return the risks of a meeting in order, without ids. Severity and likelihood only where they were said."""
    hits = [hit for utterance in utterances if (hit := _hit(utterance))]
    out = []
    for joined in neighbours_joined(hits, apart=2):
        item = worded(joined, transcript, roster, rewrite=impersonal)
        if item is None:
            continue
        last = joined.all[-1].index
        near = [*joined.all, *utterances[last + 1 : last + 3]]
        said = " ".join(utterance.text for utterance in joined.all)
        out.append(
            Risk("", item.text, item.confidence, item.evidence, category(said), severity(near), likelihood(said))
        )
    return out


def _hit(utterance: Utterance) -> Hit | None:
    text = plain(utterance.text)
    if (
        len(text.split()) < 5
        or SMALL_TALK.search(text)
        or _NONE.search(text)
        or _GONE.search(text)
        or _MINE.search(text)
    ):
        return None
    found = weight(text, _CUES)
    if not found:
        return None
    found += 0.05 if TRIAL.search(text) else -0.2
    found += 0.03 if IF.search(text) else 0.0
    found -= 0.3 if QUESTION.search(text) else 0.0
    return Hit(utterance, (utterance,), found) if found >= THRESHOLD else None
