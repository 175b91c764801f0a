"""One suite for every `Interpreter`: the fake and Whisper put English beside what was said, and change nothing else."""

from dataclasses import replace
from pathlib import Path

import pytest

from hub.cli.progress import Silent
from hub.domain.audio import SAMPLE_RATE_HZ, Pcm
from hub.domain.errors import FatalError
from hub.domain.meeting import Meeting
from hub.domain.transcript import English, Segment, Transcript
from hub.nlp.decode import PyAvDecoder
from hub.nlp.recognize.whisper import WhisperRecognizer
from hub.nlp.vocabulary import EMPTY
from tests.contract.test_ears import DEMO
from tests.fakes import FakeInterpreter

pytestmark = pytest.mark.models
SECONDS = 8
SAID = Transcript(
    Meeting("m"),
    "de",
    (
        Segment("s1", "Anna Weber", 0.0, 5.0, "Guten Morgen zusammen.", english=(English(0.0, 1.0, "of before"),)),
        Segment("s2", None, 5.0, 8.0, "Fangen wir an."),
        Segment("s3", "Ben Okafor", 60.0, 60.5, "Ja."),
    ),
)


@pytest.fixture(scope="module")
def pcm(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sound")
    whole = PyAvDecoder().decode(DEMO, folder / "demo.s16", channels="mix", progress=Silent())
    short = folder / "short.s16"
    short.write_bytes(whole.path.read_bytes()[: SECONDS * SAMPLE_RATE_HZ * 2])
    return Pcm(short, 1, SECONDS * SAMPLE_RATE_HZ)


@pytest.fixture(scope="module")
def whisper(model):
    return WhisperRecognizer(model("whisper-base"), revision="test", threads=2, vocabulary=EMPTY)


@pytest.fixture(params=["fake", "whisper"])
def interpreter(request):
    return FakeInterpreter() if request.param == "fake" else request.getfixturevalue("whisper")


def test_english_stands_beside_and_words_times_and_speakers_stay(interpreter, pcm):
    done = interpreter.into_english(pcm, SAID, progress=Silent())
    bare = [replace(one, english=()) for one in done.segments]
    assert bare == [replace(one, english=()) for one in SAID.segments]
    assert (done.meeting, done.language, done.models) == (SAID.meeting, SAID.language, SAID.models)
    heard = [passage for one in done.segments for passage in one.english]
    assert heard or isinstance(interpreter, WhisperRecognizer)  # what a model hears differs from processor to processor
    assert all(passage.text.strip() and passage.start <= passage.end for passage in heard)


def test_what_was_heard_before_does_not_stay_and_nothing_is_heard_where_nothing_is(interpreter, pcm):
    done = interpreter.into_english(pcm, SAID, progress=Silent())
    assert "of before" not in [passage.text for one in done.segments for passage in one.english]
    assert done.segments[2].english == ()


def test_the_fingerprint_is_the_same_after_work(interpreter, pcm):
    before = interpreter.english_fingerprint
    interpreter.into_english(pcm, SAID, progress=Silent())
    assert interpreter.english_fingerprint == before != ""


def test_a_model_that_is_missing_is_told_as_what_a_person_has_to_act_on(pcm):
    bare = WhisperRecognizer(Path("/nowhere/whisper"), revision="test", threads=1, vocabulary=EMPTY)

    def missing():
        raise FatalError("whisper-base: is not fetched")

    for one in (bare, FakeInterpreter(act=missing)):
        with pytest.raises(FatalError):
            one.into_english(pcm, SAID, progress=Silent())
