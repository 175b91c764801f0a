"""The built-in extractor with a language model as a second reader, whose every proposal has to be proved."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import TypeVar

from hub.domain.errors import HubError
from hub.domain.evidence import fold, stands
from hub.domain.fingerprint import fingerprint
from hub.domain.known_days import KnownDay
from hub.domain.minutes import Action, Decision, Evidence, Issue, Item, Minutes, Passage, Risk, SetAside
from hub.domain.transcript import Segment, Transcript
from hub.nlp.dates import find_dates, meeting_day, region_of
from hub.nlp.extract.check import loses_negation, unproved
from hub.nlp.extract.context import Roster, present
from hub.nlp.extract.proposals import Proposal, ask
from hub.ports import Extractor, LanguageModel

CONFIDENCE = 0.5
"""Of what only the language model found: shown as unsure until a person has looked."""
_OWN_WORD = re.compile(
    r"\b(?:I'll|I will|I can|I'm going to|I am going to|let me|leave (?:it|that) with me)\b", re.IGNORECASE
)
AnyItem = TypeVar("AnyItem", Decision, Action, Risk, Issue)


class AssistedExtractor:
    """`Extractor` that adds to the items of *inner* what *model* finds besides, where the passage proves it.

    *masked* gives the transcript as it may leave the machine: the same segments with identifiers replaced. What the
    model says is held against exactly that text; it changes and removes nothing that *inner* found.
    """

    def __init__(
        self,
        inner: Extractor,
        model: LanguageModel,
        *,
        masked: Callable[[Transcript], Transcript],
        region: str = "GB",
    ) -> None:
        self._inner, self._model, self._masked, self._region = inner, model, masked, region
        self.fingerprint = fingerprint("assisted", inner.fingerprint, model.fingerprint, 1)

    def extract(self, transcript: Transcript, known: Sequence[KnownDay] = ()) -> Minutes:
        """Return draft minutes; without an answer of the model they are those of *inner*, and say so."""
        minutes = self._inner.extract(transcript, known)
        if not transcript.language.casefold().startswith("en") or not minutes.coverage.segments:
            return minutes
        try:
            proposed = ask(self._model, self._masked(transcript))
        except HubError as error:
            return _noted(minutes, f"The language model was not heard: {error}.")
        prover = _Prover(transcript, self._masked(transcript), self._region)
        judged = [prover.judged(one) for one in proposed.proposals]
        minutes = _joined(minutes, [found for found in judged if not isinstance(found, str | SetAside)], transcript)
        aside = tuple(found for found in judged if isinstance(found, SetAside))
        coverage = replace(minutes.coverage, set_aside=minutes.coverage.set_aside + aside)
        minutes = replace(
            minutes, coverage=coverage, models=minutes.models | {"language_model": self._model.fingerprint}
        )
        dropped = proposed.malformed + sum(isinstance(found, str) for found in judged)
        if dropped:
            return _noted(minutes, f"{dropped} proposals of the language model were dropped: no passage proves them.")
        return minutes


@dataclass(frozen=True, slots=True)
class _Prover:
    """Holds proposals against what was said."""

    transcript: Transcript
    masked: Transcript
    region: str

    def judged(self, proposal: Proposal) -> Item | SetAside | str:
        """Return the item, or the passage to look at with what the text says beyond it, or why there is neither."""
        seen = {segment.id: segment for segment in self.masked.segments}
        if any(name not in seen for name in proposal.segments):
            return "it cites a segment that does not exist"
        cited = [seen[name] for name in proposal.segments]
        texts = {segment.id: segment.text for segment in cited}
        if not stands(Evidence(proposal.segments, proposal.quote), texts):
            return "its quote does not stand there"
        evidence = self._evidence(proposal, texts)
        said = " ".join(texts.values())
        people = [segment.speaker for segment in cited if segment.speaker]
        beyond = unproved(proposal.text, said, people=people)
        if beyond is None and loses_negation(proposal.text, said):
            beyond = "the passage denies what the text says"
        if beyond is not None:
            return SetAside(proposal.kind, f"language model: {beyond}", evidence)
        if proposal.kind == "decision":
            return Decision("", proposal.text, CONFIDENCE, evidence)
        if proposal.kind == "risk":
            return Risk("", proposal.text, CONFIDENCE, evidence)
        if proposal.kind == "issue":
            return Issue("", proposal.text, CONFIDENCE, evidence)
        owner, reason = _owner(proposal.owner, cited, self._roster())
        spoken, due = self._due(proposal.due_as_spoken, said)
        return Action("", proposal.text, CONFIDENCE, evidence, owner, reason, due, spoken)

    def _roster(self) -> Roster:
        return present(self.transcript.meeting, (segment.speaker for segment in self.transcript.segments))

    def _evidence(self, proposal: Proposal, masked: Mapping[str, str]) -> Evidence:
        """Return the proof in the original words; where identifiers were masked, the whole of the segments."""
        own = {segment.id: segment.text for segment in self.transcript.segments}
        if all(own[name] == masked[name] for name in proposal.segments):
            return Evidence(proposal.segments, fold(proposal.quote))
        return Evidence(proposal.segments, fold(" ".join(own[name] for name in proposal.segments)))

    def _due(self, spoken: str | None, said: str) -> tuple[str | None, date | None]:
        if spoken is None or fold(spoken) not in fold(said):
            return None, None
        meeting = self.transcript.meeting
        find = partial(find_dates, meeting_day=meeting_day(meeting), region=region_of(meeting.timezone, self.region))
        days = [found.day for found in find(spoken) if found.day is not None and not found.past]
        return spoken, days[0] if len(days) == 1 else None


def _owner(named: str | None, cited: Sequence[Segment], roster: Roster) -> tuple[str | None, str | None]:
    """Return the owner where one took it in so many words, or was named by another; else why there is none."""
    if named is None:
        return None, "nobody is named in the passage"
    person = roster.speaker(named) or named
    for segment in cited:
        own = (roster.speaker(segment.speaker) or segment.speaker) == person
        if own and _OWN_WORD.search(segment.text):
            return person, "took it in the passage"
        if not own and any(mention.person == person for mention in roster.mentions(segment.text)):
            return person, "named in the passage"
    return None, f"a language model named {person}, whom the passage does not prove"


def _joined(minutes: Minutes, found: Sequence[Item], transcript: Transcript) -> Minutes:
    """Return *minutes* with those of *found* that speak of segments which no item of the same kind cites yet."""
    merged = replace(
        minutes,
        decisions=_added(minutes.decisions, [item for item in found if isinstance(item, Decision)], "d"),
        actions=_added(minutes.actions, [item for item in found if isinstance(item, Action)], "a"),
        risks=_added(minutes.risks, [item for item in found if isinstance(item, Risk)], "r"),
        issues=_added(minutes.issues, [item for item in found if isinstance(item, Issue)], "i"),
    )
    return _with_passages(merged, transcript)


def _added(known: tuple[AnyItem, ...], found: Sequence[AnyItem], letter: str) -> tuple[AnyItem, ...]:
    kept = list(known)
    for item in found:
        cited = {segment for other in kept for segment in other.evidence.segments}
        if cited.isdisjoint(item.evidence.segments):
            kept.append(replace(item, id=f"{letter}{len(kept) + 1}"))
    return tuple(kept)


def _with_passages(minutes: Minutes, transcript: Transcript) -> Minutes:
    items: tuple[Item, ...] = (*minutes.decisions, *minutes.actions, *minutes.risks, *minutes.issues)
    cited = {name for item in items for name in item.evidence.segments}
    cited |= {name for entry in minutes.summary_evidence for name in entry.evidence.segments}
    rested = sum(segment.end - segment.start for segment in transcript.segments if segment.id in cited)
    coverage = replace(minutes.coverage, cited_s=rested)
    opened = {name for topic in minutes.topics if topic.evidence for name in topic.evidence.segments}
    opened |= {name for alert in minutes.alerts for name in alert.evidence.segments}
    troubles: tuple[Risk | Issue, ...] = (*minutes.risks, *minutes.issues)
    opened |= {name for one in troubles if one.mitigation for name in one.mitigation.segments}
    used = [segment for segment in transcript.segments if segment.id in cited | opened]
    passages = tuple(Passage(segment.id, segment.speaker, segment.start, segment.end) for segment in used)
    return replace(minutes, passages=passages, coverage=coverage)


def _noted(minutes: Minutes, note: str) -> Minutes:
    return replace(minutes, coverage=replace(minutes.coverage, notes=(*minutes.coverage.notes, note)))
