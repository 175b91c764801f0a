"""A meeting cut into its topics: by its agenda, by what was announced, else by a change of words."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from hub.domain.minutes import Topic
from hub.domain.transcript import Transcript
from hub.nlp.extract.context import Roster
from hub.nlp.extract.topics_announced import listed, opened, stem, telling
from hub.nlp.extract.topics_cohesion import changes, titles
from hub.nlp.extract.utterances import Utterance, evidence

_FEWEST_ROWS = 3
"""Sentences that a topic has at least; what is announced and left at once was only read out."""
_HALF = 0.5
_SHORT_WORDS = 8
_WINDOW, _DENSE = 10, 3
_LEAST_WORD = 3
AGENDA, ANNOUNCED, HEARD = "agenda", "announced", "heard"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A topic and the sentences that are of it: those from *first* to before *past*."""

    topic: Topic
    first: int
    past: int


def find_topics(utterances: Sequence[Utterance], transcript: Transcript, roster: Roster) -> list[Stretch]:
    """Return the stretches in order, then items of a given agenda that were not recognized (first = past).

    Sentences before the first stretch belong to none. A short talk in which nothing is announced has none at all.
    """
    agenda = tuple(dict.fromkeys(title.strip() for title in transcript.meeting.agenda if title.strip()))
    starts = _by_agenda(utterances, agenda or listed(utterances, roster), roster)
    starts = starts or _by_words(utterances, roster)
    turns = [] if starts else changes(utterances)
    heard = [(row, title, HEARD) for (row, _), title in zip(turns, titles(utterances, turns), strict=True)]
    stretches = _stretches(starts or [entry for entry in heard if entry[1]], utterances, transcript)
    met = {stretch.topic.title for stretch in stretches}
    missing = [Stretch(Topic("", title, AGENDA), 0, 0) for title in agenda if title not in met]
    return [
        replace(stretch, topic=replace(stretch.topic, id=f"t{number}"))
        for number, stretch in enumerate((*stretches, *missing), 1)
    ]


def topic_at(stretches: Sequence[Stretch], row: int) -> str | None:
    """Return the id of the topic that sentence *row* is of."""
    return next((s.topic.id for s in stretches if s.first <= row < s.past), None)


def opening(stretches: Sequence[Stretch]) -> frozenset[str]:
    """Return the segments in which topics were opened."""
    proofs = [stretch.topic.evidence for stretch in stretches if stretch.topic.evidence]
    return frozenset(name for proof in proofs for name in proof.segments)


def weighed(
    stretches: Sequence[Stretch], utterances: Sequence[Utterance], transcript: Transcript, cited: frozenset[str]
) -> tuple[Topic, ...]:
    """Return the topics with their speaking time and what of it the segments *cited* make up.

    A segment counts for the topic in which its last sentence stands.
    """
    owner = {name: s.topic.id for s in stretches for u in utterances[s.first : s.past] for name in u.segments}
    speech: defaultdict[str, float] = defaultdict(float)
    rested: defaultdict[str, float] = defaultdict(float)
    for segment in transcript.segments:
        topic = owner.get(segment.id, "")
        if topic:
            speech[topic] += segment.end - segment.start
            rested[topic] += (segment.end - segment.start) * (segment.id in cited)
    topics = (stretch.topic for stretch in stretches)
    return tuple(replace(t, speech_s=speech[t.id], cited_s=rested[t.id]) for t in topics)


Start = tuple[int, str, str]
"""Row, title, source."""


def _by_words(utterances: Sequence[Utterance], roster: Roster) -> list[Start]:
    """Return what was announced; two openings close to each other are an agenda read out, of which the last counts."""
    found = [(u.index, title, ANNOUNCED) for u in utterances if (title := opened(u, roster)) is not None]
    ends = [*(row for row, _, _ in found), len(utterances)][1:]
    kept = [entry for entry, past in zip(found, ends, strict=True) if past - entry[0] >= _FEWEST_ROWS]
    return kept if len(kept) > 1 else []


def _by_agenda(utterances: Sequence[Utterance], agenda: Sequence[str], roster: Roster) -> list[Start]:
    """Return where the items of *agenda* begin: announced, named by a short sentence, else where their words are dense."""
    if not agenda:
        return []
    stems = [_stems(u.text) for u in utterances]
    spoken = _read_out(stems, agenda)
    found: dict[int, Start] = {}
    for u in utterances[spoken:]:
        title = opened(u, roster)
        item = _meant(stems[u.index], agenda)
        short = len(u.text.split()) <= _SHORT_WORDS and "?" not in u.text
        if item is not None and (title is not None or (short and _share(stems[u.index], item) > _HALF)):
            found[u.index] = (u.index, item, AGENDA)
        elif title is not None:
            found[u.index] = (u.index, title, ANNOUNCED)
    named_already = {title for _, title, _ in found.values()}
    for item in agenda:
        row = None if item in named_already else _densest(stems, item, spoken)
        if row is not None:
            found[row] = (row, item, AGENDA)
    return _without_echoes([found[row] for row in sorted(found)])


def _read_out(stems: Sequence[frozenset[str]], agenda: Sequence[str]) -> int:
    """Return the row after which the items are spoken of, not only listed."""
    head = range(min(len(stems), 12))
    full = [row for row in head if sum(bool(telling(item) & stems[row]) for item in agenda) > 1 + len(agenda) // 3]
    return full[-1] + 1 if full else 0


def _meant(said: frozenset[str], agenda: Sequence[str]) -> str | None:
    shares = sorted(((_share(said, item), -place, item) for place, item in enumerate(agenda)), reverse=True)
    best = shares[0]
    return best[2] if best[0] >= _HALF and (len(shares) < 2 or shares[1][0] < best[0]) else None


def _share(said: frozenset[str], item: str) -> float:
    wanted = telling(item)
    return len(said & wanted) / len(wanted) if wanted else 0.0


def _densest(stems: Sequence[frozenset[str]], item: str, begin: int) -> int | None:
    wanted = telling(item)
    hits = [bool(wanted & said) for said in stems]
    counts = [(sum(hits[row : row + _WINDOW]), -row) for row in range(begin, len(stems)) if hits[row]]
    if not counts or max(counts)[0] < _DENSE:
        return None
    return -max(counts)[1]


def _stems(text: str) -> frozenset[str]:
    letters = "".join(character if character.isalnum() else " " for character in text.casefold())
    return frozenset(stem(word) for word in letters.split() if len(word) >= _LEAST_WORD)


def _without_echoes(starts: Sequence[Start]) -> list[Start]:
    """Drop a start that names the topic that is open already."""
    kept: list[Start] = []
    for start in starts:
        if not kept or kept[-1][1] != start[1]:
            kept.append(start)
    return kept


def _stretches(starts: Sequence[Start], utterances: Sequence[Utterance], transcript: Transcript) -> list[Stretch]:
    """Return the stretches; a topic taken up again gets one of its own under the same title."""
    made = []
    ends = [*(row for row, _, _ in starts), len(utterances)][1:]
    for (row, title, source), past in zip(starts, ends, strict=True):
        within = utterances[row:past]
        proof = evidence([within[0]], transcript) if source != HEARD else None
        start = within[0].start
        end = utterances[past].start if past < len(utterances) else max(u.end for u in within)
        made.append(Stretch(Topic("", title, source, start, end, evidence=proof), row, past))
    return made
