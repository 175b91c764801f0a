"""Meetings held in another language: items are found in the recognizer's English and proved by what was said."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from hub.domain.evidence import fold
from hub.domain.fingerprint import fingerprint
from hub.domain.known_days import KnownDay
from hub.domain.minutes import Action, Decision, Evidence, Issue, Minutes, Risk, Topic
from hub.domain.transcript import TRANSLATED, Segment, Transcript, is_english
from hub.nlp.extract.heard_days import heard
from hub.ports import Extractor

SURE = 0.45
"""Most confidence of an item that rests on a machine's translation: below what is shown as sure."""
NOTE = (
    "Another language ({language}) was spoken. Items from there rest on the recognizer's own English, which may be wrong "
    "in sense; what was said stands beside it."
)
BY_MACHINE = (
    "Another language ({language}) was spoken. Items from there rest on a machine's translation into English, which may "
    "be wrong in sense; what was said stands beside it."
)
UNTRANSLATED = (
    "Nothing is found in {passages} in another language ({language}), of which there is no English. "
    "What was said there stands in the transcript."
)
PARTLY = (
    "Nothing is found in {sentences} in another language ({language}), whose translation could not be trusted, though "
    "the rest of the passage has English. What was said there stands in the transcript."
)
UNHEARD = "the event stands in a machine's English only: no day of the study's record is taken from there"
_SLACK_S = 0.3
"""How far the times of the two hearings may lie apart."""
Trouble = TypeVar("Trouble", Risk, Issue)
AnyItem = TypeVar("AnyItem", Decision, Action, Risk, Issue)


class ForeignExtractor:
    """`Extractor` that gives *inner* the English of a transcript in another language where the recognizer made one."""

    def __init__(self, inner: Extractor) -> None:
        self._inner = inner
        self.fingerprint = fingerprint("foreign", inner.fingerprint, 4)

    def extract(self, transcript: Transcript, known: Sequence[KnownDay] = ()) -> Minutes:
        """Return draft minutes in English; each quote stands verbatim in the segments, in the language spoken."""
        spoken = {segment.id: segment for segment in transcript.segments if segment.english}
        mute = [segment for segment in transcript.segments if _is_mute(segment, transcript.language)]
        if not spoken and (not mute or len(mute) == sum(bool(one.text.strip()) for one in transcript.segments)):
            return _told(self._inner.extract(transcript, known), _notes({}, mute, transcript))
        english = tuple(_in_english(one, transcript.language) for one in transcript.segments)
        minutes = self._inner.extract(replace(transcript, language="en", segments=english), known)
        notes = (*_notes(spoken, mute, transcript), *minutes.coverage.notes)
        languages = _languages(spoken.values(), transcript)
        texts = {segment.id: segment.text for segment in transcript.segments}
        aside = tuple(replace(a, evidence=_said(a.evidence, spoken, texts)) for a in minutes.coverage.set_aside)
        sentences = tuple(replace(s, evidence=_said(s.evidence, spoken, texts)) for s in minutes.summary_evidence)
        actions = _proved(minutes.actions, spoken, texts)
        return replace(
            minutes,
            decisions=_proved(minutes.decisions, spoken, texts),
            actions=tuple(_dated(action, languages[0]) for action in actions) if languages else actions,
            risks=tuple(_met(one, spoken, texts) for one in _proved(minutes.risks, spoken, texts)),
            issues=tuple(_met(one, spoken, texts) for one in _proved(minutes.issues, spoken, texts)),
            summary_evidence=sentences,
            alerts=tuple(replace(a, evidence=_said(a.evidence, spoken, texts)) for a in minutes.alerts),
            topics=tuple(_opened(topic, spoken, texts) for topic in minutes.topics),
            coverage=replace(minutes.coverage, notes=notes, set_aside=aside),
        )


def _is_mute(segment: Segment, language: str) -> bool:
    return bool(segment.text.strip()) and not segment.english and not is_english(segment.language or language)


