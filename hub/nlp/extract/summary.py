"""The summary: status sentences and the surest decisions of the meeting, cleaned, each with its passage."""

import re
from collections.abc import Sequence

from hub.domain.minutes import Decision, SummarySentence
from hub.domain.transcript import Transcript
from hub.nlp.extract.context import Roster
from hub.nlp.extract.embed import Likeness
from hub.nlp.extract.matters import QUESTION, TRIAL, Hit, cues, is_small_talk, plain, weight, worded
from hub.nlp.extract.pieces import pieces
from hub.nlp.extract.utterances import Utterance

_FEWEST, _MOST = 3, 10
_EVERY = 10
_CANDIDATES = 30
_TOO_ALIKE = 0.75
_SURE = 0.75
_POINTERS = frozenset({"it", "they", "them", "that", "this", "those", "these", "he", "she", "one", "which"})

_OPENERS = frozenset({"while", "when", "if", "because", "since", "although", "which", "that", "until", "so"})

_STATUS = cues(
    (0.4, r"\b(?:we|there|the \w+|site \w+|enrol\w+|\w+ sites?)(?:'ve|'s|'re| have| has| is| are| stands?| stood) \w+"),
    (0.3, r"\b\d[\d.,%]*\b|\b(?:ten|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|percent)\b"),
    (
        0.3,
        r"\b(?:behind|ahead of|on track|on schedule|completed?|enrolled|randomi[sz]ed|activated|submitted|approved|open|closed|overdue|planned|due|screened|missing|signed)\b",
    ),
)
_TALK = re.compile(r"\b(?:i|my|me|you|your|yours|mine|i'm|i'd|i'll|i've|you're|let's|sorry|please)\b", re.IGNORECASE)
_IDLE = re.compile(
    r"\b(?:agenda|topics?|points?|next|last time|hello|morning|if|would|could|might|maybe|guess|think|hope|what|who|how|why|okay|thing)\b",
    re.IGNORECASE,
)


def summarize(
    utterances: Sequence[Utterance],
    transcript: Transcript,
    roster: Roster,
    likeness: Likeness,
    decisions: Sequence[Decision],
) -> list[SummarySentence]:
    """Return three to ten sentences in the order they were said, fewer where less can be said; none without speech.

    The surest decisions and the sentences that say most of the state of things, without one that repeats another.
    """
    spoken = pieces(utterances, transcript)
    wanted = max(_FEWEST, min(_MOST, len(spoken) // _EVERY))
    decided = _surest(decisions, wanted // 2)
    said = [SummarySentence(decision.text, decision.evidence) for decision in decided]
    told = _status(spoken, transcript, roster)
    chosen = _different([*said, *told], likeness, wanted)
    order = {segment.id: place for place, segment in enumerate(transcript.segments)}
    return sorted(chosen, key=lambda entry: order[entry.evidence.segments[0]])


def _surest(decisions: Sequence[Decision], most: int) -> list[Decision]:
    sure = [decision for decision in decisions if decision.confidence >= _SURE and len(decision.text.split()) > 4]
    return sorted(sure, key=lambda decision: -decision.confidence)[:most]


def _status(spoken: Sequence[Utterance], transcript: Transcript, roster: Roster) -> list[SummarySentence]:
    """Return the sentences that tell the state of things, those that say most first."""
    scored = sorted(((_worth(u, len(spoken)), u) for u in spoken), key=lambda pair: (-pair[0], pair[1].index))
    found = []
    for worth, utterance in scored[:_CANDIDATES]:
        if worth <= 0:
            break
        item = worded(Hit(utterance, (utterance,), worth), transcript, roster)
        if item is not None and len(item.text.split()) > _FEWEST + 1:
            found.append(SummarySentence(item.text, item.evidence))
    return found


def _worth(utterance: Utterance, count: int) -> float:
    text = plain(utterance.text)
    words = len(text.split())
    if not 6 <= words <= 30 or QUESTION.search(text) or is_small_talk(text) or not _is_whole(utterance):
        return 0.0
    trial = len({match.group(0).lower() for match in TRIAL.finditer(text)})
    state = weight(text, _STATUS)
    if not trial or not state:
        return 0.0
    value = state + 0.15 * min(trial, 4)
    value -= 0.3 if _TALK.search(text) else 0.0
    value -= 0.2 if _IDLE.search(text) else 0.0
    value += 0.1 if utterance.index < count * 0.5 else 0.0
    return value if value >= 0.5 else 0.0


def _is_whole(utterance: Utterance) -> bool:
    """Tell whether the sentence has a subject that says what it is about, and a finite verb."""
    if any(token.lower_ in _OPENERS for token in utterance.sent[:2]):
        return False
    for token in utterance.sent:
        if token.dep_ not in {"nsubj", "nsubjpass", "expl"}:
            continue
        if token.lower_ in _POINTERS or token.head.pos_ not in {"VERB", "AUX"}:
            return False
        verb = token.head
        helped = any(child.dep_ in {"aux", "auxpass"} and child.i < verb.i for child in verb.children)
        return verb.tag_ in {"VBD", "VBP", "VBZ"} or helped
    return False


def _different(found: Sequence[SummarySentence], likeness: Likeness, wanted: int) -> list[SummarySentence]:
    alike = likeness.matrix([entry.sentence for entry in found])
    chosen: list[int] = []
    for place in range(len(found)):
        if len(chosen) == wanted:
            break
        if all(alike[place][other] < _TOO_ALIKE for other in chosen):
            chosen.append(place)
    return [found[place] for place in chosen]
