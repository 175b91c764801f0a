"""The extractor as a whole: what minutes rest on, and what it does with speech it cannot read."""

import sys
from dataclasses import replace

import pytest

from hub.domain.errors import FatalError
from hub.domain.evidence import stands
from hub.nlp.extract.language import load_parser
from hub.nlp.extract.utterances import evidence, split
from tests.unit.spoken import meeting

pytestmark = pytest.mark.models

SCRIPT = """Tom: Good afternoon. Helen, where are we with the queries?
Helen: We have four hundred open queries at site 12, and ninety are older than thirty days.
Helen: I'll send the ageing listing to the CRAs by Friday.
Lucía: One rescreen is allowed when the value is within ten percent of the limit.
Tom: Agreed. So one rescreen.
Rajesh: Mm-hm."""


def test_every_quote_stands_and_every_cited_segment_is_kept_as_a_passage(extractor):
    transcript = meeting(SCRIPT)
    minutes = extractor.extract(transcript)
    texts = {segment.id: segment.text for segment in transcript.segments}
    items = (*minutes.decisions, *minutes.actions, *minutes.risks, *minutes.issues, *minutes.summary_evidence)
    assert items
    assert all(stands(item.evidence, texts) for item in items)
    cited = {segment for item in items for segment in item.evidence.segments}
    assert {passage.segment for passage in minutes.passages} == cited


def test_speakers_are_listed_in_the_order_they_spoke(extractor):
    assert extractor.extract(meeting(SCRIPT)).speakers == (
        "Tom Ashworth",
        "Helen Marsh",
        "Lucía Ferrari",
        "Rajesh Iyer",
    )


def test_the_coverage_says_how_much_of_the_speech_is_cited(extractor):
    coverage = extractor.extract(meeting(SCRIPT)).coverage
    assert coverage.segments == 6
    assert 0 < coverage.cited_s < coverage.speech_s <= coverage.duration_s


@pytest.mark.parametrize("script", ["", "Tom: …", "?: ♪ ♪\nTom: - ..."])
def test_silence_gives_minutes_that_say_so(extractor, script):
    minutes = extractor.extract(replace(meeting(SCRIPT), segments=meeting(script).segments if script else ()))
    assert minutes.actions == ()
    assert minutes.coverage.notes == ("No speech was found.",)


def test_another_language_gives_no_items_and_says_why(extractor):
    minutes = extractor.extract(meeting("Tom: Ich schicke die Liste am Freitag.", language="de"))
    assert minutes.actions == ()
    assert "English only" in minutes.coverage.notes[0]


def test_the_same_transcript_gives_the_same_minutes(extractor):
    assert extractor.extract(meeting(SCRIPT)) == extractor.extract(meeting(SCRIPT))


def test_a_folder_without_a_model_names_the_command_that_fetches_it(tmp_path):
    with pytest.raises(FatalError, match="hub models fetch spacy-en-sm"):
        load_parser(tmp_path)


def test_loading_the_parser_loads_no_part_that_another_package_announces(model, monkeypatch):
    import spacy

    announced = spacy.util.registry._entry_point_factories

    def loaded():
        pytest.fail("what other packages announce was loaded")

    monkeypatch.setattr(announced, "get_entry_points", loaded)
    assert load_parser(model("spacy-en-sm")).pipe_names[0] == "tok2vec"
    assert announced.entry_points, "left as it was for others"


def test_sentences_are_slices_of_their_segments_also_across_two(model):
    transcript = meeting("Tom: Then I'll escalate it,\nHelen: Mm-hm.\nTom: on the same day. And now training.")
    utterances = split(transcript, load_parser(model("spacy-en-sm")))
    assert [entry.text for entry in utterances] == [
        "Then I'll escalate it, on the same day.",
        "And now training.",
        "Mm-hm.",
    ]
    assert utterances[0].segments == ("s1", "s3")
    proof = evidence(utterances[:2], transcript)
    assert proof.segments == ("s1", "s3")
    assert proof.quote == "Then I'll escalate it, on the same day. And now training."


def test_what_is_cited_between_two_quotes_is_quoted_too(model):
    transcript = meeting("Tom: Can you call?\nHelen: Yes.\nTom: Good. By Friday?")
    utterances = split(transcript, load_parser(model("spacy-en-sm")))
    proof = evidence([utterances[0], utterances[-1]], transcript, cite=["s2"])
    assert proof.quote == "Can you call? Yes. Good. By Friday?"


def test_the_parser_is_not_imported_before_it_is_used():
    import subprocess

    code = "import sys, hub.nlp.extract.extractor; sys.exit('spacy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
