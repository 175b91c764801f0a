"""The summary as documents show it: a paragraph on top, then the sentences under their topics."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import zip_longest

from hub.domain.minutes import Minutes, SummarySentence, Topic
from hub.ports import Wording
from hub.render.marks import Note, Notes, Text, Texts

Sentence = tuple[Text, Note | None]


@dataclass(frozen=True, slots=True)
class Section:
    """Sentences of one topic. *title* is None for those of none, *about* says when it was and what it rests on."""

    title: Text | None
    about: str
    note: Note | None
    sentences: tuple[Sentence, ...]


def headlines(minutes: Minutes, notes: Notes, texts: Texts) -> tuple[Sentence, ...]:
    """Return the sentences of the paragraph on top, none where nothing was chosen for it."""
    return tuple(
        _set(place, sentence, proof, notes, texts)
        for place, sentence, proof in _said(minutes)
        if proof and proof.headline
    )


def sections(minutes: Minutes, notes: Notes, texts: Texts, words: Wording) -> tuple[Section, ...]:
    """Return the sentences by topic, in the order of the meeting; without topics one section without a title."""
    known = {topic.id for topic in minutes.topics}
    by_topic: dict[str | None, list[tuple[int, str, SummarySentence | None]]] = {}
    for place, sentence, proof in _said(minutes):
        topic = proof.topic if proof and proof.topic in known else None
        by_topic.setdefault(topic, []).append((place, sentence, proof))

    def sentences(topic: str | None) -> tuple[Sentence, ...]:
        return tuple(_set(place, said, proof, notes, texts) for place, said, proof in by_topic.get(topic, ()))

    def section(place: int, topic: Topic) -> Section:
        note = notes.add(topic.evidence) if topic.evidence else None
        return Section(texts.at(f"topics[{place}].title", topic.title), about(topic, words), note, sentences(topic.id))

    first = (Section(None, "", None, sentences(None)),) if None in by_topic else ()
    return (*first, *(section(place, topic) for place, topic in enumerate(minutes.topics)))


def _said(minutes: Minutes) -> Iterator[tuple[int, str, SummarySentence | None]]:
    """Yield place, sentence and proof; minutes from elsewhere may carry the plain sentences alone."""
    for place, (sentence, proof) in enumerate(zip_longest(minutes.summary, minutes.summary_evidence)):
        if sentence is not None:
            yield place, sentence, proof


def _set(place: int, sentence: str, proof: SummarySentence | None, notes: Notes, texts: Texts) -> Sentence:
    return texts.at(f"summary[{place}]", sentence), notes.add(proof.evidence) if proof else None


def about(topic: Topic, words: Wording) -> str:
    """Return when a topic was spoken of and what share of its speaking time is cited."""
    if topic.start is None or topic.end is None:
        return words.text("Not recognized in this meeting.")
    start, end = words.timecode(topic.start), words.timecode(topic.end)
    if not topic.speech_s or not topic.cited_s:
        return words.text("{start}–{end}, nothing of it stands in the minutes", start=start, end=end)
    share = words.percent(min(1.0, topic.cited_s / topic.speech_s))
    return words.text("{start}–{end}, {share} of it cited", start=start, end=end, share=share)
