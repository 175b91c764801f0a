"""A voice gets a name only on proof; a wrong name is worse than none."""

import pytest

from hub.domain.meeting import Meeting, Participant
from hub.domain.transcript import Segment, Transcript
from hub.nlp.naming import name_speakers

ROSTER = ("Anna Weber", "Priya Nair", "Tomas Novak", "Tom Baker", "Claire Dumont", "Claire Besson")


def named(*lines, roster=ROSTER):
    segments = tuple(
        Segment(f"s{i}", f"Speaker {voice}", i * 5.0, i * 5.0 + 4, text) for i, (voice, text) in enumerate(lines, 1)
    )
    meeting = Meeting("m", participants=tuple(Participant(name) for name in roster))
    return name_speakers(Transcript(meeting, "en", segments))


def speakers(*lines, roster=ROSTER):
    return [segment.speaker for segment in named(*lines, roster=roster).segments]


@pytest.mark.parametrize(
    "text",
    [
        "Good morning, this is Priya Nair from the sponsor.",
        "My name is Priya Nair, I run the study.",
        "Hi all, Priya here.",
        "I'm Priya Nair, the project manager.",
        "This is Priya.",
    ],
)
def test_who_introduces_herself_is_named_with_the_quote(text):
    found = named((1, text), (1, "Let us begin."), (2, "Good."))
    assert [segment.speaker for segment in found.segments] == ["Priya Nair", "Priya Nair", "Speaker 2"]
    proof = found.coverage.named_speakers[0]
    assert (proof.label, proof.name, proof.segment) == ("Speaker 1", "Priya Nair", "s1")
    assert proof.quote in text


@pytest.mark.parametrize(
    "text",
    [
        "Priya said that the form is ready.",
        "This is Priya's form.",
        "Thanks Anna, that helps.",
        "Over to you, Tomas.",
        "Anna Weber will send it, not me.",
        "I am waiting for Priya.",
        "This is Claire, good morning.",
        "This is Marcus from the vendor.",
        "I'm happy, Tom.",
    ],
)
def test_a_name_that_is_only_mentioned_names_nobody(text):
    assert speakers((1, text), (2, "Okay.")) == ["Speaker 1", "Speaker 2"]


def test_a_full_name_tells_two_claires_apart():
    assert speakers((1, "This is Claire Besson.")) == ["Claire Besson"]


def test_two_names_for_one_voice_and_one_name_for_two_voices_stay_open():
    assert speakers((1, "This is Anna Weber."), (1, "This is Tom Baker.")) == ["Speaker 1", "Speaker 1"]
    assert speakers((1, "This is Anna Weber."), (2, "This is Anna Weber.")) == ["Speaker 1", "Speaker 2"]


def test_being_asked_by_name_and_answering_proves_it_only_when_it_happens_twice():
    once = ((1, "What is the status, Priya?"), (2, "Well, we have three sites open."))
    assert speakers(*once) == ["Speaker 1", "Speaker 2"]
    assert speakers(*once, (1, "And the budget, Priya?"), (2, "So it is signed.")) == ["Speaker 1", "Priya Nair"] * 2


def test_a_slip_of_the_recognizer_is_forgiven_when_the_rest_of_the_name_stands():
    assert speakers((1, "This is Preea Nair, good morning.")) == ["Priya Nair"]
    assert speakers((1, "This is Preea, good morning.")) == ["Speaker 1"]


def test_nobody_is_named_without_a_roster():
    assert speakers((1, "This is Anna Weber."), roster=()) == ["Speaker 1"]
