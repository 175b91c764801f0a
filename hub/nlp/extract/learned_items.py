"""Decisions, risks and issues that no cue tells but what was learned does, and what was also said."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from hub.domain.minutes import Decision, Evidence, Issue, Risk, SetAside
from hub.domain.transcript import Transcript
from hub.nlp.extract.assent import REACH, assents, content
from hub.nlp.extract.belief import Belief, confidence
from hub.nlp.extract.context import Roster
from hub.nlp.extract.decisions import reads
from hub.nlp.extract.decisions_groups import SCRAP
from hub.nlp.extract.impersonal import plan, told
from hub.nlp.extract.matters import QUESTION, Hit, Worded, is_small_talk, plain, worded
from hub.nlp.extract.proposing import proposes
from hub.nlp.extract.rulings import ruling
from hub.nlp.extract.severity import category, likelihood, severity
from hub.nlp.extract.utterances import Utterance, evidence, is_back_channel
from hub.nlp.learned.groups import BESIDE, Group

_HANGS = re.compile(r"\W*(?:not|with|because|which|if|when|unless|as|what)\b", re.IGNORECASE)
"""Openers of a sentence that decides nothing by itself."""
_FAMILY = {"risk": ("risk", "issue"), "issue": ("risk", "issue"), "decision": ("decision",)}
"""Kinds that one passage is told by: a risk's circumstances are no issue beside it."""
_LEAST_WORDS, _LEAST_NOUNS, _LEAST_READ = 4, 3, 0.7
_NEAR = 12
"""Sentences in which the same words mean the same matter."""
ALSO_SAID = "also said; not sure enough for the draft"
_MOST_ALSO = 0.59
_LEAST_LEADING = -1.4
_UNLIKELY, _UNLIKELY_FIRM, _FIRM = -0.2, -0.5, 0.75
"""Score under which the grammar is not believed, that under which it is not though firm, and the confidence that is."""
_QUOTED = 0.4
"""Score from which a decision stands that can only be quoted: below it one in four is one, of other authors' talks."""
_SAME_TALK = 5
"""Sentences from a decision in which a few words only say it again."""
_PARKS = re.compile(
    r"\bpark(?:s|ed|ing)?\b|\bbring (?:it|that|this|them) back\b|\b(?:don't|do not) want to decide\b|"
    r"\b(?:we(?:'ll| will)?|let's|let us) (?:first )?see (?:what|how|whether)\b|\bsee what \w+(?: \w+)* looks? like\b",
    re.IGNORECASE,
)
_LONGEST_QUOTE = 600
_GLANCE = 120
"""Words of a passage to look at; twelve short utterances have fewer."""
_KINDS = ("decision", "risk", "issue")


@dataclass(frozen=True)
class Place:
    """Where items are looked for: the sentences, the transcript, who is there, and what is believed of it."""

    utterances: Sequence[Utterance]
    transcript: Transcript
    roster: Roster
    belief: Belief

    @cached_property
    def of_segment(self) -> dict[str, list[int]]:
        """The places of the sentences that are told in a segment, in order."""
        told: dict[str, list[int]] = {}
        for utterance in self.utterances:
            for name in utterance.segments:
                told.setdefault(name, []).append(utterance.index)
        return told


@dataclass(frozen=True, slots=True)
class Learned:
    """Items for the draft, without ids, and passages that were also said."""

    decisions: tuple[Decision, ...]
    risks: tuple[Risk, ...]
    issues: tuple[Issue, ...]
    also: tuple[SetAside, ...]


def learned(place: Place, taken: dict[str, Sequence[Any]]) -> Learned:
    """Return what the scores find beyond the items *taken* (by kind: action, decision, risk, issue)."""
    found: dict[str, list[Any]] = {"decision": [], "risk": [], "issue": []}
    also: list[SetAside] = []
    decided = [row for item in taken["decision"] for row in rows_of(item, place)]
    for kind, group in _ranked(place, taken):
        item = _item(kind, group, place) if group.score >= 0 and not _idle(kind, group, place) else None
        if item is None and kind == "decision" and not any(abs(row - group.top) <= _SAME_TALK for row in decided):
            item = _ruling(group, place)
        if item is not None and kind == "decision":
            decided.extend(rows_of(item, place))
        if item is not None:
            found[kind].append(item)
        elif (found_aside := passage(kind, group, place)) is not None:
            also.append(found_aside)
    return Learned(tuple(found["decision"]), tuple(found["risk"]), tuple(found["issue"]), tuple(also))


