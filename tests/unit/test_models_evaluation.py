"""Word error rates, counted by hand and beside jiwer."""

import json

import jiwer
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.errors import RejectedError, UsageError
from hub.services.model_evaluation import Clip, evaluate, read_clips, total
from hub.services.word_errors import normalized, word_errors
from tests.fakes import FakeDecoder, FakeRecognizer
from tests.unit.models_kit import Told

WORDS = st.lists(st.sampled_from(["site", "visit", "dose", "the", "two"]), min_size=1, max_size=12)


@given(WORDS, WORDS)
def test_errors_are_counted_as_jiwer_counts_them(reference, heard):
    wrong, words = word_errors(" ".join(reference), " ".join(heard))
    assert wrong / words == pytest.approx(jiwer.wer(" ".join(reference), " ".join(heard)))


@pytest.mark.parametrize(
    ("reference", "heard", "wrong"),
    [
        ("I will send the form", "I will send a form", 1),
        ("I will send the form", "I will send form", 1),
        ("I will send the form", "Um, I will, uh, send the form!", 0),
        ("Don't wait.", "don’t wait", 0),
        ("Yes", "", 1),
        ("", "Thank you", 2),
        ("Señor Núñez kommt", "señor núñez kommt", 0),
    ],
)
def test_fillers_case_and_marks_do_not_count_and_everything_else_does(reference, heard, wrong):
    assert word_errors(reference, heard)[0] == wrong


def test_a_text_is_reduced_to_its_words():
    assert normalized("‘Mhm’ — Anna’s 3 sites, er, ok?") == ["anna's", "3", "sites", "ok"]


@pytest.fixture
def clips(tmp_path):
    (tmp_path / "one.wav").write_bytes(b"12")
    (tmp_path / "two.wav").write_bytes(b"1234")
    rows = [
        {"audio": "one.wav", "text": "I will send the form"},
        {"audio": "two.wav", "text": "I shall send two forms", "language": "de"},
    ]
    (tmp_path / "refs.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n\n")
    return tmp_path


def test_clips_are_read_with_their_own_language_or_the_given_one(clips):
    assert read_clips(clips, language="en") == (
        Clip(clips / "one.wav", "I will send the form", "en"),
        Clip(clips / "two.wav", "I shall send two forms", "de"),
    )


@pytest.mark.parametrize("line", ["{", "[]", '{"audio": "a.wav"}', "3"])
def test_a_list_with_a_line_that_is_no_clip_is_wrong_use_and_named(tmp_path, line):
    (tmp_path / "refs.jsonl").write_text(f'{{"audio": "a", "text": "b"}}\n{line}\n')
    with pytest.raises(UsageError, match=r"refs\.jsonl, line 2"):
        read_clips(tmp_path)
    with pytest.raises(UsageError, match="there is no such list"):
        read_clips(tmp_path / "elsewhere")


def test_each_clip_gets_a_row_and_all_of_them_one(clips, tmp_path):
    ticks = iter([0.0, 1.0, 10.0, 11.0])
    listed = read_clips(clips, language="en")
    scores = evaluate(
        FakeRecognizer(), FakeDecoder(), listed, scratch=tmp_path, progress=Told(), seconds_now=lambda: next(ticks)
    )
    assert [(score.clip, score.wrong, score.words, score.seconds) for score in scores] == [
        ("one.wav", 0, 5, 2.0),
        ("two.wav", 3, 5, 4.0),
    ]
    everything = total(scores)
    assert everything.wer == pytest.approx(0.3)
    assert everything.real_time_factor == pytest.approx(2 / 6)


def test_a_clip_without_a_reference_is_shown_and_does_not_count(tmp_path):
    (tmp_path / "noise.wav").write_bytes(b"1")
    scores = evaluate(
        FakeRecognizer(), FakeDecoder(), [Clip(tmp_path / "noise.wav", "")], scratch=tmp_path, progress=Told()
    )
    assert (scores[0].wrong, scores[0].wer) == (5, None)
    assert (total(scores).wrong, total(scores).wer) == (0, None)


def test_a_clip_that_cannot_be_heard_is_set_aside_and_counts_nowhere(clips, tmp_path):
    class Deaf(FakeDecoder):
        def decode(self, source, target, *, channels, progress):
            if source.name == "one.wav":
                raise RejectedError(f"{source}: no recording")
            return super().decode(source, target, channels=channels, progress=progress)

    scores = evaluate(FakeRecognizer(), Deaf(), read_clips(clips), scratch=tmp_path, progress=Told())
    assert "no recording" in scores[0].refused
    assert total(scores).words == 5
