"""A transcript becomes draft minutes."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from hub.domain import wire
from hub.domain.evidence import stands
from hub.domain.fingerprint import fingerprint
from hub.domain.known_days import KnownDay
from hub.domain.minutes import Action, Decision, Issue, Item, Minutes, Risk, SetAside, SummarySentence, Topic
from hub.domain.redaction import Audience
from hub.domain.transcript import Transcript
from hub.ports import Extractor, Redactor, WorkCalendars
from hub.services.due_days import with_days_off
from hub.services.redacting import redact

AnyItem = TypeVar("AnyItem", Decision, Action, Risk, Issue)


def draft(
    transcript: Transcript,
    *,
    extractor: Extractor,
    calendars: WorkCalendars | None = None,
    redactor: Redactor | None = None,
    known: Sequence[KnownDay] = (),
) -> Minutes:
    """Return draft minutes of *transcript*.

    Whatever extractor made them: an item or a sentence whose quote does not stand in its cited segments is taken
    out and listed in the coverage, for a person to look at. *calendars* tell on which due dates nobody works,
    *redactor* what must not leave: it is counted and flagged, and stays. *known* are days ahead that the study's record
    holds; their fingerprint stands among the models, so that minutes of an older record are known.
    """
    minutes = extractor.extract(transcript, known)
    texts = {segment.id: segment.text for segment in transcript.segments}
    failed: list[SetAside] = []
    sentences = _proved_sentences(minutes.summary_evidence, texts, failed)
    checked = replace(
        minutes,
        meeting=transcript.meeting,
        decisions=_proved(minutes.decisions, "decision", texts, failed),
        actions=_proved(minutes.actions, "action", texts, failed),
        risks=_proved(minutes.risks, "risk", texts, failed),
        issues=_proved(minutes.issues, "issue", texts, failed),
        summary=tuple(sentence.sentence for sentence in sentences),
        summary_evidence=sentences,
        alerts=tuple(alert for alert in minutes.alerts if stands(alert.evidence, texts)),
        topics=tuple(_proved_opening(topic, texts) for topic in minutes.topics),
        models=transcript.models | minutes.models | _made_with(extractor, known),
    )
    coverage = replace(
        checked.coverage,
        suppressed=len(transcript.coverage.suppressed),
        notes=transcript.coverage.missing + checked.coverage.notes,
        set_aside=checked.coverage.set_aside + tuple(failed),
    )
    done = replace(checked, coverage=coverage)
    done = with_days_off(done, calendars) if calendars else done
    return (
        redact(transcript, done, redactor=redactor, audience=Audience.RESTRICTED).minutes or done if redactor else done
    )


def _made_with(extractor: Extractor, known: Sequence[KnownDay]) -> dict[str, str]:
    """Return what the items rest on: the extractor, and the days of the study's record where it held any."""
    rests_on = {"extract": extractor.fingerprint}
    return rests_on | ({"study_days": fingerprint("record", *(wire.dumps(one) for one in known))} if known else {})


def undated(minutes: Minutes) -> tuple[Action, ...]:
    """Return the actions whose due date was spoken but cannot be known, because the meeting's own day is missing."""
    if minutes.meeting.started_at is not None:
        return ()
    return tuple(action for action in minutes.actions if action.due_as_spoken and action.due is None)


def _proved(
    items: tuple[AnyItem, ...], kind: str, texts: dict[str, str], failed: list[SetAside]
) -> tuple[AnyItem, ...]:
    good = tuple(item for item in items if stands(item.evidence, texts))
    failed += [_unproved(item, kind) for item in items if not stands(item.evidence, texts)]
    return good


def _proved_sentences(
    sentences: tuple[SummarySentence, ...], texts: dict[str, str], failed: list[SetAside]
) -> tuple[SummarySentence, ...]:
    good = tuple(sentence for sentence in sentences if stands(sentence.evidence, texts))
    bad = [sentence for sentence in sentences if not stands(sentence.evidence, texts)]
    failed += [SetAside("summary", "the quote does not stand in the transcript", entry.evidence) for entry in bad]
    return good


def _proved_opening(topic: Topic, texts: dict[str, str]) -> Topic:
    stood = topic.evidence is not None and stands(topic.evidence, texts)
    return topic if stood else replace(topic, evidence=None)


def _unproved(item: Item, kind: str) -> SetAside:
    return SetAside(kind, "the quote does not stand in the transcript", item.evidence)