def _ranked(place: Place, taken: dict[str, Sequence[Any]]) -> Iterator[tuple[str, Group]]:
    """Yield the matters no item stands for yet, the surest first; a sentence is the top of one matter only."""
    standing = {kind: _standing(items, place) for kind, items in taken.items()}
    every = [(kind, group) for kind in _KINDS for group in place.belief.matters(kind)]
    tops: set[int] = set()
    for kind, group in sorted(every, key=lambda entry: -entry[1].score):
        if group.top in tops or _stands(kind, group, standing) or _told(kind, group, place, standing[kind]):
            continue
        tops.update(group.rows if kind != "decision" else (group.top,))
        yield kind, group


def _standing(items: Sequence[Any], place: Place) -> frozenset[int]:
    """Return the places of the sentences that *items* stand for."""
    return frozenset(row for item in items for row in rows_of(item, place))


def _stands(kind: str, group: Group, standing: dict[str, frozenset[int]]) -> bool:
    """Tell whether the matter is an item already: of its family anywhere near, of another where its main sentence is."""
    near = set(range(min(group.rows) - BESIDE, max(group.rows) + 1 + BESIDE))
    return any(known & (near if other in _FAMILY[kind] else {group.top}) for other, known in standing.items())


def _told(kind: str, group: Group, place: Place, standing: frozenset[int]) -> bool:
    """Tell whether an item near by says the same in other words, or a later decision takes the matter back."""
    own = frozenset().union(*(content(place.utterances[row]) for row in group.rows))
    near = (content(place.utterances[row]) for row in standing if abs(row - group.top) <= _NEAR)
    if any(len(own & other) > 0.5 * max(1, min(len(own), len(other))) for other in near):
        return True
    later = (place.utterances[row] for row in standing if kind == "decision" and row > group.top)
    return any({word.lower() for word in SCRAP.findall(plain(u.text))} & own for u in later)


def rows_of(item: Any, place: Place) -> list[int]:
    """Return the places of the sentences that *item* stands for, in order."""
    told = {row for name in item.evidence.segments for row in place.of_segment.get(name, ())}
    return [row for row in sorted(told) if stands_for(item, place.utterances[row])]


def stands_for(item: Any, utterance: Utterance) -> bool:
    """Tell whether the quote of *item* takes in *utterance*, or is a part of it."""
    proof: Evidence = item.evidence
    if not set(utterance.segments) & set(proof.segments):
        return False
    text = " ".join(utterance.text.split())
    return text in proof.quote or proof.quote in text or len(text.split()) < _LEAST_WORDS


def _idle(kind: str, group: Group, place: Place) -> bool:
    """Tell whether the matter's strongest sentence is small talk, a question that nothing stands beside, or puts a
    decision off: what is parked is none, as in `find_decisions`.
    """
    text = plain(place.utterances[group.top].text)
    if kind == "decision" and any(_PARKS.search(plain(place.utterances[row].text)) for row in group.rows):
        return True
    return is_small_talk(text) or (QUESTION.search(text) is not None and len(group.rows) < 2)


def _item(kind: str, group: Group, place: Place) -> Any:
    hits = _proposals(group, place) if kind == "decision" else _sentences(group, place)
    rewrite = plan if kind == "decision" else told
    found = (worded(hit, place.transcript, place.roster, rewrite=rewrite) for hit in hits)
    as_said = _each(group, place) if kind != "decision" or group.score >= _QUOTED else ()
    quoted = (worded(hit, place.transcript, place.roster, rewrite=rewrite, verbatim=True) for hit in as_said)
    sure = confidence(group.score)
    item = next((one for one in (*found, *quoted) if one is not None and _reads_well(one)), None)
    if item is None:
        return None
    every = item.hit.all
    spoken = " ".join(u.text for u in every)
    if kind == "decision":
        return Decision("", item.text, sure, item.evidence)
    if kind == "risk":
        return Risk("", item.text, sure, item.evidence, category(spoken), severity(every), likelihood(spoken))
    return Issue("", item.text, sure, item.evidence, category(spoken), severity(every))


def _ruling(group: Group, place: Place) -> Decision | None:
    """Return a decision of a few words beside what it answers; free talk is full of few words that decide nothing."""
    if group.score < _QUOTED or place.belief.free_talk:
        return None
    item = ruling(place.utterances[group.top], confidence(group.score), place.utterances, place.transcript)
    return Decision("", item.text, item.confidence, item.evidence) if item is not None else None


def _reads_well(item: Worded) -> bool:
    return len(item.text.split()) >= _LEAST_WORDS and len(item.evidence.quote) <= _LONGEST_QUOTE


def _each(group: Group, place: Place) -> Iterator[Hit]:
    """Yield the matter by each of its sentences, the strongest first."""
    every = tuple(place.utterances[row] for row in group.rows)
    for row in sorted(group.rows, key=lambda row: row != group.top):
        yield Hit(place.utterances[row], every, confidence(group.score))


