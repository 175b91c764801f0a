"""What silence, noise and loops become is not believed; what people say shortly is."""

import pytest

from hub.nlp.recognize.chunks import LONGEST_S, Chunk, packed
from hub.nlp.recognize.gates import Gates, Signs, disbelief, loops
from hub.nlp.voice_activity import Span

GATES = Gates()


def judged(text, *, logprob=-0.3, silence=0.05, word=0.8):
    return disbelief(Signs(text, logprob, silence, word), GATES)


@pytest.mark.parametrize("text", ["Yes.", "Agreed.", "No.", "OK.", "Yes, yes, yes.", "Thank you.", "Friday.", "Okay."])
def test_a_short_assent_that_was_heard_well_is_kept(text):
    assert judged(text) is None


@pytest.mark.parametrize("text", ["Yes.", "Agreed."])
def test_an_assent_is_kept_even_where_the_window_is_mostly_silence(text):
    assert judged(text, silence=0.8, logprob=-0.5) is None


@pytest.mark.parametrize("text", ["Thank you.", "Thanks for watching!", "Subscribe.", "[Music]", "you"])
def test_a_phrase_of_subtitles_over_noise_is_not_believed(text):
    assert judged(text, silence=0.7, logprob=-0.5) == "a phrase that the recognizer writes over noise"


def test_each_sign_of_doubt_has_its_reason():
    assert judged("...") == "no words"
    assert judged("We are here.", silence=0.9, logprob=-0.7) == "probably nobody spoke"
    assert judged("We are here.", logprob=-1.2) == "the recognizer was unsure of every word"
    assert judged("We are here.", word=0.2) == "the recognizer was unsure of most words"


@pytest.mark.parametrize(
    "text",
    [
        "and the site and the site and the site and the site",
        "no no no no no no no no",
        "We close it. I think so. I think so. I think so. I think so.",
    ],
)
def test_a_loop_is_not_believed_wherever_it_begins(text):
    assert loops(text)
    assert judged(text) == "the recognizer repeated itself"


@pytest.mark.parametrize("text", ["No, no, no.", "Very, very good.", "Site by site, visit by visit."])
def test_people_who_repeat_themselves_are_no_loop(text):
    assert not loops(text)


def test_spans_are_packed_in_order_into_chunks_that_a_window_takes():
    spans = [Span(at, at + 3.0) for at in range(0, 200, 10)]
    chunks = packed(spans)
    assert all(chunk.length_s <= LONGEST_S for chunk in chunks)
    assert [piece for chunk in chunks for piece in chunk.pieces] == spans


def test_short_pauses_are_kept_and_long_ones_cut_out():
    (chunk,) = packed([Span(0, 2), Span(3, 5), Span(60, 62)])
    assert chunk.pieces == (Span(0, 5), Span(60, 62))


def test_speech_without_a_pause_is_cut_and_none_of_it_is_lost():
    chunks = packed([Span(0, 70)])
    assert [chunk.length_s for chunk in chunks] == [28.0, 28.0, 14.0]


def test_a_time_inside_a_chunk_is_found_again_in_the_recording():
    chunk = Chunk((Span(10, 12), Span(60, 63)))
    assert [chunk.original(heard) for heard in (0, 1.5, 2.5, 99)] == [10, 11.5, 60.5, 63]
