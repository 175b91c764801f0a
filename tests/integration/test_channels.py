"""Two people on two channels: the channel tells who spoke, with the real recognizer."""

import wave
from pathlib import Path

import numpy as np
import pytest

from hub.cli.progress import Silent
from hub.domain.audio import SAMPLE_RATE_HZ
from hub.domain.meeting import Meeting
from hub.nlp.decode import PyAvDecoder
from hub.nlp.pcm import read
from hub.nlp.recognize.whisper import WhisperRecognizer
from hub.nlp.vocabulary import EMPTY

pytestmark = pytest.mark.models
DEMO = Path(__file__).resolve().parents[2] / "hub" / "web" / "demo" / "meeting.opus"
LEFT, RIGHT = (13.4, 17.8), (28.1, 35.2)  # Peter Collins, then Robert Silva, in seconds of the demo


@pytest.fixture(scope="module")
def call(tmp_path_factory):
    """A telephone call of 12 s: the first voice on the left channel, the second after it on the right."""
    folder = tmp_path_factory.mktemp("call")
    demo = PyAvDecoder().decode(DEMO, folder / "demo.s16", channels="mix", progress=Silent())
    left, right = (
        read(demo, start=round(a * SAMPLE_RATE_HZ), frames=round((b - a) * SAMPLE_RATE_HZ)) for a, b in (LEFT, RIGHT)
    )
    sound = np.zeros((len(left) + len(right), 2), np.float32)
    sound[: len(left), 0], sound[len(left) :, 1] = left, right
    path = folder / "call.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, SAMPLE_RATE_HZ, 0, "NONE", ""))
        file.writeframes((sound * 32767).astype("<i2").tobytes())
    return path


@pytest.mark.parametrize("channels", ["auto", "split"])
def test_each_channel_is_a_speaker(call, model, tmp_path, channels):
    pcm = PyAvDecoder().decode(call, tmp_path / "call.s16", channels=channels, progress=Silent())
    ears = WhisperRecognizer(model("whisper-tiny.en"), revision="test", threads=2, vocabulary=EMPTY)
    heard = ears.transcribe(pcm, Meeting("call"), language="en", progress=Silent()).segments
    said = {name: " ".join(s.text for s in heard if s.speaker == name) for name in {s.speaker for s in heard}}
    assert len(said) == 2
    first, second = (said[name] for name in sorted(said))
    assert "sponsor" in first
    assert "query report" in second
    assert "sponsor" not in second


def test_the_same_call_mixed_names_no_channel(call, tmp_path):
    assert PyAvDecoder().decode(call, tmp_path / "call.s16", channels="mix", progress=Silent()).channels == 1
