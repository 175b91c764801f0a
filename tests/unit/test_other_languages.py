"""Meetings in another language: English beside the words by time, items proved by what was said, days held against it."""

from dataclasses import replace
from datetime import date

import pytest

from hub.domain.evidence import stands
from hub.domain.known_days import DueSource
from hub.domain.minutes import Action, Decision, Evidence, Minutes, SummarySentence
from hub.domain.transcript import English, Segment, Word
from hub.nlp.extract.foreign import SURE, UNHEARD, ForeignExtractor
from hub.nlp.extract.heard_days import heard
from hub.nlp.recognize.english import Heard, beside
from hub.nlp.recognize.switches import Switch, notes, switched
from tests.unit.spoken import meeting

SPANISH = "Marta: Buenos días a todos. Lo envío antes del viernes. Muchas gracias."


def spanish():
    """One segment with three sentences and the times of its words."""
    transcript = meeting(SPANISH, language="es")
    [segment] = transcript.segments
    parts = segment.text.split()
    words = tuple(Word(10.0 + place, 10.8 + place, f" {text}") for place, text in enumerate(parts))
    english = (
        English(10.0, 13.8, "Good morning to all."),
        English(14.0, 18.8, "I will send it by Friday."),
        English(19.0, 20.8, "Thank you."),
    )
    return replace(transcript, segments=(replace(segment, words=words, english=english),))


class Inner:
    """Finds one action in the English that it is given."""

    fingerprint = "inner"

    def __init__(self, *, quote="I will send it by Friday.", due=date(2026, 3, 13), spoken="by Friday"):
        self.seen = None
        self.action = Action("a1", "Send it.", 0.9, Evidence(("s1",), quote), "Marta", "took it", due, spoken)

    def extract(self, transcript, known=()):
        self.seen = transcript
        return Minutes(
            meeting=transcript.meeting,
            actions=(self.action,),
            summary=("It is sent.",),
            summary_evidence=(SummarySentence("It is sent.", self.action.evidence),),
        )


def test_items_are_found_in_the_english_and_quote_what_was_said():
    inner, transcript = Inner(), spanish()
    minutes = ForeignExtractor(inner).extract(transcript)
    assert inner.seen.language == "en"
    assert inner.seen.segments[0].text == "Good morning to all. I will send it by Friday. Thank you."
    [action] = minutes.actions
    assert (action.evidence.quote, action.evidence.english) == (
        "Lo envío antes del viernes.",
        "I will send it by Friday.",
    )
    assert stands(action.evidence, {segment.id: segment.text for segment in transcript.segments})
    assert action.confidence == SURE
    assert minutes.summary_evidence[0].evidence.quote == "Lo envío antes del viernes."
    assert "(es)" in minutes.coverage.notes[0]


def test_a_quote_without_word_times_is_the_whole_segment():
    transcript = spanish()
    bare = replace(transcript, segments=tuple(replace(one, words=()) for one in transcript.segments))
    [action] = ForeignExtractor(Inner()).extract(bare).actions
    assert action.evidence.quote == bare.segments[0].text


def test_a_day_that_was_not_said_is_no_due_date():
    transcript = spanish()
    [kept] = ForeignExtractor(Inner()).extract(transcript).actions
    assert kept.due == date(2026, 3, 13)
    said = replace(transcript.segments[0], text=transcript.segments[0].text.replace("viernes", "invierno"), words=())
    [action] = ForeignExtractor(Inner()).extract(replace(transcript, segments=(said,))).actions
    assert (action.due, action.due_as_spoken) == (None, "by Friday")


def test_an_english_meeting_goes_through_as_it_is():
    inner, transcript = Inner(), meeting("Tom: I will send it by Friday.")
    assert ForeignExtractor(inner).extract(transcript).actions == (inner.action,)
    assert inner.seen is transcript


def test_in_an_english_meeting_only_what_was_said_otherwise_is_unsure():
    english = meeting("Tom: We close site 12.\nMarta: Lo envío antes del viernes.")
    second = replace(english.segments[1], language="es", english=(English(20.0, 29.0, "I will send it by Friday."),))
    transcript = replace(english, segments=(english.segments[0], second))

    class Both(Inner):
        def extract(self, seen, known=()):
            found = Decision("d1", "Close site 12.", 0.9, Evidence(("s1",), "We close site 12."))
            action = replace(self.action, evidence=Evidence(("s2",), "I will send it by Friday."))
            return replace(super().extract(seen), decisions=(found,), actions=(action,))

    minutes = ForeignExtractor(Both()).extract(transcript)
    assert (minutes.decisions[0].confidence, minutes.decisions[0].evidence.english) == (0.9, None)
    assert minutes.actions[0].evidence.quote == "Lo envío antes del viernes."


@pytest.mark.parametrize(
    ("english", "spoken", "language", "is_heard"),
    [
        ("by Friday", "antes del viernes", "es", True),
        ("by Friday", "bis drei Tage", "de", False),
        ("12 June", "bis zum 12. Juni", "de", True),
        ("12 June", "bis zum 13. Juni", "de", False),
        ("next week", "la semana que viene", "es", False),
        ("Friday", "avant vendredi", "fr", True),
        ("Friday", "金曜日までに", "ja", True),
        ("Friday", "whatever", "xx-nowhere", False),
    ],
)
def test_a_day_in_english_is_held_against_what_was_said(english, spoken, language, is_heard):
    assert heard(english, spoken, language) is is_heard


def test_each_english_passage_goes_to_the_segment_it_overlaps_most_or_to_none():
    transcript = meeting("Tom: uno\nMarta: dos\nTom: tres", language="es")
    passages = [
        Heard(English(10.0, 14.0, "one"), None),
        Heard(English(18.0, 25.0, "two"), None),
        Heard(English(29.5, 33.0, "three"), None),
        Heard(English(60.0, 61.0, "nobody"), None),
    ]
    done = beside(transcript, passages)
    assert [[passage.text for passage in segment.english] for segment in done.segments] == [["one"], ["two"], ["three"]]


def test_where_each_channel_carries_one_voice_the_english_stays_with_it():
    transcript = meeting("?: uno\n?: dos", language="es")
    first, second = transcript.segments
    both = (
        replace(first, speaker="Speaker 1", start=0.0, end=10.0),
        replace(second, speaker="Speaker 2", start=0.0, end=10.0),
    )
    done = beside(replace(transcript, segments=both), [Heard(English(0.0, 10.0, "two"), "Speaker 2")])
    assert [len(segment.english) for segment in done.segments] == [0, 1]


def test_a_change_of_language_is_told_once_and_marks_its_segments():
    switches = [Switch(60.0, 65.0, "es"), Switch(66.0, 80.0, "es"), Switch(200.0, 210.0, "fr")]
    assert notes(switches) == (
        "From 1:00 to 1:20 another language (es) is spoken.",
        "From 3:20 to 3:30 another language (fr) is spoken.",
    )
    segments = (Segment("s1", None, 50.0, 58.0, "a"), Segment("s2", None, 67.0, 70.0, "b"))
    assert [segment.language for segment in switched(segments, switches)] == [None, "es"]


def test_a_day_of_the_record_that_is_taken_back_says_why():
    inner = Inner()
    source = DueSource("monitoring_visit", "v", 1, "initiation visit")
    inner.action = replace(inner.action, due_as_spoken="before the initiation visit", due_source=source)
    [action] = ForeignExtractor(inner).extract(spanish()).actions
    assert (action.due, action.due_source, action.due_reason) == (None, None, UNHEARD)
