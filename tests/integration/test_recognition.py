"""Real clips through the real model: words, silence, and short assents that a decision hangs on."""

import json
from pathlib import Path

import numpy as np
import pytest

from hub.cli.progress import Silent
from hub.domain.audio import Pcm
from hub.domain.meeting import Meeting
from hub.nlp.decode import PyAvDecoder
from hub.nlp.recognize.whisper import WhisperRecognizer
from hub.nlp.vocabulary import EMPTY
from hub.services.word_errors import word_errors

pytestmark = pytest.mark.models

DEMO = Path(__file__).resolve().parents[2] / "hub" / "web" / "demo"


@pytest.fixture(scope="module")
def base(model):
    return WhisperRecognizer(model("whisper-base"), revision="test", threads=0, vocabulary=EMPTY)


def heard(recognizer, source, folder):
    pcm = PyAvDecoder().decode(source, folder / "clip.s16", channels="mix", progress=Silent())
    return recognizer.transcribe(pcm, Meeting("m"), language="en", progress=Silent())


def text(transcript):
    return " ".join(segment.text for segment in transcript.segments)


@pytest.mark.eval
@pytest.mark.parametrize(("folder", "bound"), [("short", 0.075), ("ami", 0.32)])
def test_the_word_error_rate_on_real_clips_stays_within_its_bound(base, evaluation, tmp_path, folder, bound):
    wrong = words = 0
    for line in (evaluation / "audio" / folder / "refs.jsonl").read_text().splitlines():
        clip = json.loads(line)
        if clip["text"].strip():
            counts = word_errors(
                clip["text"], text(heard(base, evaluation / "audio" / folder / clip["audio"], tmp_path))
            )
            wrong, words = wrong + counts[0], words + counts[1]
    assert words > 50
    assert wrong / words <= bound


def test_silence_and_white_noise_are_no_words(base, tmp_path):
    for name, sound in (("silence", np.zeros(960_000)), ("noise", np.random.default_rng(1).normal(0, 3000, 960_000))):
        path = tmp_path / f"{name}.s16"
        sound.astype("<i2").tofile(path)
        assert base.transcribe(Pcm(path, 1, 960_000), Meeting("m"), language=None, progress=Silent()).segments == ()


def test_the_demo_is_heard_with_its_short_assents_and_word_times(base, tmp_path):
    transcript = heard(base, DEMO / "meeting.opus", tmp_path)
    truth = " ".join(line["text"] for line in json.loads((DEMO / "truth.json").read_text())["lines"])
    wrong, words = word_errors(truth, text(transcript))
    assert wrong / words <= 0.15
    assert "Agreed" in text(transcript)
    assert "Fine with me" in text(transcript)
    for segment in transcript.segments:
        assert segment.words
        assert all(a.start <= b.start for a, b in zip(segment.words, segment.words[1:], strict=False))
