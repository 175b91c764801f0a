"""The first extractor: finds what was agreed by cue grammar over the parse, and says what proves it."""

from collections.abc import Iterable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

from hub.domain.fingerprint import fingerprint
from hub.domain.known_days import KnownDay
from hub.domain.minutes import Item, Minutes, MinutesCoverage, Passage, SummarySentence
from hub.domain.transcript import Transcript
from hub.nlp.dates import find_dates, meeting_day, region_of
from hub.nlp.extract.actions import find_actions
from hub.nlp.extract.alerts import find_alerts, told_of
from hub.nlp.extract.belief import Scoring, believe
from hub.nlp.extract.completed import completed
from hub.nlp.extract.context import Roster, present
from hub.nlp.extract.decisions import find_decisions
from hub.nlp.extract.embed import Counts, Encoder, Likeness
from hub.nlp.extract.events_said import FindDates
from hub.nlp.extract.issues import find_issues
from hub.nlp.extract.language import load_parser
from hub.nlp.extract.learned_items import Place
from hub.nlp.extract.mitigation import met
from hub.nlp.extract.risks import find_risks
from hub.nlp.extract.sorting import Matters, sorted_out
from hub.nlp.extract.summary import summarize
from hub.nlp.extract.topics import find_topics, opening, weighed
from hub.nlp.extract.utterances import Utterance, split

VERSION = "12"
"""Raised with every change of the grammar, so that stored minutes are known to be of an older one."""

NO_SPEECH = "No speech was found."
NOT_ENGLISH = "Decisions, actions, risks and issues are found in English only; this transcript is in another language."


class CueExtractor:
    """Finds decisions, actions, risks, issues and a summary in an English transcript.

    Loads the parser when made (0.6 s). *encoder_dir* holds the sentence encoder, None where it is not fetched;
    *region* is the country whose order of day and month applies. *scorer* holds what was learned from marked meetings;
    without it the cues stand alone.
    """

    def __init__(
        self,
        *,
        parser_dir: Path,
        encoder_dir: Path | None,
        revision: str,
        region: str = "GB",
        scorer: Scoring | None = None,
    ) -> None:
        learned_of = scorer.revision if scorer else None
        self.fingerprint = fingerprint("cues", VERSION, revision, region, encoder_dir is not None, learned_of)
        self._parser = load_parser(parser_dir)
        self._likeness: Likeness = Encoder(encoder_dir) if encoder_dir else Counts()
        self._region = region
        self._scorer = scorer

    def extract(self, transcript: Transcript, known: Sequence[KnownDay] = ()) -> Minutes:
        """Return draft minutes of *transcript*; every quote stands verbatim in its segments.

        *known* are days ahead that the study's record holds: what is due before an event of them has its day.
        A transcript without speech or in another language gives minutes without items, and says so in the coverage.
        """
        if not any(character.isalnum() for segment in transcript.segments for character in segment.text):
            return _without_items(transcript, NO_SPEECH)
        if not transcript.language.casefold().startswith("en"):
            return _without_items(transcript, NOT_ENGLISH)
        return self._extract(transcript, known)

    def _extract(self, transcript: Transcript, known: Sequence[KnownDay]) -> Minutes:
        utterances = split(transcript, self._parser)
        roster = present(transcript.meeting, (segment.speaker for segment in transcript.segments))
        place = self._place(utterances, transcript, roster)
        dates = self._dates(transcript)
        actions = find_actions(utterances, transcript, roster, find_dates=dates, recorded=known)
        found = Matters(
            decisions=find_decisions(utterances, transcript, roster),
            actions=actions.actions,
            risks=find_risks(utterances, transcript, roster),
            issues=find_issues(utterances, transcript, roster),
        )
        found, also = (
            completed(found, place, dates, weak_actions=actions.weak, recorded=known) if place else (found, ())
        )
        matters = met(sorted_out(found, self._likeness), utterances, transcript)
        alerts = find_alerts(utterances, transcript)
        stretches = find_topics(utterances, transcript, roster)
        sentences = tuple(summarize(utterances, transcript, roster, self._likeness, matters, stretches))
        items: tuple[Item, ...] = (*matters.decisions, *matters.actions, *matters.risks, *matters.issues)
        cited = _cited(items, sentences)
        return Minutes(
            meeting=transcript.meeting,
            summary=tuple(entry.sentence for entry in sentences),
            decisions=matters.decisions,
            actions=matters.actions,
            risks=matters.risks,
            issues=matters.issues,
            coverage=_coverage(transcript, cited, set_aside=(*actions.set_aside, *also)),
            language=transcript.language,
            summary_evidence=sentences,
            speakers=_speakers(transcript),
            passages=_passages(transcript, cited | opening(stretches) | told_of(alerts, matters)),
            alerts=alerts,
            topics=weighed(stretches, utterances, transcript, cited),
        )

    def _place(self, utterances: tuple[Utterance, ...], transcript: Transcript, roster: Roster) -> Place | None:
        if self._scorer is None:
            return None
        return Place(utterances, transcript, roster, believe(utterances, transcript, self._scorer))

    def _dates(self, transcript: Transcript) -> FindDates:
        region = region_of(transcript.meeting.timezone, self._region)
        return cache(partial(find_dates, meeting_day=meeting_day(transcript.meeting), region=region))


def _without_items(transcript: Transcript, note: str) -> Minutes:
    return Minutes(
        meeting=transcript.meeting,
        coverage=_coverage(transcript, frozenset(), notes=(note,)),
        language=transcript.language,
        speakers=_speakers(transcript),
    )


def _cited(items: Iterable[Item], sentences: Iterable[SummarySentence]) -> frozenset[str]:
    proofs = [*(item.evidence for item in items), *(sentence.evidence for sentence in sentences)]
    return frozenset(segment for proof in proofs for segment in proof.segments)


def _coverage(transcript: Transcript, cited: frozenset[str], **further: Any) -> MinutesCoverage:
    """Return what the minutes rest on; a transcript that came as a file brings its times in its segments only."""
    segments = [segment for segment in transcript.segments if segment.text.strip()]
    spoken = sum(segment.end - segment.start for segment in segments)
    return MinutesCoverage(
        duration_s=transcript.coverage.duration_s or max((segment.end for segment in segments), default=0.0),
        speech_s=transcript.coverage.speech_s or spoken,
        cited_s=sum(segment.end - segment.start for segment in segments if segment.id in cited),
        segments=len(segments),
        suppressed=len(transcript.coverage.suppressed),
        **further,
    )


def _speakers(transcript: Transcript) -> tuple[str, ...]:
    return tuple(dict.fromkeys(segment.speaker for segment in transcript.segments if segment.speaker))


def _passages(transcript: Transcript, cited: frozenset[str]) -> tuple[Passage, ...]:
    return tuple(
        Passage(segment=segment.id, speaker=segment.speaker, start=segment.start, end=segment.end)
        for segment in transcript.segments
        if segment.id in cited
    )