def _proposals(group: Group, place: Place) -> Iterator[Hit]:
    """Yield a decision worded by each sentence that it answers or holds and that reads as one, the best first."""
    held = {place.utterances[row].index: place.utterances[row] for row in group.rows}
    near = place.utterances[max(0, group.rows[0] - REACH) : group.rows[-1] + 1]
    answered = [u for u in near if any(answer.said.index in held for answer in assents(place.utterances, u.index))]
    for main in sorted({u.index: u for u in (*held.values(), *answered)}.values(), key=reads, reverse=True):
        idle = is_back_channel(main.text) or _HANGS.match(plain(main.text)) or not content(main) or _only_points(main)
        asked = QUESTION.search(plain(main.text)) is not None and not proposes(main)
        if reads(main) >= _LEAST_READ and not (idle or asked) and _leads(main, place):
            every = sorted({main.index: main, **held}.values(), key=lambda u: u.index)
            yield Hit(main, tuple(every), confidence(group.score))


def _leads(main: Utterance, place: Place) -> bool:
    """Tell whether the sentence is by its score rather a decision than a risk or an issue."""
    scores = {kind: row[main.index] for kind, row in place.belief.by_kind.items()}
    return scores["decision"] >= max(_LEAST_LEADING, scores["risk"], scores["issue"])


def _sentences(group: Group, place: Place) -> Iterator[Hit]:
    """Yield a risk or an issue worded by each of its sentences, the strongest first; what only points words nothing."""
    every = tuple(place.utterances[row] for row in group.rows)
    top = place.utterances[group.top]
    for main in (top, *(u for u in every if u is not top)):
        if not (is_back_channel(main.text) or QUESTION.search(main.text) or _points(main)):
            yield Hit(main, every, confidence(group.score))


def _only_points(main: Utterance) -> bool:
    """Tell whether the sentence names nothing ("That sounds about right") or says nothing of it ("Eleven failures")."""
    named = any(token.pos_ in {"NOUN", "PROPN", "NUM"} for token in main.sent)
    return not named or not any(token.pos_ in {"VERB", "AUX"} for token in main.sent)


def _points(main: Utterance) -> bool:
    """Tell whether the sentence is short and only points at what was said before ("That's the main thing")."""
    subjects = [token for token in main.sent if token.dep_ in {"nsubj", "nsubjpass"}]
    named = any(token.pos_ in {"NOUN", "PROPN", "NUM"} for token in subjects)
    return not named and sum(token.pos_ in {"NOUN", "PROPN", "NUM"} for token in main.sent) < _LEAST_NOUNS


def also_said(kind: str, proof: Evidence, score: float) -> SetAside:
    """Return a passage that may carry an item of *kind* and scores too low for the draft, or could not be worded."""
    return SetAside(kind, ALSO_SAID, proof, min(_MOST_ALSO, confidence(score)))


def passage(kind: str, group: Group, place: Place) -> SetAside | None:
    """Return a matter as a passage to look at, in free talk all of it; None where it is only back-channels and scraps."""
    every = _around_top(group, place) if place.belief.free_talk else [place.utterances[group.top]]
    if all(len(u.text.split()) < _LEAST_WORDS or is_back_channel(u.text) for u in every):
        return None
    return also_said(kind, evidence(every, place.transcript), group.score)


def _around_top(group: Group, place: Place) -> list[Utterance]:
    """Return the sentences of a matter, of a long one those nearest to its strongest, so that it is read at a glance."""
    rows = list(group.span)
    words = {row: len(place.utterances[row].text.split()) for row in rows}
    while len(rows) > 1 and sum(words[row] for row in rows) > _GLANCE:
        rows.pop(0 if group.top - rows[0] > rows[-1] - group.top else -1)
    return [place.utterances[row] for row in rows]


def doubted(items: Sequence[Any], kind: str, place: Place) -> tuple[list[Any], list[SetAside]]:
    """Return which of the grammar's *items* the scores leave standing in a trial's meeting, the others as also said."""
    kept, also = [], []
    for item in items:
        rows = rows_of(item, place)
        least = _UNLIKELY_FIRM if item.confidence >= _FIRM else _UNLIKELY
        if not rows or place.belief.of(kind, rows) >= least:
            kept.append(item)
        else:
            also.append(also_said(kind, item.evidence, -1.0))
    return kept, also


def merged(found: Sequence[Any], more: Sequence[Any], transcript: Transcript) -> list[Any]:
    """Return the items of both in the order they were said."""
    order = {segment.id: at for at, segment in enumerate(transcript.segments)}
    return sorted((*found, *more), key=lambda item: min(order[name] for name in item.evidence.segments))


def reweighed(items: Sequence[Any], kind: str, place: Place) -> list[Any]:
    """Return *items* of free talk with the confidence that the scores give them."""
    out = []
    for item in items:
        rows = rows_of(item, place)
        out.append(replace(item, confidence=confidence(place.belief.of(kind, rows))))
    return out
