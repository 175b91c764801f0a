"""Words get their voice by time."""

from dataclasses import replace

from hub.domain.audio import Turn
from hub.domain.meeting import Meeting
from hub.domain.transcript import Segment, Transcript, Word
from hub.nlp.speakers import assign


def transcript(*lines):
    """Each line is (start, "words"), a word taking half a second."""
    segments = []
    for place, (start, text) in enumerate(lines, 1):
        words = tuple(Word(start + i / 2, start + i / 2 + 0.4, f" {word}") for i, word in enumerate(text.split()))
        segments.append(Segment(f"s{place}", None, start, words[-1].end, text, words))
    return Transcript(Meeting("m"), "en", tuple(segments))


def said(found):
    return [(segment.speaker, segment.text) for segment in found.segments]


def test_a_sentence_over_two_turns_is_cut_where_the_voice_changes():
    found = assign(transcript((0.0, "Can you send it? Yes I will send it.")), (Turn("A", 0, 2.0), Turn("B", 2.0, 5.0)))
    assert said(found) == [("A", "Can you send it?"), ("B", "Yes I will send it.")]
    assert [segment.id for segment in found.segments] == ["s1", "s2"]


def test_a_flicker_inside_a_sentence_is_no_speaker():
    turns = (Turn("A", 0, 1.0), Turn("B", 1.0, 1.4), Turn("A", 1.4, 4.0))
    assert said(assign(transcript((0.0, "we will use the new portal now.")), turns)) == [
        ("A", "we will use the new portal now.")
    ]


def test_a_short_yes_of_another_voice_stays_that_voices():
    turns = (Turn("A", 0, 2.0), Turn("B", 2.0, 2.45), Turn("A", 2.5, 5.0))
    assert said(assign(transcript((0.0, "Is that all right? Yes. Then we go on now.")), turns)) == [
        ("A", "Is that all right?"),
        ("B", "Yes."),
        ("A", "Then we go on now."),
    ]


def test_a_word_just_outside_goes_to_the_nearest_turn_and_a_far_one_to_nobody():
    found = assign(transcript((2.2, "Agreed."), (20.0, "Hello?")), (Turn("A", 0, 2.0),))
    assert said(found) == [("A", "Agreed."), (None, "Hello?")]


def test_passages_of_one_voice_are_joined_until_it_pauses():
    found = assign(transcript((0.0, "One."), (1.0, "Two."), (9.0, "Three.")), (Turn("A", 0, 10.0),))
    assert said(found) == [("A", "One. Two."), ("A", "Three.")]


def test_overlap_is_marked():
    found = assign(transcript((0.0, "we all talk at once here.")), (Turn("A", 0, 3.0), Turn("B", 1.0, 2.9)))
    assert found.segments[0].overlap


def test_speakers_of_channels_or_a_platform_stay():
    given = transcript((0.0, "Hello."))
    named = replace(given, segments=tuple(replace(s, speaker="Anna") for s in given.segments))
    assert assign(named, (Turn("B", 0, 5),)) is named


def test_many_turns_are_looked_up_and_not_scanned():
    turns = tuple(Turn(f"V{i % 4}", i * 2.0, i * 2.0 + 1.9) for i in range(20_000))
    lines = [(i * 2.0, "We go.") for i in range(20_000)]
    found = assign(transcript(*lines), turns)
    assert len({segment.speaker for segment in found.segments}) == 4