def _told(minutes: Minutes, notes: tuple[str, ...]) -> Minutes:
    return replace(minutes, coverage=replace(minutes.coverage, notes=(*minutes.coverage.notes, *notes)))


def _languages(segments: Iterable[Segment], transcript: Transcript) -> list[str]:
    return sorted({segment.language or transcript.language for segment in segments})


def _notes(spoken: dict[str, Segment], mute: Sequence[Segment], transcript: Transcript) -> tuple[str, ...]:
    """Return what the reader has to know of the passages in another language."""
    heard = BY_MACHINE if TRANSLATED in transcript.models else NOTE
    told = [heard.format(language=", ".join(_languages(spoken.values(), transcript)))] if spoken else []
    if mute:
        passages = f"{len(mute)} passage{'s' if len(mute) > 1 else ''}"
        told.append(UNTRANSLATED.format(passages=passages, language=", ".join(_languages(mute, transcript))))
    partly = [segment for segment in spoken.values() if segment.untranslated]
    if partly:
        count = sum(segment.untranslated for segment in partly)
        sentences = f"{count} sentence{'s' if count > 1 else ''}"
        told.append(PARTLY.format(sentences=sentences, language=", ".join(_languages(partly, transcript))))
    return tuple(told)


def _met(one: Trouble, spoken: dict[str, Segment], texts: dict[str, str]) -> Trouble:
    return replace(one, mitigation=_said(one.mitigation, spoken, texts)) if one.mitigation else one


def _opened(topic: Topic, spoken: dict[str, Segment], texts: dict[str, str]) -> Topic:
    return replace(topic, evidence=_said(topic.evidence, spoken, texts)) if topic.evidence else topic


def _in_english(segment: Segment, language: str) -> Segment:
    if is_english(segment.language or language):
        return segment
    return replace(segment, text=_joined(segment), language=None, english=(), words=())


def _proved(items: tuple[AnyItem, ...], spoken: dict[str, Segment], texts: dict[str, str]) -> tuple[AnyItem, ...]:
    return tuple(
        replace(item, evidence=_said(item.evidence, spoken, texts), confidence=min(item.confidence, SURE))
        if _is_foreign(item.evidence, spoken)
        else item
        for item in items
    )


def _is_foreign(evidence: Evidence, spoken: dict[str, Segment]) -> bool:
    return any(name in spoken for name in evidence.segments)


def _said(evidence: Evidence, spoken: dict[str, Segment], texts: dict[str, str]) -> Evidence:
    """Return the proof in the words that were spoken, the English it was found in beside it."""
    if not _is_foreign(evidence, spoken):
        return evidence
    whole = fold(" ".join(texts[name] for name in evidence.segments))
    if len(evidence.segments) == 1 and (part := _part(spoken[evidence.segments[0]], evidence.quote)) in whole:
        return Evidence(evidence.segments, part or whole, evidence.quote)
    return Evidence(evidence.segments, whole, evidence.quote)


def _part(segment: Segment, quote: str) -> str:
    """Return the words of *segment* during those passages of its English that hold *quote*; empty without times."""
    start = _joined(segment).find(quote)
    place, passages = 0, []
    for passage in segment.english:
        if start >= 0 and place < start + len(quote) and place + len(passage.text) > start:
            passages.append(passage)
        place += len(passage.text) + 1
    if not passages:
        return ""
    first, last = passages[0].start - _SLACK_S, passages[-1].end + _SLACK_S
    return fold("".join(word.text for word in segment.words if first <= (word.start + word.end) / 2 <= last))


def _joined(segment: Segment) -> str:
    return fold(" ".join(passage.text for passage in segment.english))


def _dated(action: Action, language: str) -> Action:
    """Take a due date back where the day in the English is not heard in the language that was spoken."""
    if action.due is None or action.evidence.english is None:
        return action
    if heard(action.due_as_spoken or "", action.evidence.quote, language):
        return action
    reason = UNHEARD if action.due_source else action.due_reason
    return replace(action, due=None, due_source=None, due_reason=reason)
