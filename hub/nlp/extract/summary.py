"""The summary: status sentences, the surest decisions and the gravest trouble, cleaned, by topic, each with its passage."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from hub.domain.minutes import Decision, Issue, Risk, SummarySentence
from hub.domain.transcript import Transcript
from hub.nlp.extract.context import Roster
from hub.nlp.extract.embed import Likeness
from hub.nlp.extract.matters import QUESTION, TRIAL, Hit, cues, is_small_talk, plain, weight, worded
from hub.nlp.extract.pieces import pieces
from hub.nlp.extract.sorting import Sorted
from hub.nlp.extract.topics import Stretch, topic_at
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


@dataclass(frozen=True, slots=True)
class _Told:
    """A candidate with the row it begins in and what makes it one: decision, trouble or state."""

    entry: SummarySentence
    row: int
    kind: str


def summarize(
    utterances: Sequence[Utterance],
    transcript: Transcript,
    roster: Roster,
    likeness: Likeness,
    matters: Sorted,
    topics: Sequence[Stretch] = (),
) -> list[SummarySentence]:
    """Return three to ten sentences in the order they were said, fewer where less can be said; none without speech.

    The surest decisions, the gravest risk or issue and the sentences that say most of the state of things, without one
    that repeats another. A topic that has none of them gets its surest decision, risk or issue beside the ten. In a
    summary of more than three, one of each kind is marked for the headline.
    """
    spoken = pieces(utterances, transcript)
    wanted = max(_FEWEST, min(_MOST, len(spoken) // _EVERY))
    decided = [("decision", d) for d in _surest(matters.decisions, wanted // 2)]
    said = [(kind, SummarySentence(d.text, d.evidence)) for kind, d in (*decided, *_gravest(matters))]
    told = [("state", entry) for entry in _status(spoken, transcript, roster)]
    rows = _Rows(utterances)
    found = [_Told(entry, rows.of(entry), kind) for kind, entry in (*said, *told)]
    chosen = _different(found, likeness, wanted)
    chosen += _for_silent_topics(chosen, [*found, *_further(matters, rows)], topics)
    ordered = sorted(chosen, key=lambda one: one.row)
    heads = _headlines(chosen) if len(ordered) > _FEWEST else frozenset()
    return [replace(one.entry, topic=topic_at(topics, one.row), headline=id(one) in heads) for one in ordered]


class _Rows:
    """Finds the sentence in which a passage begins."""

    def __init__(self, utterances: Sequence[Utterance]) -> None:
        self._by_segment: dict[str, list[Utterance]] = {}
        for utterance in utterances:
            for name in utterance.segments:
                self._by_segment.setdefault(name, []).append(utterance)

    def of(self, entry: SummarySentence) -> int:
        quote = entry.evidence.quote
        here = self._by_segment.get(entry.evidence.segments[0], [])
        texts = ((" ".join(u.text.split()), u) for u in here)
        begun = (u.index for text, u in texts if text in quote or quote in text)
        return next(begun, here[0].index if here else 0)


def _gravest(matters: Sorted) -> list[tuple[str, Risk | Issue]]:
    """Return the risk or issue that weighs most, where one is sure or grave."""
    every: list[Risk | Issue] = [*matters.issues, *matters.risks]
    graves = [one for one in every if one.confidence >= _SURE or _grave(one)]
    best = max(graves, key=lambda one: (_grave(one), one.confidence), default=None)
    return [("trouble", best)] if best is not None and len(best.text.split()) > _FEWEST + 1 else []


def _grave(one: Risk | Issue) -> bool:
    return one.severity == "high" or one.category == "patient safety"


def _further(matters: Sorted, rows: _Rows) -> list[_Told]:
    """Return what was settled and what troubles, sure or not."""
    items: list[Decision | Risk | Issue] = [*matters.decisions, *matters.issues, *matters.risks]
    entries = [SummarySentence(one.text, one.evidence) for one in items]
    return [_Told(entry, rows.of(entry), "further") for entry in entries]


def _for_silent_topics(
    chosen: Sequence[_Told], candidates: Sequence[_Told], topics: Sequence[Stretch]
) -> Iterator[_Told]:
    """Yield the best candidate of each topic without a sentence."""
    spoken = {topic_at(topics, one.row) for one in chosen}
    for stretch in topics:
        inside = (one for one in candidates if stretch.first <= one.row < stretch.past)
        best = next(inside, None)
        if stretch.topic.id not in spoken and best is not None:
            yield best


def _headlines(chosen: Sequence[_Told]) -> frozenset[int]:
    """Return which candidate is the best of each kind; they stand with the best first."""
    first: dict[str, int] = {}
    for one in chosen:
        first.setdefault(one.kind, id(one))
    return frozenset(which for kind, which in first.items() if kind != "further")


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


def _different(found: Sequence[_Told], likeness: Likeness, wanted: int) -> list[_Told]:
    alike = likeness.matrix([one.entry.sentence for one in found])
    chosen: list[int] = []
    for place in range(len(found)):
        if len(chosen) == wanted:
            break
        if all(alike[place][other] < _TOO_ALIKE for other in chosen):
            chosen.append(place)
    return [found[place] for place in chosen]
