"""The summary: status sentences of the meeting, cleaned, each with its passage."""

import re
from collections.abc import Sequence

from hub.domain.minutes import SummarySentence
from hub.domain.transcript import Transcript
from hub.nlp.extract.context import Roster
from hub.nlp.extract.embed import Likeness
from hub.nlp.extract.matters import QUESTION, SMALL_TALK, TRIAL, Hit, Worded, cues, plain, weight, worded
from hub.nlp.extract.utterances import Utterance

_FEWEST, _MOST = 3, 10
_EVERY = 14
_CANDIDATES = 60
_TOO_ALIKE = 0.75

_STATUS = cues(
    (
        0.4,
        r"\b(?:we|they|it|there|the \w+|site \w+|enrol\w+|\w+ sites?)(?:'ve|'s|'re| have| has| is| are| stands?| stood) \w+",
    ),
    (0.3, r"\b\d[\d.,%]*\b|\b(?:ten|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|percent)\b"),
    (
        0.3,
        r"\b(?:behind|ahead of|on track|on schedule|completed?|enrolled|randomi[sz]ed|activated|submitted|approved|open|closed|overdue|planned|due)\b",
    ),
    (0.3, r"\b(?:decided|agreed|moves? to|will move|stays?|remains?)\b"),
)
_TALK = re.compile(r"\b(?:i|my|me|you|your|yours|mine)\b", re.IGNORECASE)


def summarize(
    utterances: Sequence[Utterance],
    transcript: Transcript,
    roster: Roster,
    likeness: Likeness,
) -> list[SummarySentence]:
    """Return three to ten sentences in the order they were said, fewer where less can be said; none without speech.

    The sentences that say most are taken, without one that repeats another.
    """
    wanted = max(_FEWEST, min(_MOST, len(utterances) // _EVERY))
    scored = sorted(((_worth(u, len(utterances)), u) for u in utterances), key=lambda pair: (-pair[0], pair[1].index))
    candidates = []
    for worth, utterance in scored[:_CANDIDATES]:
        if worth <= 0:
            break
        item = worded(Hit(utterance, (utterance,), worth), transcript, roster)
        if item is not None:
            candidates.append(item)
    chosen = _different(candidates, likeness, wanted)
    chosen.sort(key=lambda item: item.hit.main.index)
    return [SummarySentence(item.text, item.evidence) for item in chosen]


def _worth(utterance: Utterance, count: int) -> float:
    text = plain(utterance.text)
    words = len(text.split())
    if not 6 <= words <= 34 or QUESTION.search(text) or SMALL_TALK.search(text):
        return 0.0
    trial = len({match.group(0).lower() for match in TRIAL.finditer(text)})
    if not trial:
        return 0.0
    value = weight(text, _STATUS) + 0.15 * min(trial, 4)
    value -= 0.25 if _TALK.search(text) else 0.0
    value += 0.1 if utterance.index < count * 0.5 else 0.0
    return value


def _different(candidates: Sequence[Worded], likeness: Likeness, wanted: int) -> list[Worded]:
    alike = likeness.matrix([item.text for item in candidates])
    chosen: list[int] = []
    for place in range(len(candidates)):
        if len(chosen) == wanted:
            break
        if all(alike[place][other] < _TOO_ALIKE for other in chosen):
            chosen.append(place)
    return [candidates[place] for place in chosen]
