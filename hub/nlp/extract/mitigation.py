"""What somebody said to do against a risk or an issue, as a passage."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from hub.domain.minutes import Evidence, Issue, Risk
from hub.domain.transcript import Transcript
from hub.nlp.extract.matters import QUESTION, plain
from hub.nlp.extract.sorting import Sorted
from hub.nlp.extract.utterances import Utterance, evidence, is_back_channel

Trouble = TypeVar("Trouble", Risk, Issue)
_REACH = 6
_LEAST_WORDS = 4
_AGAINST = re.compile(
    r"\b(?:mitigat\w+|contingen\w+|fall-?back|plan b|back-?up(?: plan| site| vendor| supplier)?|work-?around|safety net|as a precaution|to be (?:on the )?safe|just in case|"
    r"to (?:avoid|prevent|reduce|limit|offset|compensate|catch up|counter|bridge|buffer|cover)\b|so (?:that )?(?:we|it|they) (?:don't|do not|won't|never)|"
    r"(?:second|alternative|another|extra|additional|spare|replacement|temporary|interim) (?:source|supplier|vendor|courier|depot|lab|site|stock|batch|kits?|shipment|monitor|person|reader|solution|round|visit)|"
    r"(?:buffer|reserve|safety) stock|in parallel|ahead of (?:the|time)|over-?recruit\w*|pre-?order\w*|re-?train\w*|escalat\w+|re-?allocat\w+|expedit\w+)\b",
    re.IGNORECASE,
)
_OFFERED = re.compile(
    r"\b(?:we|i|they|you|let's|let us|one|could|can|should|will|would|'ll|plan is|suggest|propose|recommend|need to|have to|going to)\b",
    re.IGNORECASE,
)
_REFUSED = re.compile(
    r"\b(?:there is|there's|we have|with) no\b|\bcan't\b|\bcannot\b|\bwon't help\b|\bnot (?:going to )?work\b",
    re.IGNORECASE,
)


def met(matters: Sorted, utterances: Sequence[Utterance], transcript: Transcript) -> Sorted:
    """Return *matters* with the mitigation of each risk and issue, where one was said in or soon after its passage."""
    last = {name: u.index for u in utterances for name in u.segments}

    def with_it(one: Trouble) -> Trouble:
        return replace(one, mitigation=_said(one, last, utterances, transcript))

    return replace(matters, risks=tuple(map(with_it, matters.risks)), issues=tuple(map(with_it, matters.issues)))


def _said(
    one: Risk | Issue, last: dict[str, int], utterances: Sequence[Utterance], transcript: Transcript
) -> Evidence | None:
    rows = [last[name] for name in one.evidence.segments if name in last]
    if not rows:
        return None
    for u in utterances[min(rows) : max(rows) + 1 + _REACH]:
        text = plain(u.text)
        idle = is_back_channel(u.text) or QUESTION.search(text) or len(text.split()) < _LEAST_WORDS
        if not idle and _AGAINST.search(text) and _OFFERED.search(text) and not _REFUSED.search(text):
            return evidence([u], transcript)
    return None
